//! Objects that were made anew at the source: the same person under a new
//! identifier. Their account is held, so that nobody is blocked and nobody gets
//! a second account before somebody has looked. A username that somebody else
//! uses anew is another thing: then the leaver is blocked.

use crate::accounts::Row;
use crate::claims::Claimant;
use crate::planner::{Fate, Planner, Seen, Stranger};
use crate::renames::Signature;
use crate::words;
use hashbrown::HashMap;
use muster_model::{Coverage, Fault};
use muster_policy::Key;
use std::collections::{BTreeMap, BTreeSet};

/// What shows that two are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trace {
    Username,
    /// The username alone: whoever looks different is hardly the same person.
    NameReused,
    MailAndName,
}

impl Planner<'_> {
    /// Holds new entries that look like people whose own entry is gone. Only
    /// proof counts: in a partial read, nobody is gone for not being seen.
    pub(crate) fn hold_recreated(&mut self, coverage: &Coverage) {
        if self.policy.identity.key != Key::ExternalId {
            return;
        }
        let newcomers = self.strangers.iter().enumerate().filter(|(_, stranger)| {
            matches!(stranger.fate, Fate::Create(_)) && stranger.pin.is_none()
        });
        let newcomers: Vec<usize> = newcomers.map(|(place, _)| place).collect();
        if newcomers.is_empty() {
            return;
        }
        let gone: Vec<Row> = self
            .accounts
            .own_rows()
            .filter(|&row| self.is_proven_gone(row, coverage))
            .collect();
        for (place, rows) in self.traces(&newcomers, &gone) {
            self.hold_one_recreated(place, &rows);
        }
    }

    /// True if a read, this one or one before, has proven that the account's own
    /// entry is gone or has left the scope.
    fn is_proven_gone(&self, row: Row, coverage: &Coverage) -> bool {
        let has_left = || self.has_left(row) || self.is_in_grace(row);
        match self.seen_of(row) {
            Seen::Not => coverage.proves_absence() || has_left(),
            // Of whoever left before, a delta need not tell that they are there.
            Seen::OutOfScope => has_left() || self.is_removed(row),
            Seen::InScope | Seen::Held => false,
        }
    }

    fn traces(&self, newcomers: &[usize], gone: &[Row]) -> BTreeMap<usize, BTreeSet<(Row, Trace)>> {
        let signature = Signature::new(self.policy);
        let mut by_look: HashMap<String, Vec<Row>> = HashMap::new();
        let mut by_name: HashMap<&str, Row> = HashMap::new();
        for &row in gone {
            by_name.insert(self.accounts.key(row), row);
            if let Some(look) = signature.of_account(&self.accounts, row) {
                by_look.entry(look).or_default().push(row);
            }
        }
        let mut traces: BTreeMap<usize, BTreeSet<(Row, Trace)>> = BTreeMap::new();
        for &place in newcomers {
            let Some(stranger) = self.strangers.get(place) else {
                continue;
            };
            let Fate::Create(fields) = &stranger.fate else {
                continue;
            };
            let key = stranger.username.as_ref().map(|name| name.key());
            let named = key.and_then(|key| by_name.get(key.as_str()).copied());
            let look = signature.of_stranger(fields);
            let alike = look.and_then(|look| by_look.get(&look));
            let by_username = |row| match signature.differs(&self.accounts, row, fields) {
                true => (row, Trace::NameReused),
                false => (row, Trace::Username),
            };
            let found = named.map(by_username).into_iter();
            let alike = alike.into_iter().flatten().copied();
            let alike = alike.filter(|row| Some(*row) != named);
            let found: BTreeSet<(Row, Trace)> = found
                .chain(alike.map(|row| (row, Trace::MailAndName)))
                .collect();
            if !found.is_empty() {
                traces.insert(place, found);
            }
        }
        traces
    }

    fn hold_one_recreated(&mut self, place: usize, rows: &BTreeSet<(Row, Trace)>) {
        let Some(stranger) = self.strangers.get(place) else {
            return;
        };
        let (name, who) = self.introduce(Claimant::Stranger(place));
        let lines: Vec<String> = rows
            .iter()
            .map(|&(row, trace)| self.recreated_in_words(stranger, row, trace))
            .collect();
        let text = format!("{who} {}", lines.join("; or "));
        if let Some(stranger) = self.strangers.get_mut(place) {
            stranger.fate = Fate::Reported;
        }
        for &(row, trace) in rows {
            if trace != Trace::NameReused {
                self.mark(row, Seen::Held);
            }
        }
        let at = Some(self.policy.identity.at.clone());
        self.find_fault(None, Fault::Recreated, Some(&name), text, at, true);
    }

    fn recreated_in_words(&self, stranger: &Stranger, row: Row, trace: Trace) -> String {
        let (old, number) = (self.accounts.username(row), self.accounts.id(row));
        let directory = &self.policy.directory;
        let id = stranger.external_id.as_ref().map_or("", |id| id.as_str());
        let one = format!(
            "say so in a file that the policy names under `exceptions`: {}, or by hand: `muster \
             account detach {old}`, then `muster account attach {old} --directory {directory} \
             --external-id {id}`",
            words::pin(id, old),
        );
        let account = format!("account `{old}` ({number}), whose own entry is no longer in scope");
        match trace {
            Trace::Username => format!(
                "carries the username of {account}. Nobody is created or blocked. If they are one \
                 person, made anew at the source, {one}; if not, give one of them another username"
            ),
            Trace::NameReused => format!(
                "carries the username of {account}, and has another e-mail and name: likely somebody \
                 else, so no account is made until one of the two has another username. If they are \
                 one person all the same, {one}"
            ),
            Trace::MailAndName => format!(
                "has the e-mail and name of {account}. Nobody is created or blocked. If they are one \
                 person, made anew at the source, {one}; if not, make the old account local: `muster \
                 account detach {old}`"
            ),
        }
    }
}
