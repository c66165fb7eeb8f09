//! Clocks that run while somebody may still come back.

use crate::accounts::Row;
use crate::changes::Decided;
use crate::planner::{Planner, Seen};
use jiff::{SignedDuration, Timestamp};
use muster_model::{AccountId, BlockReason, Coverage, Memory, Missing};
use muster_policy::{BlockRule, Grace};
use std::collections::{BTreeMap, BTreeSet};

/// What a grace says of somebody who is not in scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// There is none: block at once.
    None,
    /// It goes on.
    Lasts,
    /// It is over, as the sentence says.
    IsOver(String),
}

/// The instant at which a clock was started; a new one is started now. A clock
/// that is ahead of the time is none: somebody set the machine's clock.
pub(crate) fn begun(since: Option<&String>, now: Timestamp) -> String {
    let known = since.and_then(|since| since.parse::<Timestamp>().ok());
    match since.filter(|_| known.is_some_and(|known| known <= now)) {
        Some(since) => since.clone(),
        None => now.to_string(),
    }
}

/// The instant at which so many days are over.
pub(crate) fn end(since: &str, days: u32) -> Option<Timestamp> {
    let since: Timestamp = since.parse().ok()?;
    let days = SignedDuration::from_hours(24 * i64::from(days));
    since.checked_add(days).ok()
}

/// `since 2026-11-09, the grace of 14 days is over`.
pub(crate) fn is_over(grace: Grace, since: &str) -> String {
    format!("since {}, the grace of {grace} is over", day(since))
}

/// The day of an instant in UTC.
pub(crate) fn day(instant: &str) -> &str {
    instant.split('T').next().unwrap_or(instant)
}

impl Planner<'_> {
    /// What is remembered of an account's person once the plan is applied.
    pub(crate) fn memory(&self, row: Row) -> Option<&Memory> {
        let new = self.remembered.get(&row);
        new.or_else(|| self.accounts.memory(row))
    }

    /// Starts the clock of somebody who is not in scope, or lets it go on, and
    /// says what follows. `coverage` is that of the read which shows it.
    pub(crate) fn patience(&mut self, row: Row, coverage: &Coverage) -> Patience {
        let Some(grace) = self.policy.scope.grace else {
            return Patience::None;
        };
        let now = self.context.now;
        let mut memory = self.memory(row).cloned().unwrap_or_default();
        if memory.missing.as_ref().is_some_and(|missing| missing.gone) {
            return Patience::None;
        }
        let missing = missed(memory.missing.take(), grace, coverage, now);
        let patience = match outlasted(grace, &missing, now) {
            false => Patience::Lasts,
            true => Patience::IsOver(is_over(grace, &missing.since)),
        };
        if patience == Patience::Lasts {
            self.tell_of_missing(row, &missing);
        }
        memory.missing = Some(missing);
        self.remember(row, memory);
        patience
    }

    /// Remembers that somebody is gone for good, so that no grace begins if an
    /// administrator lets them in and the source does not tell of them again.
    pub(crate) fn remember_gone(&mut self, row: Row) {
        if self.policy.scope.grace.is_none() {
            return;
        }
        let mut memory = self.memory(row).cloned().unwrap_or_default();
        let missing = memory.missing.get_or_insert(Missing {
            since: self.context.now.to_string(),
            reads: 0,
            counted: None,
            gone: false,
        });
        missing.gone = true;
        self.remember(row, memory);
    }

    /// Remembers, if it is something else than before.
    pub(crate) fn remember(&mut self, row: Row, memory: Memory) {
        let before = self.accounts.memory(row);
        if before.map_or(memory.is_empty(), |before| *before == memory) {
            self.remembered.remove(&row);
        } else {
            self.remembered.insert(row, memory);
        }
    }

    /// True if an earlier run missed the account's person, who is not back yet.
    pub(crate) fn is_in_grace(&self, row: Row) -> bool {
        let memory = self.accounts.memory(row);
        memory.is_some_and(|memory| memory.missing.is_some())
    }

    /// True if a delta may say that somebody's time is over whom it does not
    /// deliver: they are as before, and before, their clock ran.
    pub(crate) fn is_overdue(&self, row: Row) -> Option<String> {
        let grace @ Grace::Days(_) = self.policy.scope.grace? else {
            return None;
        };
        let missing = self.accounts.memory(row)?.missing.as_ref()?;
        outlasted(grace, missing, self.context.now).then(|| is_over(grace, &missing.since))
    }

    /// The earliest instant at which a run that reads only changes has to look at
    /// everybody, because somebody's grace ends.
    pub(crate) fn next_due(&self, decided: &Decided) -> Option<Timestamp> {
        let known = self.context.directory.as_ref();
        let known = known.and_then(|record| record.pending.due.as_ref()?.parse().ok());
        let known = known.filter(|_| !self.accounts.is_whole());
        let after = decided.reasons_by_row();
        let old = self.accounts.remembered();
        let rows = old.chain(self.remembered.keys().copied());
        let ends = rows.filter_map(|row| {
            // What concerns others than the one person is not carried out.
            let (memory, reasons) = match self.is_planned(row) {
                true => (self.memory(row), after.get(&row).copied()),
                false => (self.accounts.memory(row), None),
            };
            let reasons = reasons.unwrap_or_else(|| self.accounts.reasons(row));
            self.ends_at(memory?, reasons)
        });
        ends.chain(known).min()
    }

    /// When the first grace of one person ends that a delta may decide on.
    fn ends_at(&self, memory: &Memory, reasons: &BTreeSet<BlockReason>) -> Option<Timestamp> {
        if let Some(missing) = &memory.missing {
            return match self.policy.scope.grace? {
                Grace::Days(days) if !reasons.contains(&BlockReason::LeftScope) => {
                    end(&missing.since, days)
                }
                _ => None,
            };
        }
        let rules = self.lasting_rules().filter_map(|(rule, days)| {
            let reason = BlockReason::Rule(rule.name.clone());
            let since = memory.rules.get(&rule.name)?;
            end(since, days).filter(|_| !reasons.contains(&reason))
        });
        rules.min()
    }

    /// Rules with a grace that hold as long as the person does not change: of
    /// others only the person's entry tells.
    pub(crate) fn lasting_rules(&self) -> impl Iterator<Item = (&BlockRule, u32)> + use<'_> {
        let rules = self.policy.blocks.iter();
        rules
            .filter(|rule| !rule.when.depends_on_time())
            .filter_map(|rule| Some((rule, rule.grace?)))
    }

    /// What is to be remembered, by account, in order.
    pub(crate) fn memories(&self) -> BTreeMap<AccountId, Memory> {
        self.remembered
            .iter()
            .filter(|(row, _)| self.is_planned(**row) && self.seen_of(**row) != Seen::Held)
            .map(|(row, memory)| (self.accounts.id(*row), memory.clone()))
            .collect()
    }

    /// Notes of whom the plan is, if it is about one person alone.
    pub(crate) fn settle_only(&mut self, decided: &Decided) {
        let Some(only) = &self.context.only else {
            return;
        };
        let own = self.accounts.by_username(only.as_str());
        let edits = decided.edits.iter();
        let renamed = edits.filter(|edit| {
            let new = edit.rename.as_ref().map(|new| new.key());
            new.as_ref() == Some(only)
        });
        let rows = own.into_iter().chain(renamed.map(|edit| edit.row));
        self.chosen = Some(rows.collect());
    }

    /// False if the plan is about somebody else alone.
    pub(crate) fn is_planned(&self, row: Row) -> bool {
        let chosen = self.chosen.as_ref();
        chosen.is_none_or(|chosen| chosen.contains(&row))
    }
}

/// Counts a read in. With a grace in days only its beginning counts, so that a
/// person who stays away is not written anew with every read.
fn missed(before: Option<Missing>, grace: Grace, coverage: &Coverage, now: Timestamp) -> Missing {
    let since = begun(before.as_ref().map(|missing| &missing.since), now);
    let instant = now.to_string();
    let is_new = before.is_none();
    let mut missing = before.unwrap_or(Missing {
        since: since.clone(),
        reads: 0,
        counted: None,
        gone: false,
    });
    missing.since = since;
    let counts = is_new || matches!(grace, Grace::Reads(_));
    if counts && coverage.proves_absence() && missing.counted.as_ref() != Some(&instant) {
        missing.reads = missing.reads.saturating_add(1);
        missing.counted = Some(instant);
    }
    missing
}

fn outlasted(grace: Grace, missing: &Missing, now: Timestamp) -> bool {
    match grace {
        Grace::Days(days) => end(&missing.since, days).is_some_and(|end| end <= now),
        Grace::Reads(reads) => missing.reads >= u64::from(reads),
    }
}
