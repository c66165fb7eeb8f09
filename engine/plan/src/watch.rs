//! A window for whoever asks why: what was seen of some people, and what had
//! become of them when everybody was read, when all was settled, and at the end.
//!
//! It looks on and steers nothing: a plan that is watched is the plan that would
//! have been made anyhow. Who is not watched costs one comparison.

mod deed;
mod wanted;

pub use deed::{Deed, Fate, Presence, Shift, Why};
pub use wanted::{Wanted, wanted};

use crate::accounts::Row;
use crate::changes::Decided;
use crate::claims::Claimant;
use crate::pins::Link;
use crate::planner::{Departure, Named, Planner};
use muster_model::{AccountId, EntryView, Reason, Removal};
use muster_policy::MatchKey;
use std::collections::{BTreeMap, BTreeSet};

/// Whom to watch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Entries by their place in the read, counted from 0 over all pages.
    pub entries: BTreeSet<u64>,
    /// Accounts.
    pub accounts: BTreeSet<AccountId>,
}

impl Watch {
    /// True if there is nobody to watch.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.accounts.is_empty()
    }
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// Of the entries, by their places.
    pub entries: BTreeMap<u64, Sight>,
    /// Of the accounts, and of those that the entries have or find.
    pub accounts: BTreeMap<AccountId, Course>,
}

/// What was seen of one entry, and what became of it if it has no account.
#[derive(Clone, Debug)]
pub struct Sight {
    /// The username that the policy makes of it, or why it makes none.
    pub source_name: Result<Option<String>, String>,
    /// The username that counts: an exception may give another one.
    pub name: Option<String>,
    /// What was decided about the person by name.
    pub decided: DecidedByName,
    /// Whether it is in scope.
    pub scope: Scoped,
    /// The account that the policy's key finds.
    pub found: Option<AccountId>,
    /// The decision about who is whose account that the entry meets, and the
    /// account that it names.
    pub pin: Option<(Reason, Option<AccountId>)>,
    /// The directory's own account that the entry is compared with.
    pub account: Option<AccountId>,
    /// What else it finds, by the policy's keys for accounts that are not the
    /// directory's own.
    pub evidence: Vec<Found>,
    /// The account that becomes theirs, of those that are not the directory's own.
    pub adopts: Option<AccountId>,
    /// How it went on for somebody without an account.
    pub course: Option<Course>,
}

/// Places in the policy's exceptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecidedByName {
    /// Left out.
    pub exclude: Option<usize>,
    /// Has another username than the source says.
    pub rename: Option<usize>,
    /// Had one, and the exception is over.
    pub ended: Option<usize>,
    /// The account stays as it is.
    pub hold: Option<usize>,
}

/// Whether an entry is in scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scoped {
    /// It is.
    In,
    /// The source says that the person is gone.
    Removed(Removal),
    /// The policy leaves this username out.
    Excluded,
    /// An exception leaves the person out: its place in the policy's list.
    Excepted(usize),
    /// `where` is false.
    Condition,
    /// `where` could not be evaluated.
    Undecided(String),
}

/// What one key finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The key.
    pub key: MatchKey,
    /// The first of the accounts.
    pub accounts: Vec<AccountId>,
    /// How many there are.
    pub all: usize,
}

/// How it went on for one account, or for somebody who is to get one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// When everybody was read.
    pub read: Deed,
    /// When all was settled but usernames, seats and references.
    pub settled: Deed,
    /// In the plan.
    pub end: Deed,
}

/// What the planner keeps of it meanwhile.
#[derive(Debug)]
pub(crate) struct Watching {
    watch: Watch,
    watched: Watched,
    /// Places among those without an account, and of whom they are.
    strangers: BTreeMap<usize, u64>,
}

/// When a look is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Read,
    Settled,
}

impl<'p> Planner<'p> {
    /// Watches some people; before the first page.
    pub fn watch(&mut self, watch: Watch) {
        self.watching = (!watch.is_empty()).then(|| {
            Box::new(Watching {
                watch,
                watched: Watched::default(),
                strangers: BTreeMap::new(),
            })
        });
    }

    /// True if the next entry is to be watched.
    pub(crate) fn is_watched(&self) -> bool {
        let watching = self.watching.as_ref();
        watching.is_some_and(|watching| watching.watch.entries.contains(&self.entries()))
    }

    /// Takes an entry in, and a look at it before.
    pub(crate) fn watched_entry(&mut self, entry: EntryView<'_>) {
        let (place, strangers) = (self.entries(), self.strangers.len());
        let sight = self.sight(entry);
        self.entry(entry);
        let is_stranger = self.strangers.len() > strangers;
        if let Some(watching) = &mut self.watching {
            watching.watched.entries.insert(place, sight);
            if is_stranger {
                watching.strangers.insert(strangers, place);
            }
        }
    }

    /// Looks as [`Self::entry`] does; what that notes is noted twice to no effect.
    fn sight(&mut self, entry: EntryView<'_>) -> Sight {
        let source = self.named(entry);
        let about = self.about(entry);
        let found = self.find(entry, source.username(), about);
        let link = self.link(entry, source.username(), found);
        let departure = self.departure(entry, source.username(), about);
        let given = self.exceptions.name(about.rename).map(str::to_owned);
        let id_of = |row: Row| self.accounts.id(row);
        Sight {
            name: given.or_else(|| source.username().map(str::to_owned)),
            source_name: match source {
                Named::As(name) => Ok(Some(name.into_owned())),
                Named::Not => Ok(None),
                Named::Failed(failed) => Err(crate::words::failure(&failed)),
            },
            decided: DecidedByName {
                exclude: about.exclude,
                rename: about.rename,
                ended: about.ended,
                hold: about.hold,
            },
            scope: match departure {
                Ok(None) => Scoped::In,
                Ok(Some(Departure::Condition)) => Scoped::Condition,
                Ok(Some(Departure::Excluded)) => Scoped::Excluded,
                Ok(Some(Departure::Excepted(place))) => Scoped::Excepted(place),
                Ok(Some(Departure::Removed(removal))) => Scoped::Removed(removal),
                Err(failed) => Scoped::Undecided(failed.to_string()),
            },
            found: found.map(id_of),
            pin: self.pin_seen(link),
            account: link.row.map(id_of),
            evidence: Vec::new(),
            adopts: None,
            course: None,
        }
    }

    fn pin_seen(&self, link: Link) -> Option<(Reason, Option<AccountId>)> {
        let place = link.pin?;
        let row = self.pins.row(place);
        let reason = self.pins.reason(place)?;
        Some((reason, row.map(|row| self.accounts.id(row))))
    }

    /// Looks at everybody who is watched.
    pub(crate) fn look(&mut self, moment: Moment) {
        let Some(mut watching) = self.watching.take() else {
            return;
        };
        if moment == Moment::Read {
            self.learn(&mut watching);
        }
        for (id, course) in &mut watching.watched.accounts {
            if let Some(row) = self.accounts.by_id(*id) {
                let edit = self.edits.iter().find(|edit| edit.row == row);
                course.put(moment, self.deed_of_account(row, edit));
            }
        }
        let adopters = self.adopters.iter();
        let adopted: BTreeMap<usize, Row> = adopters.map(|(&row, &place)| (place, row)).collect();
        for (&stranger, place) in &watching.strangers {
            if let Some(sight) = watching.watched.entries.get_mut(place) {
                sight.adopts = adopted.get(&stranger).map(|&row| self.accounts.id(row));
                let deed = self.deed_of_stranger(self.strangers.get(stranger));
                sight.course.get_or_insert_default().put(moment, deed);
            }
        }
        self.watching = Some(watching);
    }

    /// What entries have found by now, and whose accounts are to be watched, too.
    fn learn(&self, watching: &mut Watching) {
        for (&stranger, place) in &watching.strangers {
            let finds = self
                .strangers
                .get(stranger)
                .and_then(|one| one.finds.as_ref());
            let (Some(finds), Some(sight)) = (finds, watching.watched.entries.get_mut(place))
            else {
                continue;
            };
            let keys = &self.policy.identity.adopt.keys;
            let found = finds.evidence.iter().filter_map(|evidence| {
                Some(Found {
                    key: keys.get(evidence.key)?.clone(),
                    accounts: evidence
                        .rows
                        .iter()
                        .map(|&row| self.accounts.id(row))
                        .collect(),
                    all: evidence.all,
                })
            });
            sight.evidence = found.collect();
        }
        let entries = watching.watched.entries.values();
        let theirs = entries.flat_map(|sight| {
            let pinned = sight.pin.as_ref().and_then(|(_, account)| *account);
            let found = sight.evidence.iter().flat_map(|found| &found.accounts);
            let found = found.copied().chain(sight.account).chain(sight.found);
            found.chain(pinned)
        });
        let all: BTreeSet<AccountId> = theirs
            .chain(watching.watch.accounts.iter().copied())
            .collect();
        for id in all {
            watching.watched.accounts.entry(id).or_default();
        }
    }

    /// Looks for the last time, and closes the window.
    pub(crate) fn look_at_the_end(&mut self, decided: &Decided) -> Watched {
        let Some(mut watching) = self.watching.take() else {
            return Watched::default();
        };
        let lacking = crate::changes::lacking(self, decided);
        for (id, course) in &mut watching.watched.accounts {
            let Some(row) = self.accounts.by_id(*id) else {
                continue;
            };
            let edit = decided.edits.iter().find(|edit| edit.row == row);
            course.end = self.deed_of_account(row, edit);
            if lacking.contains_key(&Claimant::Account(row)) {
                course.end.rename = None;
            }
        }
        for (&stranger, place) in &watching.strangers {
            let admitted = decided.strangers.iter().find(|(at, _)| *at == stranger);
            let mut deed = self.deed_of_stranger(admitted.map(|(_, one)| one));
            if lacking.contains_key(&Claimant::Stranger(stranger)) {
                deed.fate = Fate::Settled;
            }
            deed.waits = decided.unseated.contains(&stranger);
            let sight = watching.watched.entries.get_mut(place);
            if let Some(course) = sight.and_then(|sight| sight.course.as_mut()) {
                course.end = deed;
            }
        }
        watching.watched
    }
}

impl Course {
    fn put(&mut self, moment: Moment, deed: Deed) {
        match moment {
            Moment::Read => self.read = deed,
            Moment::Settled => self.settled = deed,
        }
    }
}
