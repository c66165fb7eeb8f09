//! Absence.

use super::*;

impl<'w> Oracle<'w> {
    pub(super) fn missing(&mut self, missing: &[&'w Account]) {
        use crate::world::Reach;
        let nobody = self.is_anybodys();
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
        for account in missing {
            if account.block_reasons.contains(&BlockReason::LeftScope) {
                continue;
            }
            match self.world.reach {
                Reach::Complete if !nobody && !empty => self.leave(account),
                Reach::Delta if !nobody => {}
                _ => self.find(Fault::AbsenceUnproven, account.username.to_string(), false),
            }
        }
    }
}
