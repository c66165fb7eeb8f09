//! Whom a test means by a name: somebody at the source, in the intranet, or both.

use super::scene::{People, Person, Test};
use super::source::row;
use super::world;
use jiff::Timestamp;
use muster_model::{AccountId, Change, Finding, Owner, Page, UsernameKey};
use muster_policy::{Policy, Texts, Usernames};
use muster_store::MemoryStore;
use std::collections::{BTreeMap, BTreeSet};

/// All by which somebody may be named in a plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    pub(super) ids: BTreeSet<String>,
    pub(super) accounts: BTreeSet<AccountId>,
    pub(super) names: BTreeSet<UsernameKey>,
}

impl Subject {
    /// True if nobody is meant.
    pub(super) fn is_nobody(&self) -> bool {
        self.ids.is_empty() && self.accounts.is_empty() && self.names.is_empty()
    }

    /// True if the change is one of theirs.
    pub(super) fn owns(&self, change: &Change) -> bool {
        if self.accounts.contains(&change.account_id) {
            return true;
        }
        match &change.external_id {
            Some(id) if !self.ids.is_empty() => self.ids.contains(id.as_str()),
            _ => self.names.contains(&change.username.key()),
        }
    }

    /// True if the finding is about them. `names` are those that they have by
    /// changes, too.
    pub(super) fn concerns(&self, finding: &Finding) -> bool {
        finding.username.as_ref().is_some_and(|name| {
            self.ids.contains(name) || self.names.contains(&UsernameKey::of(name))
        })
    }
}

/// People of a read, by what a test may call them.
#[derive(Debug, Default)]
pub(super) struct Directory {
    people: BTreeMap<UsernameKey, Vec<Somebody>>,
}

/// The identifier and the usernames of somebody at the source.
type Somebody = (Option<String>, Vec<UsernameKey>);

impl Directory {
    /// Somebody who is called by a name of the test's own.
    pub(super) fn given(&mut self, policy: &Policy, person: &Person, now: Timestamp) {
        let page = Page::from_rows(policy.attributes.len(), &[row(policy, person)], Vec::new());
        let names = page
            .entries()
            .next()
            .map(|entry| usernames(policy, entry, now));
        let key = UsernameKey::of(&person.label);
        let known = (person.id.clone(), names.unwrap_or_default());
        self.people.entry(key).or_default().push(known);
    }

    /// Everybody of a page, as far as a test is interested in them.
    pub(super) fn recorded(
        &mut self,
        policy: &Policy,
        page: &Page,
        now: Timestamp,
        wanted: &BTreeSet<UsernameKey>,
    ) {
        for entry in page.entries() {
            let names = usernames(policy, entry, now);
            let id = entry.id().map(str::to_owned);
            let called = names
                .iter()
                .cloned()
                .chain(id.as_deref().map(UsernameKey::of));
            for key in called.filter(|key| wanted.contains(key)) {
                let known = (id.clone(), names.clone());
                self.people.entry(key).or_default().push(known);
            }
        }
    }

    /// Whom a name means.
    pub(super) fn subject(&self, who: &str, policy: &Policy, store: &MemoryStore) -> Subject {
        let key = UsernameKey::of(who);
        let mut subject = Subject::default();
        for (id, names) in self.people.get(&key).into_iter().flatten() {
            subject.ids.extend(id.clone());
            subject.names.extend(names.iter().cloned());
        }
        let own = Owner::Directory(policy.directory.clone());
        let is_theirs = |account: &&muster_model::Account| {
            let id = account.external_id.as_ref().map(|id| id.as_str());
            account.owner == own && id.is_some_and(|id| subject.ids.contains(id))
        };
        let linked: Vec<_> = store.accounts().filter(is_theirs).collect();
        let called = world::called(store, &key);
        for account in linked.into_iter().chain(called) {
            subject.accounts.insert(account.id);
            subject.names.insert(account.username.key());
        }
        if policy.identity.key == muster_policy::Key::Username {
            let names = subject.names.clone();
            for account in names.iter().filter_map(|name| world::called(store, name)) {
                subject.accounts.insert(account.id);
            }
        }
        subject
    }
}

fn usernames(
    policy: &Policy,
    entry: muster_model::EntryView<'_>,
    now: Timestamp,
) -> Vec<UsernameKey> {
    let mut usernames = Usernames::new(&policy.identity, now);
    let texts = usernames.of(entry).unwrap_or(Texts::Absent);
    let texts = texts.as_slice().iter();
    texts.map(|text| UsernameKey::of(text)).collect()
}

/// All people whom a test gives, also those of earlier syncs.
pub(super) fn given(test: &Test, policy: &Policy) -> Directory {
    let mut directory = Directory::default();
    for read in test.before.iter().chain([&test.read]) {
        if let People::Given(people) = &read.people {
            for person in people {
                directory.given(policy, person, read.now);
            }
        }
    }
    directory
}
