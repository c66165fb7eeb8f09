//! Who stands in line for a seat, and in which order.

use crate::accounts::Row;
use crate::blocking::Verdict;
use crate::changes::Decided;
use crate::planner::{Fate, Planner, Seen, Stranger};
use crate::seats::is_waiting;
use hashbrown::HashSet;
use muster_model::{
    AccountId, BlockReason, Coverage, FieldChange, FieldName, SourceStatus, UsernameKey, Value,
};
use muster_policy::LicenceTerms;

/// Somebody who wants a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) who: Wisher,
    pub(crate) turn: Turn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wisher {
    /// Waits already.
    Waiting(Row),
    /// Waited, and an administrator let them in: sync decides again.
    LetIn(Row),
    /// No longer blocked for anything else; by place among the edits.
    Back(usize),
    /// By place among the newcomers.
    New(usize),
}

impl Wisher {
    /// True for those who come after whoever waits with an account: who is made
    /// to wait in their place comes before them.
    pub(crate) fn may_be_overtaken(self) -> bool {
        matches!(self, Self::Back(_) | Self::New(_))
    }
}

/// Whether a seat can be taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Now,
    /// It is kept for somebody whom this read did not tell of.
    Later,
}

impl Planner<'_> {
    /// Notes who, of those that have waited, may be let in now: in scope, active
    /// at the source, and nothing about them is unclear.
    pub(crate) fn note_fit(&mut self, row: Row, status: SourceStatus) {
        let clear = !self.verdicts.contains(&Verdict::Unknown);
        if self.policy.licences.is_some()
            && clear
            && status == SourceStatus::Active
            && (self.has_waited(row) || self.was_let_in(row))
        {
            self.fit.insert(row);
        }
    }

    fn has_waited(&self, row: Row) -> bool {
        self.accounts.reasons(row).contains(&BlockReason::NoLicence)
    }

    fn was_let_in(&self, row: Row) -> bool {
        let memory = self.accounts.memory(row);
        memory.is_some_and(|memory| memory.let_in.is_some()) && self.accounts.is_active(row)
    }

    pub(crate) fn is_wish_planned(&self, who: Wisher, decided: &Decided) -> bool {
        match who {
            Wisher::Waiting(row) | Wisher::LetIn(row) => self.is_planned(row),
            Wisher::Back(place) => {
                let edit = decided.edits.get(place);
                edit.is_some_and(|edit| self.is_planned(edit.row))
            }
            Wisher::New(place) => {
                let new = decided.strangers.get(place);
                let name = new.and_then(|(_, stranger)| stranger.username.as_ref());
                let only = self.context.only.as_ref();
                only.is_none_or(|only| name.is_some_and(|name| name.key() == *only))
            }
        }
    }

    /// Everybody who wants a seat, in the order in which they get one.
    pub(crate) fn wishes(
        &self,
        terms: &LicenceTerms,
        decided: &Decided,
        coverage: &Coverage,
    ) -> Vec<Wish> {
        let mut wishes = self.waiting(decided, coverage);
        let mut back: Vec<(AccountId, usize)> = Vec::new();
        for (place, edit) in decided.edits.iter().enumerate() {
            let shift = edit.reasons.as_ref();
            if shift.is_some_and(|shift| !shift.old.is_empty() && shift.new.is_empty()) {
                back.push((self.accounts.id(edit.row), place));
            }
        }
        back.sort_unstable();
        let mut new: Vec<(Vec<Rank>, UsernameKey, usize)> = Vec::new();
        for (place, (_, stranger)) in decided.strangers.iter().enumerate() {
            if let (Fate::Create(_), Some(name)) = (&stranger.fate, &stranger.username) {
                new.push((ranks(&terms.order, stranger), name.key(), place));
            }
        }
        new.sort_unstable();
        let now = |who: Wisher| Wish {
            who,
            turn: Turn::Now,
        };
        wishes.extend(back.into_iter().map(|(_, place)| now(Wisher::Back(place))));
        wishes.extend(new.into_iter().map(|(_, _, place)| now(Wisher::New(place))));
        wishes
    }

    /// Those who wait for nothing but a seat, by the number of their account.
    fn waiting(&self, decided: &Decided, coverage: &Coverage) -> Vec<Wish> {
        let after = decided.reasons_by_row();
        // Local accounts may have waited before they are adopted.
        let adopted = decided.edits.iter().filter(|edit| edit.adoption.is_some());
        let adopted: HashSet<Row> = adopted.map(|edit| edit.row).collect();
        let rows = self.accounts.own_rows().chain(adopted.iter().copied());
        let rows = rows.filter_map(|row| {
            if self.was_let_in(row) {
                let decides = self.fit.contains(&row)
                    && self.seen_of(row) == Seen::InScope
                    && self.is_planned(row)
                    && !after.contains_key(&row);
                let who = Wisher::LetIn(row);
                return decides.then_some((
                    row,
                    Wish {
                        who,
                        turn: Turn::Now,
                    },
                ));
            }
            let reasons = after.get(&row).copied();
            let reasons = reasons.unwrap_or_else(|| self.accounts.reasons(row));
            let turn = match adopted.contains(&row) {
                true => Some(Turn::Now),
                false => self.turn(row, coverage),
            };
            let turn = turn.filter(|_| is_waiting(reasons))?;
            let who = Wisher::Waiting(row);
            Some((row, Wish { who, turn }))
        });
        let mut rows: Vec<(Row, Wish)> = rows.collect();
        rows.sort_by_key(|(row, _)| self.accounts.id(*row));
        rows.into_iter().map(|(_, wish)| wish).collect()
    }

    /// Whether somebody who waits can be let in. `None`: they lose their turn,
    /// because they are not in scope, or nothing can be decided about them.
    fn turn(&self, row: Row, coverage: &Coverage) -> Option<Turn> {
        let is_missing = || {
            self.memory(row)
                .is_some_and(|memory| memory.missing.is_some())
        };
        match self.seen_of(row) {
            Seen::InScope => self.fit.contains(&row).then_some(Turn::Now),
            Seen::Held | Seen::OutOfScope => None,
            Seen::Not if is_missing() => None,
            Seen::Not => match coverage {
                // Who is not delivered is as before, but for what time has done.
                Coverage::Delta { .. } if self.policy.blocks_by_time() => Some(Turn::Later),
                Coverage::Delta { .. } => Some(Turn::Now),
                Coverage::Partial { .. } => Some(Turn::Later),
                Coverage::Complete { .. } => None,
            },
        }
    }
}

/// How one value orders: by text, absent and empty ones last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Value(String),
    Absent,
}

fn ranks(order: &[FieldName], stranger: &Stranger) -> Vec<Rank> {
    match &stranger.fate {
        Fate::Create(fields) => ranks_of(order, fields),
        _ => Vec::new(),
    }
}

/// The same by the values of the account that is to be made.
pub(crate) fn ranks_of(order: &[FieldName], fields: &[FieldChange]) -> Vec<Rank> {
    let rank = |name: &FieldName| {
        let field = fields.iter().find(|field| field.name == *name);
        match field.and_then(|field| field.new.as_ref()) {
            Some(value) if value.is_empty() => Rank::Absent,
            Some(Value::Text(text)) => Rank::Value(text.clone()),
            Some(Value::List(items)) => items.first().cloned().map_or(Rank::Absent, Rank::Value),
            None => Rank::Absent,
        }
    };
    order.iter().map(rank).collect()
}
