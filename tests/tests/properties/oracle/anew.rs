//! Objects that were made anew at the source.

use super::*;

impl<'w> Oracle<'w> {
    /// True if whoever was not delivered is gone.
    pub(super) fn proves_absence(&self) -> bool {
        let active = self
            .world
            .accounts
            .iter()
            .any(|account| is_own(account) && account.block_reasons.is_empty());
        let counts = |person: &&Person| {
            let own = || self.world.accounts.iter().filter(|account| is_own(account));
            self.standing(person) != Standing::Out
                || own().any(|account| self.is_of(person, account))
        };
        let empty = active && !self.world.people.iter().any(|person| counts(&person));
        self.world.reach == Reach::Complete && !self.is_anybodys() && !empty
    }

    /// Matched by identifier, a new person with the username of somebody gone, or
    /// with their e-mail and name, is held, and so is the account; but not if only
    /// the username is the same, and e-mail and name are known to be others.
    pub(super) fn made_anew(
        &mut self,
        candidates: &mut Vec<Candidate<'w>>,
        missing: Vec<&'w Account>,
    ) -> Vec<&'w Account> {
        if !self.by_id() {
            return missing;
        }
        let proven = self.proves_absence();
        let left = |account: &Account| account.block_reasons.contains(&BlockReason::LeftScope);
        let unseen = missing.iter().copied();
        let mut gone: Vec<&Account> = unseen.filter(|account| proven || left(account)).collect();
        gone.extend(self.removed());
        gone.extend(self.world.accounts.iter().filter(|account| {
            let mut people = self.world.people.iter().filter(|p| self.is_of(p, account));
            let is_in = people.any(|person| self.standing(person) != Standing::Out);
            is_own(account) && left(account) && !is_in && !self.held.contains(&account.id)
        }));
        let text = |value: Option<&Value>| match value {
            Some(Value::Text(text)) if !text.trim().is_empty() => Some(text.trim().to_lowercase()),
            _ => None,
        };
        let mut held = BTreeSet::new();
        candidates.retain(|candidate| {
            let same = |account: &Account, name: &str| {
                let new = candidate.fields.get(name);
                let new = text(new.and_then(|(new, _)| new.as_ref()))?;
                Some(text(account.fields.get(name))? == new)
            };
            let key = UsernameKey::of(&candidate.username);
            let mut found = false;
            for account in &gone {
                let (mail, name) = (same(account, "email"), same(account, "name"));
                let named = account.username.key() == key;
                let alike = mail == Some(true) && name == Some(true);
                let differs = mail == Some(false) && name == Some(false);
                found |= named || alike;
                if alike || (named && !differs) {
                    held.insert(account.id);
                }
            }
            if found {
                let who = Some(candidate.username.clone());
                self.out.findings.insert((Fault::Recreated, who, true));
            }
            !found
        });
        self.held.extend(&held);
        let left = missing.into_iter();
        left.filter(|account| !held.contains(&account.id)).collect()
    }
}
