//! Who is meant: a username, an identifier, an e-mail address or the number of an
//! account becomes one person, several, or nobody.

mod names;

pub(super) use names::Names;

use super::Question;
use super::read::Read;
use muster_model::{Account, AccountId, Owner, UsernameKey};
use muster_plan::{Watch, Watched};
use muster_policy::Key;
use muster_store::StoreError;
use names::same;
use std::collections::{BTreeMap, BTreeSet};

/// People of one name that are looked at; a name that fits more is no name.
const MOST: usize = 50;

/// Who may be meant, before the planner has said who is who.
#[derive(Debug, Default)]
pub(super) struct Meant {
    /// Entries that go by the name.
    entries: BTreeSet<u64>,
    /// Entries that may be those of the accounts.
    related: BTreeSet<u64>,
    /// Accounts that go by the name.
    accounts: BTreeMap<AccountId, Account>,
}

/// One person: entries, an account, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Subject {
    /// Places in the read; more than one are too many.
    pub(super) entries: Vec<u64>,
    pub(super) account: Option<AccountId>,
}

/// What makes two sights one person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Oneself {
    Account(AccountId),
    Id(String),
    Name(String),
    Entry(u64),
}

impl Meant {
    pub(super) fn find(question: &Question<'_>, asked: &str) -> Result<Self, StoreError> {
        let names = Names::new(question.policy, asked);
        let mut meant = Self::default();
        let number: Option<AccountId> = asked.parse().ok();
        question.store.scan(&mut |account| {
            if meant.accounts.len() < MOST
                && (number == Some(account.id) || names.are_of_account(&account))
                && let Some(account) = account.to_account()
            {
                meant.accounts.insert(account.id, account);
            }
        })?;
        let mut kin = names.kin(question.policy, meant.accounts.values());
        kin.ask(question.policy, asked);
        let mut usernames =
            muster_policy::Usernames::new(&question.policy.identity, question.now());
        for (place, entry) in question.read.entries() {
            if meant.entries.len() + meant.related.len() >= MOST {
                break;
            }
            let made = usernames.of(entry).ok();
            let made: Vec<&str> = made
                .iter()
                .flat_map(|made| made.as_slice())
                .map(AsRef::as_ref)
                .collect();
            if names.are_of_entry(entry, &made) || kin.is_asked(entry, &made) {
                meant.entries.insert(place);
            } else if kin.are_of(entry, &made) {
                meant.related.insert(place);
            }
        }
        if let (true, Ok(bare)) = (meant.is_nobody(), asked.parse::<u64>())
            && let Some(account) = question.store.account(AccountId(bare))?
        {
            return Self::find(question, &account.id.to_string());
        }
        Ok(meant)
    }

    pub(super) fn everybody(question: &Question<'_>) -> Result<Self, StoreError> {
        let mut meant = Self::default();
        question.store.scan(&mut |account| {
            let account = account.to_account();
            meant
                .accounts
                .extend(account.map(|account| (account.id, account)));
        })?;
        meant.entries = (0..question.read.len()).collect();
        Ok(meant)
    }

    pub(super) fn is_nobody(&self) -> bool {
        self.entries.is_empty() && self.accounts.is_empty()
    }

    pub(super) fn watch(&self) -> Watch {
        Watch {
            entries: self.entries.union(&self.related).copied().collect(),
            accounts: self.accounts.keys().copied().collect(),
        }
    }

    /// The person in the source beyond the policy's scope, if nothing of theirs was read.
    pub(super) fn outside(&self, question: &Question<'_>, subject: &Subject) -> Option<Read> {
        let scope = &question.policy.scope;
        let is_narrow = [
            &scope.groups,
            &scope.under,
            &scope.except_groups,
            &scope.except_under,
        ]
        .into_iter()
        .any(|names| !names.is_empty());
        let beyond = question
            .beyond
            .filter(|_| is_narrow && subject.entries.is_empty())?;
        let account = subject.account.and_then(|id| self.accounts.get(&id));
        let id = account.and_then(|account| account.external_id.as_ref());
        let name = account.map(|account| account.username.as_str());
        let names = Names::new(question.policy, name.unwrap_or(question.asked.trim()));
        let mut usernames =
            muster_policy::Usernames::new(&question.policy.identity, question.now());
        beyond.look(&mut |entry| {
            let made = usernames.of(entry).ok();
            let made = made.iter().flat_map(|made| made.as_slice());
            let made: Vec<&str> = made.map(AsRef::as_ref).collect();
            match id {
                Some(id) => entry.id() == Some(id.as_str()),
                None => names.are_of_entry(entry, &made),
            }
        })
    }

    /// All people, now that it is known who is who.
    pub(super) fn all(&self, question: &Question<'_>, watched: &Watched) -> Vec<Subject> {
        let mut people: BTreeMap<Oneself, Subject> = BTreeMap::new();
        let mut direct: BTreeSet<Oneself> = BTreeSet::new();
        for (&place, sight) in &watched.entries {
            let id = question.read.entry(place).and_then(|entry| entry.id());
            let who = match sight.account.or(sight.adopts) {
                Some(account) => Oneself::Account(account),
                None => match (question.policy.identity.key, id, &sight.name) {
                    (Key::ExternalId, Some(id), _) => Oneself::Id(id.to_owned()),
                    (Key::Username, _, Some(name)) => {
                        Oneself::Name(UsernameKey::of(name).as_str().to_owned())
                    }
                    _ => Oneself::Entry(place),
                },
            };
            if self.entries.contains(&place) {
                direct.insert(who.clone());
            }
            let account = sight.account.or(sight.adopts);
            let subject = people.entry(who).or_default();
            subject.entries.push(place);
            subject.account = account;
        }
        for &account in self.accounts.keys() {
            let who = Oneself::Account(account);
            direct.insert(who.clone());
            people.entry(who).or_default().account = Some(account);
        }
        people.retain(|who, _| direct.contains(who));
        people.into_values().collect()
    }

    /// Those who are meant.
    pub(super) fn people(&self, question: &Question<'_>, watched: &Watched) -> Vec<Subject> {
        let mut people = self.all(question, watched);
        // Whoever is of no concern to the directory is meant if nobody else is.
        let is_ours = |subject: &Subject| {
            let account = subject.account.and_then(|id| self.accounts.get(&id));
            let owner = account.map(|account| &account.owner);
            !subject.entries.is_empty()
                || owner == Some(&Owner::Directory(question.policy.directory.clone()))
        };
        if people.iter().any(is_ours) {
            people.retain(is_ours);
        }
        people
    }
}

/// Usernames that look like somebody's who is unknown, the nearest first.
pub(super) fn nearest(question: &Question<'_>, asked: &str) -> Result<Vec<String>, StoreError> {
    let mut all: BTreeSet<String> = usernames(question.read, question).collect();
    question.store.scan(&mut |account| {
        all.insert(account.username.to_owned());
    })?;
    let mut found: Vec<String> = Vec::new();
    while found.len() < 3 {
        let near = muster_policy::nearest(asked, all.iter().map(String::as_str));
        let Some(near) = near.map(str::to_owned) else {
            break;
        };
        all.remove(&near);
        found.push(near);
    }
    let part = asked.trim().to_lowercase();
    if found.is_empty() && part.chars().count() > 2 {
        let has_part = |name: &&String| name.to_lowercase().contains(&part);
        found.extend(all.iter().filter(has_part).take(3).cloned());
    }
    Ok(found)
}

fn usernames<'q>(read: &'q Read, question: &'q Question<'_>) -> impl Iterator<Item = String> + 'q {
    let mut usernames = muster_policy::Usernames::new(&question.policy.identity, question.now());
    read.entries().flat_map(move |(_, entry)| {
        let made = usernames.of(entry).ok();
        let names = made.map(muster_policy::Texts::into_vec).unwrap_or_default();
        names
            .into_iter()
            .map(|name| name.into_owned())
            .collect::<Vec<_>>()
    })
}

/// True if two names are one, by the rule of usernames.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    same(one, &UsernameKey::of(other))
}
