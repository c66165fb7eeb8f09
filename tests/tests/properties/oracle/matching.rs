//! Names and matching.

use super::*;

impl<'w> Oracle<'w> {
    /// All usernames that an entry offers, in ascending order.
    pub(super) fn offered(person: &Person) -> Vec<&str> {
        let mut names: Vec<&str> = person
            .values("uid")
            .iter()
            .map(|name| name.trim())
            .filter(|name| !name.is_empty())
            .collect();
        names.sort_unstable();
        names
    }

    /// Of several usernames, an account keeps the one that it has.
    pub(super) fn username(&self, person: &Person) -> Option<String> {
        let names = Self::offered(person);
        let own = || self.world.accounts.iter().filter(|account| is_own(account));
        // As it is spelled, or else in another spelling of the same name.
        let of_account = |account: &Account, name: &str, exact: bool| {
            let same = account.username.key() == UsernameKey::of(name)
                && (!exact || account.username.as_str() == name);
            match (self.by_id(), &person.id) {
                (true, Some(id)) => {
                    same && account
                        .external_id
                        .as_ref()
                        .is_some_and(|known| known.as_str() == id)
                }
                (true, None) => false,
                (false, _) => same && !exact,
            }
        };
        let same_id = |account: &Account| {
            let id = account.external_id.as_ref().map(|known| known.as_str());
            id.is_some() && id == person.id.as_deref()
        };
        let exact = names.iter().find(|name| {
            own().any(|account| match self.by_id() {
                true => of_account(account, name, true),
                // Of several accounts, the one with the person's identifier.
                false => of_account(account, name, false) && same_id(account),
            })
        });
        let kept = exact.or_else(|| {
            names
                .iter()
                .find(|name| own().any(|account| of_account(account, name, false)))
        });
        let none_by_id = || match (self.by_id(), &person.id) {
            // Attached by hand, without an identifier: the name finds it.
            (true, id) => {
                let known = own().any(|account| {
                    account.external_id.as_ref().map(|known| known.as_str()) == id.as_deref()
                        && id.is_some()
                });
                (!known)
                    .then(|| {
                        names.iter().find(|name| {
                            own().any(|account| {
                                account.external_id.is_none()
                                    && account.username.key() == UsernameKey::of(name)
                            })
                        })
                    })
                    .flatten()
            }
            (false, _) => None,
        };
        kept.or_else(none_by_id)
            .or(names.first())
            .map(|name| (*name).to_owned())
    }

    pub(super) fn key(&self, person: &Person) -> Option<UsernameKey> {
        self.username(person).map(|name| UsernameKey::of(&name))
    }

    /// True if the directory's account is this person's.
    pub(super) fn is_of(&self, person: &Person, account: &Account) -> bool {
        let same_name = self
            .key(person)
            .is_some_and(|key| key == account.username.key());
        // Who was removed is found by the identifier that accounts remember.
        let removed = matches!(person.status, SourceStatus::Removed(_)) && person.id.is_some();
        if !self.by_id() && !removed {
            return same_name;
        }
        let Some(id) = &person.id else {
            return false;
        };
        match &account.external_id {
            Some(known) => known.as_str() == id,
            None => {
                let elsewhere = self.world.accounts.iter().any(|other| {
                    is_own(other)
                        && other
                            .external_id
                            .as_ref()
                            .is_some_and(|known| known.as_str() == id)
                });
                same_name && !elsewhere
            }
        }
    }
}
