//! Records that could not be read, and entries without an identifier.

use super::*;

impl<'w> Oracle<'w> {
    pub(super) fn broken_records(&mut self) {
        for problem in &self.world.problems {
            let own = || self.world.accounts.iter().filter(|account| is_own(account));
            let (found, name): (Vec<&Account>, Option<String>) = match &problem.subject {
                Subject::Nobody => (Vec::new(), None),
                Subject::Id(id) => {
                    let has = own().filter(|account| account.external_id.as_ref() == Some(id));
                    let learns = own().filter(|account| self.learns(account) == Some(id.as_str()));
                    (has.chain(learns).collect(), Some(id.as_str().to_owned()))
                }
                Subject::Attribute { value, .. } => {
                    let key = UsernameKey::of(value);
                    let named = own().filter(|account| {
                        account.username.key() == key || self.becomes(account) == Some(key.clone())
                    });
                    (named.collect(), Some(value.clone()))
                }
            };
            let first = found.iter().min_by_key(|account| account.id);
            let first = first.map(|account| account.username.to_string());
            let held: Vec<AccountId> = found.iter().map(|account| account.id).collect();
            self.held.extend(held);
            self.find(Fault::BrokenRecord, first.or(name), true);
        }
    }

    /// The username that an account is to have by its one entry in scope.
    pub(super) fn becomes(&self, account: &Account) -> Option<UsernameKey> {
        let people: Vec<&Person> = self
            .world
            .people
            .iter()
            .filter(|person| self.is_of(person, account))
            .collect();
        if !self.by_id() || self.came_twice(&people) {
            return None;
        }
        let mut people = people
            .into_iter()
            .filter(|p| self.standing(p) == Standing::In);
        self.key(people.next()?)
    }

    /// The identifier of the one entry in scope that finds an account by its name.
    pub(super) fn learns(&self, account: &Account) -> Option<&'w str> {
        let people: Vec<&Person> = self
            .world
            .people
            .iter()
            .filter(|person| self.is_of(person, account))
            .collect();
        if self.came_twice(&people) {
            return None;
        }
        let mut people = people
            .into_iter()
            .filter(|p| self.standing(p) == Standing::In);
        let id = people.next()?.id.as_deref()?;
        let known = account.external_id.as_ref().map(|known| known.as_str());
        (known != Some(id)).then_some(id)
    }

    /// True if a broken record is about somebody who has no account.
    pub(super) fn is_broken(&self, person: &Person) -> bool {
        self.world
            .problems
            .iter()
            .any(|problem| match &problem.subject {
                Subject::Id(id) => person.id.as_deref() == Some(id.as_str()),
                Subject::Attribute { value, .. } => {
                    self.key(person) == Some(UsernameKey::of(value))
                }
                Subject::Nobody => false,
            })
    }

    /// True if a broken record may be about anybody: about nobody in particular,
    /// or about somebody who is neither known nor delivered by what it names,
    /// where that is not what people are matched by.
    pub(super) fn is_anybodys(&self) -> bool {
        let own = || self.world.accounts.iter().filter(|account| is_own(account));
        let newcomers = || {
            self.world.people.iter().filter(|person| {
                let known = own().any(|account| self.is_of(person, account));
                let gap = self.by_id() && person.id.is_none();
                !known && !gap && self.standing(person) == Standing::In
            })
        };
        self.world
            .problems
            .iter()
            .any(|problem| match &problem.subject {
                Subject::Nobody => true,
                Subject::Id(id) => {
                    let held = own().any(|account| {
                        account.external_id.as_ref() == Some(id)
                            || self.learns(account) == Some(id.as_str())
                    });
                    let new = newcomers().any(|person| person.id.as_deref() == Some(id.as_str()));
                    !self.by_id() && !held && !new
                }
                Subject::Attribute { value, .. } => {
                    let key = UsernameKey::of(value);
                    let held = own().any(|account| {
                        account.username.key() == key
                            || self.becomes(account).as_ref() == Some(&key)
                    });
                    let new = newcomers().any(|person| self.key(person).as_ref() == Some(&key));
                    self.by_id() && !held && !new
                }
            })
    }

    pub(super) fn nameless(&mut self) {
        for person in &self.world.people {
            let gap = self.by_id() && person.id.is_none();
            if !gap || self.standing(person) == Standing::Out {
                continue;
            }
            let key = self.key(person);
            let own = self.world.accounts.iter().filter(|account| is_own(account));
            let named: Vec<AccountId> = own
                .filter(|account| Some(account.username.key()) == key)
                .map(|account| account.id)
                .collect();
            // Present, under a name that may be theirs: not to be taken for gone.
            self.held.extend(named);
        }
    }
}
