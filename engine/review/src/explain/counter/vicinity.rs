//! Those who have to do with a person: whoever has, or wants, a name, an identifier or
//! an address of theirs, and whom they refer to.

use super::world::World;
use crate::explain::case::Case;
use crate::explain::read::plain;
use muster_model::{Account, AccountId, AccountView, EntryView, UsernameKey, ValueView};
use muster_policy::{MatchKey, Policy, ValueSource};
use muster_sync::PreviewError;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Rounds in which somebody leads to somebody else.
const ROUNDS: usize = 3;

/// A small world around a person.
pub(super) fn around<'c>(case: &Case<'c>) -> Result<World<'c>, PreviewError> {
    let policy = case.policy();
    let width = policy.attributes.len();
    let telling = Telling::of(policy);
    let mut names: HashSet<String> = HashSet::new();
    for (entry, sight) in &case.entries {
        telling.take_entry(*entry, &mut names);
        let source = sight.source_name.as_ref().ok().and_then(Option::as_deref);
        let known = source.into_iter().chain(sight.name.as_deref());
        names.extend(known.filter_map(folded));
    }
    if let Some(account) = &case.account {
        telling.take_account(&account.view(), &mut names);
    }
    let own: BTreeSet<u64> = case.places.iter().copied().collect();
    let mut entries: BTreeSet<u64> = BTreeSet::new();
    let mut accounts: BTreeMap<AccountId, Account> = BTreeMap::new();
    for account in case.watched.accounts.keys() {
        let account = case.question.store.account(*account)?;
        accounts.extend(account.map(|account| (account.id, account)));
    }
    for _ in 0..ROUNDS {
        let before = (entries.len(), accounts.len(), names.len());
        let mut more = HashSet::new();
        case.question.store.scan(&mut |view| {
            if !accounts.contains_key(&view.id)
                && telling.names_account(&view, &names)
                && let Some(account) = view.to_account()
            {
                accounts.insert(view.id, account);
            }
        })?;
        for account in accounts.values() {
            telling.key_of_account(&account.view(), &mut more);
        }
        for (place, entry) in case.question.read.entries() {
            let is_theirs = telling.names_entry(entry, &names) || telling.names_entry(entry, &more);
            if is_theirs && !own.contains(&place) && entries.insert(place) {
                telling.key_of_entry(entry, &mut more);
            }
        }
        names.extend(more);
        if before == (entries.len(), accounts.len(), names.len()) {
            break;
        }
    }
    let read = case.question.read;
    let places = case.places.iter().chain(&entries);
    let rows = places.filter_map(|place| Some(plain(read.entry(*place)?, width)));
    World::small(case, rows.collect(), accounts.into_values().collect())
}

/// The attributes and fields that tell who somebody is.
struct Telling<'p> {
    /// Of which usernames, addresses and what finds accounts are made, and which name
    /// other people.
    attributes: BTreeSet<usize>,
    /// Of which usernames are made.
    usernames: Vec<usize>,
    fields: BTreeSet<&'p str>,
}

impl<'p> Telling<'p> {
    fn of(policy: &'p Policy) -> Self {
        let usernames = policy.identity.username.value.origins();
        let mut attributes: BTreeSet<usize> = usernames.iter().copied().collect();
        let mut fields = BTreeSet::new();
        let keys = &policy.identity.adopt.keys;
        for field in &policy.fields {
            let finds = keys
                .iter()
                .any(|key| *key == MatchKey::Field(field.name.clone()));
            let is_mail = field.name.as_str().contains("mail");
            if let ValueSource::Reference(reference) = &field.value {
                attributes.extend(reference.attributes());
            } else if finds || is_mail {
                attributes.extend(field.value.origins());
                fields.insert(field.name.as_str());
            }
        }
        Self {
            attributes,
            usernames,
            fields,
        }
    }

    fn take_entry(&self, entry: EntryView<'_>, names: &mut HashSet<String>) {
        let values = self.attributes.iter().flat_map(|&id| entry.values(id));
        names.extend(values.chain(entry.id()).filter_map(folded));
    }

    fn take_account(&self, account: &AccountView<'_>, names: &mut HashSet<String>) {
        self.key_of_account(account, names);
        for (name, value) in &account.fields {
            if self.fields.contains(name) {
                match value {
                    ValueView::Text(text) => names.extend(folded(text)),
                    ValueView::List(items) => names.extend(items.iter().filter_map(|i| folded(i))),
                }
            }
        }
    }

    fn key_of_entry(&self, entry: EntryView<'_>, names: &mut HashSet<String>) {
        let values = self.usernames.iter().flat_map(|&id| entry.values(id));
        names.extend(values.chain(entry.id()).filter_map(folded));
    }

    fn key_of_account(&self, account: &AccountView<'_>, names: &mut HashSet<String>) {
        names.extend(folded(account.username));
        names.extend(account.external_id.and_then(folded));
    }

    fn names_entry(&self, entry: EntryView<'_>, names: &HashSet<String>) -> bool {
        let values = self.attributes.iter().flat_map(|&id| entry.values(id));
        let mut values = values.chain(entry.id());
        values.any(|value| is_among(value, names))
    }

    fn names_account(&self, account: &AccountView<'_>, names: &HashSet<String>) -> bool {
        let is_name = |text: &str| is_among(text, names);
        is_name(account.username)
            || account.external_id.is_some_and(is_name)
            || account.fields.iter().any(|(name, value)| {
                self.fields.contains(name)
                    && match value {
                        ValueView::Text(text) => is_name(text),
                        ValueView::List(items) => items.iter().any(|item| is_name(item)),
                    }
            })
    }
}

fn folded(text: &str) -> Option<String> {
    let key = UsernameKey::of(text).as_str().to_owned();
    (!key.is_empty()).then_some(key)
}

fn is_among(text: &str, names: &HashSet<String>) -> bool {
    let text = text.trim();
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    match is_plain {
        true => names.contains(text),
        false => folded(text).is_some_and(|key| names.contains(&key)),
    }
}
