//! People with an account.

use super::*;

impl<'w> Oracle<'w> {
    pub(super) fn known(&mut self, account: &'w Account, people: &[&'w Person]) {
        let seen: Vec<&Person> = people
            .iter()
            .copied()
            .filter(|person| self.standing(person) != Standing::Out)
            .collect();
        let several = self.came_twice(people);
        if several {
            self.held.insert(account.id);
            let by_id = self.by_id() && account.external_id.is_some();
            return self.twins(by_id, &account.username.key());
        }
        let Some(person) = seen.first() else {
            return self.leave(account);
        };
        if self.standing(person) == Standing::Unclear {
            self.held.insert(account.id);
            let who = self
                .username(person)
                .unwrap_or_else(|| account.username.to_string());
            return self.find(Fault::ExpressionFailed, who, true);
        }
        let who = self
            .username(person)
            .unwrap_or_else(|| account.username.to_string());
        if self.username(person).is_none() {
            self.find(Fault::NoUsername, who.clone(), true);
        }
        let wanted = self.desired(person, Some(account));
        for (fault, holds) in &wanted.oddities {
            self.find(*fault, who.clone(), *holds);
        }
        if !wanted.is_held() {
            self.outcome(account).fields = wanted.fields;
        }
        if let Some(id) = &person.id
            && account.external_id.as_ref().map(|known| known.as_str()) != Some(id)
        {
            self.outcome(account).external_id = Some(id.clone());
        }
        self.reasons(account, person, &who);
    }

    /// True if more than one entry is this account's. Matched by username, somebody
    /// out of scope may bear the name of somebody in scope.
    pub(super) fn came_twice(&self, people: &[&Person]) -> bool {
        let seen = people
            .iter()
            .filter(|person| self.standing(person) != Standing::Out)
            .count();
        if self.by_id() {
            people.len() > 1 && seen > 0
        } else {
            seen > 1
        }
    }

    /// Two entries are one person by what people are matched by: neither counts.
    pub(super) fn twins(&mut self, by_id: bool, key: &UsernameKey) {
        if by_id {
            self.find(Fault::DuplicateId, None, true);
        } else {
            self.find(Fault::UsernameClash, key.as_str().to_owned(), true);
        }
    }

    pub(super) fn outcome(&mut self, account: &Account) -> &mut Outcome {
        self.out.accounts.entry(account.id).or_default()
    }

    pub(super) fn reasons(&mut self, account: &Account, person: &Person, who: &str) {
        let mut reasons = account.block_reasons.clone();
        reasons.remove(&BlockReason::LeftScope);
        reasons.remove(&BlockReason::NoLicence);
        match person.status {
            SourceStatus::Active => {
                reasons.remove(&BlockReason::BlockedInSource);
            }
            SourceStatus::Blocked(_) => {
                reasons.insert(BlockReason::BlockedInSource);
            }
            SourceStatus::Unknown => self.find(Fault::StatusUnknown, who.to_owned(), true),
            SourceStatus::Pending | SourceStatus::Removed(_) => {}
        }
        let ended = BlockReason::Rule("ended".to_owned());
        reasons.retain(|reason| !matches!(reason, BlockReason::Rule(_)) || *reason == ended);
        match self.rule(person) {
            _ if !self.world.terms.rule => {
                reasons.remove(&ended);
            }
            Some(true) => {
                reasons.insert(ended);
            }
            Some(false) => {
                reasons.remove(&ended);
            }
            None => self.find(Fault::ExpressionFailed, who.to_owned(), true),
        }
        // Nobody is let in while it is not known whether they may log in.
        if person.status == SourceStatus::Unknown && reasons.is_empty() {
            reasons.clone_from(&account.block_reasons);
        }
        if reasons != account.block_reasons {
            self.outcome(account).reasons = Some(reasons);
        }
    }

    pub(super) fn leave(&mut self, account: &Account) {
        let mut reasons = account.block_reasons.clone();
        if reasons.insert(BlockReason::LeftScope) {
            self.outcome(account).reasons = Some(reasons);
        }
    }
}
