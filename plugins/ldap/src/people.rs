//! Entries become rows: who is in scope, may log in, and can be identified.

use crate::bases::Bases;
use crate::context::Context;
use crate::directory::Found;
use crate::dn::Digest;
use crate::feed::{self, Key, Keys, Known};
use crate::groups::{Membership, Roots};
use crate::mapping::Mapping;
use crate::record::Record;
use crate::status::Judgement;
use crate::tally::Tally;
use muster_sdk::ldap::Entries;
use muster_sdk::{BlockCause, Removal, Rows, Status, Subject};
use std::collections::{BTreeSet, HashSet};

/// The page under way, and what decides who gets on it.
#[derive(Debug)]
pub struct People {
    pub context: Context,
    pub mapping: Mapping,
    pub membership: Membership,
    pub bases: Bases,
    pub tally: Tally,
    pub rows: Rows,
    roots: Roots,
    /// Identifiers met, where the server does not keep them apart.
    ids: Option<HashSet<Digest>>,
    /// What the next read of changes has to know; nothing if there is no feed.
    pub noted: Option<Noted>,
    /// An entry that goes on in the next block.
    unfinished: Option<Found>,
}

/// What a read of changes has to know of the read before it.
#[derive(Debug)]
pub struct Noted {
    /// Who is in scope.
    pub known: Known,
    /// Whose lock may end without a change.
    pub watched: BTreeSet<Key>,
    /// The set of all who were read, in scope or not, if it is counted.
    pub content: u128,
    counts: bool,
    /// Who was delivered, if that is asked.
    pub met: BTreeSet<Key>,
    meets: bool,
}

impl Noted {
    /// For a full read; `counts`: everybody is read, whoever is in scope.
    pub fn everybody(counts: bool) -> Self {
        Self {
            known: Known::new(),
            watched: BTreeSet::new(),
            content: 0,
            counts,
            met: BTreeSet::new(),
            meets: false,
        }
    }

    /// For a read of changes.
    pub fn changes(known: Known) -> Self {
        Self {
            known,
            meets: true,
            ..Self::everybody(false)
        }
    }

    fn read(&mut self, record: Record<'_>, mapping: &Mapping) {
        if self.counts
            && let Some(key) = mapping.key(record)
        {
            self.content = feed::add(self.content, &key);
        }
    }

    fn delivered(&mut self, record: Record<'_>, mapping: &Mapping, status: Status) {
        let is_locked = status == Status::Blocked(BlockCause::Locked);
        if !(self.meets || is_locked || self.known.keys().is_some()) {
            return;
        }
        let Some(key) = mapping.key(record) else {
            return;
        };
        self.known.add(key);
        if is_locked {
            self.watched.insert(key);
        }
        if self.meets {
            self.met.insert(key);
        }
    }
}

impl People {
    pub fn new(
        context: Context,
        mapping: Mapping,
        membership: Membership,
        bases: Bases,
        roots: Roots,
        tally: Tally,
    ) -> Self {
        let ids = (!mapping.id_is_unique()).then(HashSet::new);
        let rows = mapping.rows();
        Self {
            context,
            mapping,
            membership,
            bases,
            tally,
            rows,
            roots,
            ids,
            noted: None,
            unfinished: None,
        }
    }

    /// Adds the people of a block.
    pub fn block(&mut self, block: &Entries) {
        let last = block.len().checked_sub(1).filter(|_| block.continued());
        for (row, entry) in block.iter().enumerate() {
            if row == 0
                && let Some(mut whole) = self.unfinished.take()
            {
                whole.extend(entry);
                match last {
                    Some(0) => self.unfinished = Some(whole),
                    _ => self.entry(Record::Whole(&whole)),
                }
            } else if last == Some(row) {
                self.unfinished = Some(Found::of(entry, block.columns().len()));
            } else {
                self.entry(Record::Packed(entry));
            }
        }
    }

    /// Adds a person, if the entry is one and in scope.
    pub fn entry(&mut self, record: Record<'_>) {
        if let Some(noted) = &mut self.noted {
            noted.read(record, &self.mapping);
        }
        let Self {
            context,
            mapping,
            membership,
            bases,
            tally,
            rows,
            roots,
            ..
        } = self;
        let Some(groups) = membership.judge(record, &mut context.names, mapping) else {
            tally.strangers += 1;
            return;
        };
        if !bases.except.is_empty()
            && context.names.is_below(record.dn(), &bases.except) == Ok(true)
        {
            tally.strangers += 1;
            return;
        }
        let Judgement::Person(status) = mapping.status.judge(record) else {
            tally.machines += 1;
            return;
        };
        let name = |group: &u16| roots.told(usize::from(*group));
        let (mut few, several): ([&str; 1], Vec<&str>);
        let groups: &[&str] = match groups {
            [] => &[],
            [one] => {
                few = [""];
                few.iter_mut()
                    .zip(name(one))
                    .for_each(|(slot, name)| *slot = name);
                &few
            }
            all => {
                several = all.iter().filter_map(name).collect();
                &several
            }
        };
        if let Some(ids) = &mut self.ids
            && let Subject::Id(id) = mapping.subject(record)
            && !ids.insert(Digest::of_exact(id.as_bytes()))
        {
            let text = format!("its identifier `{id}` is that of another entry, too");
            return problem(record, text, Subject::Id(id), tally, rows);
        }
        if let Some(noted) = &mut self.noted {
            noted.delivered(record, mapping, status);
        }
        match mapping.add(record, status, groups, rows) {
            Ok(()) => tally.rows += 1,
            Err(text) => problem(record, text, mapping.subject(record), tally, rows),
        }
    }
}

impl People {
    /// Adds somebody who is no longer in scope.
    pub fn removed(&mut self, key: &Key, keys: Keys, removal: Removal) {
        self.rows.add(Status::Removed(removal)).id(keys.text(key));
        self.tally.rows += 1;
        if let Some(noted) = &mut self.noted {
            noted.known.remove(key);
        }
    }
}

fn problem(record: Record<'_>, text: String, subject: Subject, tally: &mut Tally, rows: &mut Rows) {
    tally.problems += 1;
    rows.problem(String::from_utf8_lossy(record.dn()), text, subject);
}
