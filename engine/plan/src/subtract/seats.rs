//! Seats of a plan with fewer people: who is not blocked keeps theirs, and the last
//! in line goes without.

use super::{Facts, Held};
use crate::queue::{Rank, ranks_of};
use crate::seats::{forecast, frees_seat, is_made_to_wait, is_waiting, shifted, takes_seat};
use muster_model::{AccountId, Action, BlockReason, Change, Licences, Plan, UsernameKey};
use muster_policy::{LicenceTerms, Policy, SeatCount};
use std::collections::{BTreeMap, BTreeSet};

/// By how much a change alters the number of seats in use.
fn weight(change: &Change, terms: &LicenceTerms, facts: &Facts) -> i64 {
    let adopted = change.action == Action::Adopt
        && terms.count == SeatCount::Directory
        && facts
            .adopted
            .get(&change.account_id)
            .is_some_and(BTreeSet::is_empty);
    i64::from(takes_seat(change)) + i64::from(adopted) - i64::from(frees_seat(change))
}

/// By how much it alters the number of those who wait.
fn waiting(change: &Change, facts: &Facts) -> i64 {
    if is_made_to_wait(change) {
        return 1;
    }
    let adopted = facts.adopted.get(&change.account_id);
    let adopted = adopted.filter(|_| change.action == Action::Adopt);
    match (shifted(change), adopted) {
        (Some((old, new)), None) => i64::from(is_waiting(&new)) - i64::from(is_waiting(&old)),
        // Until then they wait in no line of ours.
        (Some((_, new)), Some(_)) => i64::from(is_waiting(&new)),
        (None, Some(reasons)) => i64::from(is_waiting(reasons)),
        (None, None) => 0,
    }
}

fn moved(number: u64, by: i64) -> u64 {
    number.saturating_add_signed(by)
}

/// The seats once these changes are taken out.
pub(super) fn without(
    before: &Licences,
    terms: Option<&LicenceTerms>,
    facts: &Facts,
    out: &[Change],
    after: &Plan,
) -> Licences {
    let Some(terms) = terms else {
        return before.clone();
    };
    let used: i64 = out.iter().map(|change| weight(change, terms, facts)).sum();
    let wait: i64 = out.iter().map(|change| waiting(change, facts)).sum();
    let used = moved(before.after, -used);
    let mut seats = Licences {
        after: used,
        left: before.limit.saturating_sub(used),
        waiting: moved(before.waiting, -wait),
        ..before.clone()
    };
    if let Some(expected) = &before.forecast {
        seats.forecast = Some(forecast(&seats, &after.upcoming, expected.pending));
    }
    seats
}

/// Those whom the plan gives a seat, in the order in which they get one.
pub(super) struct Line {
    seats: Option<(u64, u64)>,
    weights: BTreeMap<AccountId, i64>,
    takers: Vec<(Turn, AccountId)>,
}

/// Waiting people come first, then those who come back, then new ones.
type Turn = (u8, Vec<Rank>, Option<UsernameKey>);

impl Line {
    pub(super) fn of(plan: &Plan, policy: &Policy, facts: &Facts) -> Self {
        let (Some(licences), Some(terms)) = (&plan.licences, &policy.licences) else {
            return Self {
                seats: None,
                weights: BTreeMap::new(),
                takers: Vec::new(),
            };
        };
        let mut weights: BTreeMap<AccountId, i64> = BTreeMap::new();
        let mut takers = Vec::new();
        for change in &plan.changes {
            *weights.entry(change.account_id).or_default() += weight(change, terms, facts);
            if change.action != Action::Adopt && takes_seat(change) {
                takers.push((turn(change, terms), change.account_id));
            }
        }
        takers.sort();
        Self {
            seats: Some((licences.limit, licences.after)),
            weights,
            takers,
        }
    }

    /// Takes somebody's changes out.
    pub(super) fn hold(&mut self, id: AccountId) {
        let weight = self.weights.remove(&id).unwrap_or_default();
        if let Some((_, used)) = &mut self.seats {
            *used = moved(*used, -weight);
        }
    }

    /// The last one in line who has a seat, if there are too few of them.
    pub(super) fn over(&mut self, held: &Held) -> Option<AccountId> {
        let (limit, used) = self.seats?;
        let takers = std::iter::from_fn(|| (used > limit).then(|| self.takers.pop()).flatten());
        takers.map(|(_, id)| id).find(|id| !held.contains_key(id))
    }
}

fn turn(change: &Change, terms: &LicenceTerms) -> Turn {
    let waited = || {
        let reasons = shifted(change).map(|(old, _)| old).unwrap_or_default();
        reasons.contains(&BlockReason::NoLicence)
    };
    match change.action {
        Action::Create => {
            let ranks = ranks_of(&terms.order, &change.fields);
            (2, ranks, Some(change.username.key()))
        }
        _ if waited() => (0, Vec::new(), None),
        _ => (1, Vec::new(), None),
    }
}
