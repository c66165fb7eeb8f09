//! Exceptions, as far as they are in force: whom they are about, and what is to
//! be told of them.

mod told;

use crate::accounts::{AccountTable, Row};
use crate::planner::{Departure, Planner};
use hashbrown::HashMap;
use jiff::Timestamp;
use muster_model::{PolicyLine, Reason, UsernameKey};
use muster_policy::{Exception, ExceptionDeed, Person, Policy};
use std::collections::BTreeMap;

/// What was decided by name about the person of one entry: places in the
/// policy's exceptions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct About {
    /// Left out.
    pub(crate) exclude: Option<usize>,
    /// Has another username than the source says.
    pub(crate) rename: Option<usize>,
    /// Had one, and the exception is over.
    pub(crate) ended: Option<usize>,
    /// The account stays as it is.
    pub(crate) hold: Option<usize>,
}

/// All exceptions of a policy, by the people that they are about.
#[derive(Debug)]
pub(crate) struct Exceptions<'p> {
    all: &'p [Exception],
    now: Timestamp,
    by_id: HashMap<&'p str, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// Whether somebody was delivered whom the exception is about.
    met: Vec<bool>,
    /// Accounts that stay as they are.
    kept: BTreeMap<Row, usize>,
    key: String,
}

impl<'p> Exceptions<'p> {
    pub(crate) fn new(policy: &'p Policy, now: Timestamp, accounts: &AccountTable) -> Self {
        let mut found = Self {
            all: &policy.exceptions,
            now,
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            met: vec![false; policy.exceptions.len()],
            kept: BTreeMap::new(),
            key: String::new(),
        };
        for (place, exception) in policy.exceptions.iter().enumerate() {
            match &exception.deed {
                ExceptionDeed::Pin { .. } => {}
                ExceptionDeed::Exclude(person) | ExceptionDeed::Rename { person, .. } => {
                    found.index(place, person);
                }
                // The account of this name is meant, if there is one; whoever
                // else gets the name at the source is not.
                ExceptionDeed::Hold(person) => match account_of(person, accounts) {
                    Some(row) => {
                        found.meet(place);
                        found.keep(row, place);
                    }
                    None => found.index(place, person),
                },
            }
        }
        found
    }

    fn index(&mut self, place: usize, person: &'p Person) {
        match person {
            Person::Id(id) => self.by_id.entry(id.as_str()).or_default().push(place),
            Person::Username(name) => {
                let key = name.key().as_str().to_owned();
                self.by_name.entry(key).or_default().push(place);
            }
        }
    }

    /// Says that an account stays as it is.
    pub(crate) fn keep(&mut self, row: Row, place: usize) {
        if !self.is_over(place) {
            let known = self.kept.entry(row).or_insert(place);
            *known = (*known).min(place);
        }
    }

    fn meet(&mut self, place: usize) {
        if let Some(met) = self.met.get_mut(place) {
            *met = true;
        }
    }

    fn is_over(&self, place: usize) -> bool {
        let exception = self.all.get(place);
        exception.is_none_or(|exception| exception.is_expired(self.now))
    }

    /// True if there is nothing to look up.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty() && self.by_name.is_empty()
    }

    /// What was decided about somebody with this identifier and these names.
    pub(crate) fn about<'n>(
        &mut self,
        id: Option<&str>,
        names: impl Iterator<Item = &'n str>,
    ) -> About {
        let mut places: Vec<usize> = Vec::new();
        places.extend(id.and_then(|id| self.by_id.get(id)).into_iter().flatten());
        for name in names {
            self.key.clear();
            UsernameKey::write(name, &mut self.key);
            places.extend(self.by_name.get(&self.key).into_iter().flatten());
        }
        places.sort_unstable();
        let mut about = About::default();
        for place in places {
            self.meet(place);
            let (over, Some(exception)) = (self.is_over(place), self.all.get(place)) else {
                continue;
            };
            let slot = match (&exception.deed, over) {
                (ExceptionDeed::Exclude(_), false) => &mut about.exclude,
                (ExceptionDeed::Hold(_), false) => &mut about.hold,
                (ExceptionDeed::Rename { .. }, false) => &mut about.rename,
                (ExceptionDeed::Rename { .. }, true) => &mut about.ended,
                _ => continue,
            };
            // The first of several counts.
            slot.get_or_insert(place);
        }
        about
    }

    pub(crate) fn get(&self, place: usize) -> Option<&'p Exception> {
        self.all.get(place)
    }

    /// The username that an exception gives.
    pub(crate) fn name(&self, place: Option<usize>) -> Option<&'p str> {
        match &self.all.get(place?)?.deed {
            ExceptionDeed::Rename { to, .. } => Some(to.as_str()),
            _ => None,
        }
    }
}

/// The account by which somebody is known, delivered or not.
fn account_of(person: &Person, accounts: &AccountTable) -> Option<Row> {
    match person {
        Person::Id(id) => accounts.by_external_id(id.as_str()),
        Person::Username(name) => accounts.by_username(name.key().as_str()),
    }
}

/// Who decided it, for how long and why, as a part of a sentence.
pub(crate) fn in_words(exception: &Exception) -> String {
    let until = exception
        .expires
        .map_or(String::new(), |day| format!(" until {day}"));
    let Exception { owner, reason, .. } = exception;
    format!("by an exception{until} ({owner}: {reason})")
}

impl Planner<'_> {
    /// Why somebody is left out, and where that stands.
    pub(crate) fn excepted(&self, place: usize) -> Option<(String, PolicyLine)> {
        let exception = self.exceptions.get(place)?;
        let text = format!("left out {}", in_words(exception));
        Some((text, exception.at.clone()))
    }

    /// Why somebody gets an account, perhaps under a name that an exception gives.
    pub(crate) fn creation_reason(&self, about: About) -> Reason {
        let named = about.rename.and_then(|place| self.exceptions.get(place));
        let (text, at) = match named {
            Some(exception) => (
                format!("new in scope, named {}", in_words(exception)),
                &exception.at,
            ),
            None => ("new in scope".to_owned(), &self.policy.scope.at),
        };
        Reason {
            code: "new".to_owned(),
            text,
            policy: Some(at.clone()),
        }
    }

    /// Why an account gets another username than the source says, or gets the
    /// source's back.
    pub(crate) fn rename_reason(&self, about: About, key: &str) -> Option<Reason> {
        let given = about.rename.and_then(|place| self.exceptions.get(place));
        if let Some(exception) = given {
            return Some(Reason {
                code: "exception".to_owned(),
                text: format!("renamed {}", in_words(exception)),
                policy: Some(exception.at.clone()),
            });
        }
        let ended = self.exceptions.get(about.ended?)?;
        let had = self.exceptions.name(about.ended)?;
        (UsernameKey::of(had).as_str() == key).then(|| Reason {
            code: "exception-ended".to_owned(),
            text: "has the source's username again: the exception is over".to_owned(),
            policy: Some(ended.at.clone()),
        })
    }
}

impl Departure {
    /// The exception behind it.
    pub(crate) fn exception(self) -> Option<usize> {
        match self {
            Self::Excepted(place) => Some(place),
            _ => None,
        }
    }
}
