//! By what people go: names, identifiers and addresses, in entries and accounts.

use muster_model::{Account, AccountView, EntryView, Owner, UsernameKey, Value, ValueView};
use muster_policy::{ExceptionDeed, MatchKey, Person, Policy};
use std::collections::BTreeSet;

/// The fields, and the attributes, that name people.
#[derive(Debug)]
pub(crate) struct Names<'p> {
    asked: &'p str,
    key: UsernameKey,
    directory: &'p str,
    /// Mapped fields that hold e-mail addresses.
    mails: Vec<&'p str>,
    /// Attributes of which usernames and e-mail addresses are made.
    attributes: BTreeSet<usize>,
}

/// Entries that may be those of accounts.
#[derive(Debug, Default)]
pub(crate) struct Kin {
    ids: BTreeSet<String>,
    keys: Vec<UsernameKey>,
    /// People to whom a decision gives the name that was asked for.
    asked_ids: BTreeSet<String>,
    asked_keys: Vec<UsernameKey>,
    /// Attributes and what they may hold.
    values: Vec<(usize, UsernameKey)>,
}

/// True if a text is a name, by the rule of usernames.
pub(crate) fn same(text: &str, key: &UsernameKey) -> bool {
    let text = text.trim();
    match text.is_ascii() && key.as_str().is_ascii() {
        true => text.eq_ignore_ascii_case(key.as_str()),
        false => UsernameKey::of(text) == *key,
    }
}

impl<'p> Names<'p> {
    pub(crate) fn new(policy: &'p Policy, asked: &'p str) -> Self {
        let fields = policy.fields.iter();
        let mails = fields.filter(|field| field.name.as_str().contains("mail"));
        let origins = mails.clone().map(|field| field.value.origins());
        let username = policy.identity.username.value.origins();
        Self {
            asked,
            key: UsernameKey::of(asked),
            directory: policy.directory.as_str(),
            attributes: origins.flatten().chain(username).collect(),
            mails: mails.map(|field| field.name.as_str()).collect(),
        }
    }

    /// True if an account goes by a name.
    pub(crate) fn are_of_account(&self, account: &AccountView<'_>) -> bool {
        let (asked, key) = (self.asked, &self.key);
        let is_mail = |(name, value): &(&str, ValueView<'_>)| {
            self.mails.contains(name)
                && match value {
                    ValueView::Text(text) => same(text, key),
                    ValueView::List(items) => items.iter().any(|item| same(item, key)),
                }
        };
        same(account.username, key)
            || (account.external_id == Some(asked) && account.owner == self.directory)
            || account.fields.iter().any(is_mail)
    }

    /// True if an entry goes by a name; `made` are its usernames.
    pub(crate) fn are_of_entry(&self, entry: EntryView<'_>, made: &[&str]) -> bool {
        let (asked, key) = (self.asked, &self.key);
        let mut values = self.attributes.iter().flat_map(|&id| entry.values(id));
        entry.id() == Some(asked)
            || made.iter().any(|name| same(name, key))
            || values.any(|value| same(value, key))
    }

    /// What the entries of accounts may be known by.
    pub(crate) fn kin<'a>(
        &self,
        policy: &Policy,
        accounts: impl Iterator<Item = &'a Account>,
    ) -> Kin {
        let mut kin = Kin::default();
        for account in accounts {
            let key = account.username.key();
            if account.owner == Owner::Directory(policy.directory.clone()) {
                let id = account.external_id.as_ref();
                kin.ids.extend(id.map(|id| id.as_str().to_owned()));
            } else {
                kin.adoption(policy, account);
            }
            for person in decided(policy, &key) {
                kin.add(&person);
            }
            kin.keys.push(key);
        }
        kin
    }
}

impl Kin {
    /// Whom a decision gives a name.
    pub(crate) fn ask(&mut self, policy: &Policy, asked: &str) {
        for person in decided(policy, &UsernameKey::of(asked)) {
            match person {
                Person::Id(id) => drop(self.asked_ids.insert(id.as_str().to_owned())),
                Person::Username(name) => self.asked_keys.push(name.key()),
            }
        }
    }

    fn add(&mut self, person: &Person) {
        match person {
            Person::Id(id) => drop(self.ids.insert(id.as_str().to_owned())),
            Person::Username(name) => self.keys.push(name.key()),
        }
    }

    /// By what an entry would find an account that is not the directory's own.
    fn adoption(&mut self, policy: &Policy, account: &Account) {
        for key in &policy.identity.adopt.keys {
            match key {
                MatchKey::Username => {}
                MatchKey::ExternalId => {
                    let id = account.external_id.as_ref();
                    self.ids.extend(id.map(|id| id.as_str().to_owned()));
                }
                MatchKey::Field(name) => {
                    let field = policy.fields.iter().find(|field| field.name == *name);
                    let origins = field.map(|field| field.value.origins()).unwrap_or_default();
                    let texts = match account.fields.get(name) {
                        Some(Value::Text(text)) => std::slice::from_ref(text),
                        Some(Value::List(items)) => items,
                        None => &[],
                    };
                    for origin in origins {
                        let keys = texts.iter().map(|text| (origin, UsernameKey::of(text)));
                        self.values
                            .extend(keys.filter(|(_, key)| !key.as_str().is_empty()));
                    }
                }
            }
        }
    }

    /// True if an entry may be that of one of the accounts.
    pub(crate) fn are_of(&self, entry: EntryView<'_>, made: &[&str]) -> bool {
        let is_one = |key: &UsernameKey| made.iter().any(|name| same(name, key));
        entry.id().is_some_and(|id| self.ids.contains(id))
            || self.keys.iter().any(is_one)
            || self
                .values
                .iter()
                .any(|(id, key)| entry.values(*id).any(|value| same(value, key)))
    }

    /// True if a decision gives an entry's person the name that was asked for.
    pub(crate) fn is_asked(&self, entry: EntryView<'_>, made: &[&str]) -> bool {
        let is_one = |key: &UsernameKey| made.iter().any(|name| same(name, key));
        entry.id().is_some_and(|id| self.asked_ids.contains(id))
            || self.asked_keys.iter().any(is_one)
    }
}

/// To whom decisions give a username, or the account that has it.
fn decided(policy: &Policy, key: &UsernameKey) -> Vec<Person> {
    let exceptions = policy
        .exceptions
        .iter()
        .filter_map(|exception| match &exception.deed {
            ExceptionDeed::Rename { person, to } if to.key() == *key => Some(person.clone()),
            ExceptionDeed::Pin { id, account } if account.key() == *key => {
                Some(Person::Id(id.clone()))
            }
            _ => None,
        });
    let rows = policy.identity.adopt.rows.iter();
    let rows = rows.filter(|row| row.existing.key() == *key);
    exceptions
        .chain(rows.map(|row| Person::Username(row.new.clone())))
        .collect()
}
