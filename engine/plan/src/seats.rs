//! How many seats are used, left and wanted.

use crate::accounts::Row;
use crate::planner::{Fate, Planner};
use muster_model::plan::{BLOCK_REASONS, reasons_of};
use muster_model::{
    AccountId, Action, BlockReason, Change, Coverage, Fault, FieldChange, Forecast, Licences,
    Upcoming, Value,
};
use muster_policy::LicenceTerms;
use std::collections::BTreeSet;

impl Planner<'_> {
    /// People at the source whose account is still to come.
    pub(crate) fn to_come(&self) -> u64 {
        let to_come = |fate: &Fate| matches!(fate, Fate::ToCome { .. });
        let strangers = self.strangers.iter();
        strangers.filter(|one| to_come(&one.fate)).count() as u64
    }

    /// Counts seats before and after the plan, and tells if they are few.
    pub(crate) fn licences(
        &mut self,
        changes: &[Change],
        upcoming: &[Upcoming],
        to_come: u64,
        coverage: &Coverage,
    ) -> Option<Licences> {
        let terms = self.policy.licences.as_ref()?;
        let now = self.in_use(terms);
        let (more, fewer) = (count(changes, takes_seat), count(changes, frees_seat));
        let after = (now + more + self.joined).saturating_sub(fewer);
        let fields = changes.iter().flat_map(|change| &change.fields);
        let shifts: Vec<_> = fields.filter(|field| is_shift(field)).collect();
        let begin = shifts.iter().filter(|shift| waits(&shift.new)).count() as u64;
        let end = shifts.iter().filter(|shift| waits(&shift.old)).count() as u64;
        let waiting = (self.waiting_before() + begin).saturating_sub(end);
        let mut licences = Licences {
            limit: terms.limit,
            now,
            after,
            left: terms.limit.saturating_sub(after),
            waiting,
            forecast: None,
        };
        if coverage.proves_absence() {
            licences.forecast = Some(forecast(&licences, upcoming, to_come));
        }
        self.report_seats(terms, &licences);
        Some(licences)
    }

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
                    "{after} accounts are active, {over} more than the {limit} seats: nobody is \
                     blocked for it, and nobody new gets one; raise `limit`, or block accounts"
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

fn waits(reasons: &Option<Value>) -> bool {
    is_waiting(&reasons_of(reasons.as_ref()))
}

fn is_shift(field: &FieldChange) -> bool {
    field.name.as_str() == BLOCK_REASONS
}

fn takes_seat(change: &Change) -> bool {
    match change.action {
        Action::Create => !change.fields.iter().any(is_shift),
        action => action == Action::Unblock,
    }
}

fn frees_seat(change: &Change) -> bool {
    change.action == Action::Block
}

fn forecast(licences: &Licences, upcoming: &[Upcoming], to_come: u64) -> Forecast {
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
