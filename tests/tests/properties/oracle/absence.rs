//! Absence.

use super::*;

impl<'w> Oracle<'w> {
    pub(super) fn missing(&mut self, missing: &[&'w Account]) {
        let proven = self.proves_absence();
        for account in missing {
            if account.block_reasons.contains(&BlockReason::LeftScope) {
                continue;
            }
            match self.world.reach {
                _ if proven => self.leave(account),
                Reach::Delta if self.is_told_otherwise(account) => self.leave(account),
                Reach::Delta => {}
                _ => self.find(Fault::AbsenceUnproven, account.username.to_string(), false),
            }
        }
    }

    /// True if, matched by username, the account's person was delivered, and not
    /// under the account's name.
    pub(super) fn is_told_otherwise(&self, account: &Account) -> bool {
        let id = account.external_id.as_ref().map(|id| id.as_str());
        let mut people = self.world.people.iter();
        !self.by_id() && people.any(|person| id.is_some() && person.id.as_deref() == id)
    }

    /// Accounts of whom the source said nothing but that their people are gone.
    pub(super) fn removed(&self) -> Vec<&'w Account> {
        let world = self.world;
        let is_removed = |account: &&Account| {
            let mut people = world.people.iter().filter(|p| self.is_of(p, account));
            let all_removed = people
                .clone()
                .all(|person| matches!(person.status, SourceStatus::Removed(_)));
            is_own(account)
                && !self.held.contains(&account.id)
                && people.next().is_some()
                && all_removed
        };
        world.accounts.iter().filter(is_removed).collect()
    }

    /// Matched by username, nobody's account becomes somebody else's because a
    /// delta says nothing of its own person.
    pub(super) fn taken_usernames(&mut self) {
        let world = self.world;
        for account in world.accounts.iter().filter(|account| is_own(account)) {
            let learns = self.out.accounts.get(&account.id);
            let learns = learns.is_some_and(|outcome| outcome.external_id.is_some());
            let Some(before) = &account.external_id else {
                continue;
            };
            let told = world
                .people
                .iter()
                .any(|person| person.id.as_deref() == Some(before.as_str()));
            let left = account.block_reasons.contains(&BlockReason::LeftScope);
            if learns && !told && !left && self.held.insert(account.id) {
                let who = account.username.to_string();
                self.find(Fault::UsernameClash, who, true);
            }
        }
    }
}
