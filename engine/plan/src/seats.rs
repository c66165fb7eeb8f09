//! How many seats are used, left and wanted.

use crate::accounts::Row;
use crate::changes::Decided;
use crate::planner::{Edit, Fate, Planner, Until};
use muster_model::plan::{BLOCK_REASONS, reasons_of};
use muster_model::{
    AccountId, Action, BlockReason, Change, Coverage, Fault, Forecast, Licences, Upcoming,
};
use muster_policy::{LicenceTerms, SeatCount};
use std::collections::BTreeSet;

/// What changes alone do not tell about seats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Census {
    /// Accounts that wait after the plan, beside new ones.
    waiting: u64,
    /// Active accounts that become the directory's.
    taken_over: u64,
    /// People whose account is still to come.
    to_come: u64,
}

impl Planner<'_> {
    /// People at the source whose account is still to come.
    pub(crate) fn to_come(&self) -> u64 {
        let begun = |fate: &Fate| {
            let until = match fate {
                Fate::Skip { until, .. } => Some(*until),
                _ => None,
            };
            until == Some(Until::Begun)
        };
        let strangers = self.strangers.iter();
        strangers.filter(|one| begun(&one.fate)).count() as u64
    }

    /// Counts what changes alone do not tell.
    pub(crate) fn census(&self, decided: &Decided, to_come: u64) -> Census {
        let (mut more, mut fewer) = (0, 0);
        let planned = |edit: &&Edit| self.is_planned(edit.row);
        for edit in decided.edits.iter().filter(planned) {
            let before = self.accounts.reasons(edit.row);
            let shift = edit.reasons.as_ref();
            let after = shift.map_or(before, |shift| &shift.new);
            let is_ours = self.accounts.is_own(edit.row);
            fewer += u64::from(is_ours && is_waiting(before));
            more += u64::from((is_ours || edit.adoption.is_some()) && is_waiting(after));
        }
        Census {
            waiting: (self.waiting_before() + more).saturating_sub(fewer),
            taken_over: self.taken_over(decided),
            to_come,
        }
    }

    /// Active accounts that become the directory's.
    pub(crate) fn taken_over(&self, decided: &Decided) -> u64 {
        let counts = |edit: &&Edit| {
            let adopted = edit.adoption.is_some() && self.is_planned(edit.row);
            adopted && self.accounts.is_active(edit.row)
        };
        decided.edits.iter().filter(counts).count() as u64
    }

    /// Counts seats before and after the plan, and tells if they are few.
    pub(crate) fn licences(
        &mut self,
        changes: &[Change],
        upcoming: &[Upcoming],
        census: &Census,
        coverage: &Coverage,
    ) -> Option<Licences> {
        let terms = self.policy.licences.as_ref()?;
        let now = self.in_use(terms);
        let taken_over = match terms.count {
            SeatCount::Directory => census.taken_over,
            SeatCount::Intranet => 0,
        };
        let (more, fewer) = (count(changes, takes_seat), count(changes, frees_seat));
        let after = (now + more + taken_over).saturating_sub(fewer);
        let mut licences = Licences {
            limit: terms.limit,
            now,
            after,
            left: terms.limit.saturating_sub(after),
            waiting: census.waiting + count(changes, is_made_to_wait),
            forecast: None,
        };
        if coverage.proves_absence() {
            licences.forecast = Some(forecast(&licences, upcoming, census.to_come));
        }
        self.report_seats(terms, &licences);
        Some(licences)
    }

    /// Accounts that wait before the plan.
    fn waiting_before(&self) -> u64 {
        if !self.accounts.is_whole() {
            let record = self.context.directory.as_ref();
            return record.map_or(0, |record| record.pending.waiting);
        }
        let rows = self.accounts.own_rows();
        let waits = |row: &Row| is_waiting(self.accounts.reasons(*row));
        rows.filter(waits).count() as u64
    }

    fn report_seats(&mut self, terms: &LicenceTerms, licences: &Licences) {
        let Licences {
            limit, after, left, ..
        } = licences;
        let (fault, text) = if after > limit {
            let over = after - limit;
            (
                Fault::OverLimit,
                format!(
                    "{after} accounts are active, {over} more than the limit of {limit}: nobody is \
                     blocked for it, and nobody new gets a seat; raise `limit`, or block accounts"
                ),
            )
        } else if *left < terms.warn {
            let seats = if *left == 1 { "seat is" } else { "seats are" };
            let warn = terms.warn;
            (
                Fault::LicencesLow,
                format!("{left} of {limit} {seats} left, fewer than the {warn} of `warn`"),
            )
        } else {
            return;
        };
        let at = Some(terms.at.clone());
        self.find_fault(None, fault, None, text, at, false);
    }
}

fn count(changes: &[Change], is: fn(&Change) -> bool) -> u64 {
    changes.iter().filter(|change| is(change)).count() as u64
}

/// True for an account that is blocked for want of a seat, and for nothing else.
pub(crate) fn is_waiting(reasons: &BTreeSet<BlockReason>) -> bool {
    reasons.len() == 1 && reasons.contains(&BlockReason::NoLicence)
}

/// The change of block reasons that is a part of a change, if there is one.
pub(crate) fn shifted(change: &Change) -> Option<(BTreeSet<BlockReason>, BTreeSet<BlockReason>)> {
    let mut fields = change.fields.iter();
    let field = fields.find(|field| field.name.as_str() == BLOCK_REASONS)?;
    Some((
        reasons_of(field.old.as_ref()),
        reasons_of(field.new.as_ref()),
    ))
}

/// Whether the account is blocked before such a change, and after it.
fn shift(change: &Change) -> Option<(bool, bool)> {
    let (old, new) = shifted(change)?;
    Some((!old.is_empty(), !new.is_empty()))
}

pub(crate) fn is_made_to_wait(change: &Change) -> bool {
    change.action == Action::Create && shift(change).is_some()
}

pub(crate) fn takes_seat(change: &Change) -> bool {
    match change.action {
        Action::Create => !is_made_to_wait(change),
        Action::Unblock => true,
        _ => shift(change) == Some((true, false)),
    }
}

pub(crate) fn frees_seat(change: &Change) -> bool {
    match change.action {
        Action::Block => true,
        Action::Create | Action::Unblock => false,
        _ => shift(change) == Some((false, true)),
    }
}

pub(crate) fn forecast(licences: &Licences, upcoming: &[Upcoming], to_come: u64) -> Forecast {
    let dated = || upcoming.iter().filter(|one| one.on.is_some());
    let freed: BTreeSet<AccountId> = dated().map(|one| one.account_id).collect();
    let freed = freed.len() as u64;
    let wanted = licences.after + licences.waiting + to_come;
    Forecast {
        pending: to_come,
        freed,
        freed_from: dated().next().and_then(|one| one.on.clone()),
        over: wanted.saturating_sub(licences.limit + freed),
    }
}
