//! What could stand in the policy instead.

use super::Candidate;
use crate::explain::case::Case;
use crate::explain::counter::edits::{What, pin};
use crate::explain::report::{EditKind, Explanation, Place, ScopeVerdict, WantedSeen};
use muster_model::{BlockReason, Fault, UsernameKey};
use muster_plan::Scoped;
use std::collections::BTreeSet;

pub(super) fn of(case: &Case<'_>, base: &Explanation) -> Vec<Candidate> {
    let mut all = Vec::new();
    exceptions(case, base, &mut all);
    all.extend(exclusion(case));
    pins(case, base, &mut all);
    all.extend(condition(case, base));
    rules(case, base, &mut all);
    all.extend(limit(case, base));
    relaxed(case, base, &mut all);
    all
}

fn exceptions(case: &Case<'_>, base: &Explanation, all: &mut Vec<Candidate>) {
    for (place, exception) in case.policy().exceptions.iter().enumerate() {
        let seen = base.scope.exceptions.iter().find(|seen| {
            seen.policy == exception.at && seen.deed == exception.deed.as_str() && seen.in_force
        });
        if let Some(seen) = seen {
            let kind = EditKind::RemoveException { deed: seen.deed };
            let text = format!(
                "the exception `{}` is taken out ({}: {})",
                seen.deed, seen.owner, seen.reason
            );
            let what = What::NoException(place);
            all.push(Candidate::new(Place::Policy, what, kind, text).at(&exception.at));
        }
    }
}

fn exclusion(case: &Case<'_>) -> Option<Candidate> {
    let sight = case
        .sight()
        .filter(|sight| sight.scope == Scoped::Excluded)?;
    let name = sight.name.clone()?;
    let key = UsernameKey::of(&name);
    let kind = EditKind::RemoveExclusion {
        username: name.clone(),
    };
    let text = format!("`scope.exclude.usernames` does not name `{name}`");
    let at = &case.policy().scope.at;
    Some(Candidate::new(Place::Policy, What::NoExclusion(key), kind, text).at(at))
}

/// Decisions that one of the accounts that were found is the person's.
fn pins(case: &Case<'_>, base: &Explanation, all: &mut Vec<Candidate>) {
    let codes = [Fault::Ambiguous, Fault::UsernameClash, Fault::Recreated];
    let is_open = base
        .outcome
        .findings
        .iter()
        .any(|one| codes.contains(&one.code));
    let Some(id) = base.person.external_id.as_deref().filter(|_| is_open) else {
        return;
    };
    let found = base
        .matching
        .candidates
        .iter()
        .flat_map(|one| &one.accounts);
    let rivals = base
        .matching
        .rivals
        .iter()
        .filter(|one| one.account_id.is_some());
    let names = found.chain(rivals).filter_map(|one| one.username.clone());
    for name in names.collect::<BTreeSet<String>>() {
        let Some(exception) = pin(id, &name, case.policy()) else {
            continue;
        };
        let kind = EditKind::AddPin {
            id: id.to_owned(),
            account: name.clone(),
        };
        let text = format!("an exception says that they are the account `{name}`");
        let line =
            format!("- {{pin: {{id: \"{id}\", account: \"{name}\"}}, owner: YOU, reason: WHY}}");
        let what = What::Except(Box::new(exception));
        all.push(Candidate::new(Place::Policy, what, kind, text).how(line));
    }
}

fn condition(case: &Case<'_>, base: &Explanation) -> Option<Candidate> {
    let condition = case.policy().scope.condition.as_ref()?;
    let is_out = matches!(
        base.scope.verdict,
        ScopeVerdict::Out | ScopeVerdict::Undecided
    );
    is_out.then(|| {
        let text = "there is no `where`".to_owned();
        let kind = EditKind::RemoveCondition;
        Candidate::new(Place::Policy, What::NoCondition, kind, text).at(&condition.at)
    })
}

fn rules(case: &Case<'_>, base: &Explanation, all: &mut Vec<Candidate>) {
    for (place, rule) in case.policy().blocks.iter().enumerate() {
        let reason = BlockReason::Rule(rule.name.clone());
        let mut seen = base.decide.rules.iter();
        let holds = seen
            .find(|seen| seen.name == rule.name)
            .is_some_and(|seen| seen.condition.value != Some(false));
        if holds || base.decide.after.contains(&reason) {
            let kind = EditKind::RemoveRule {
                name: rule.name.clone(),
            };
            let text = format!("there is no rule `{}`", rule.name);
            let what = What::NoRule(place);
            all.push(Candidate::new(Place::Policy, what, kind, text).at(&rule.at));
        }
    }
}

/// So many seats that the person's turn comes.
fn limit(case: &Case<'_>, base: &Explanation) -> Option<Candidate> {
    let seats = base.decide.seats.as_ref()?;
    let line = seats.line.as_deref()?;
    let (_, rest) = line.rsplit_once("number ")?;
    let number: u64 = rest.split(' ').next()?.parse().ok()?;
    let free = seats.limit.saturating_sub(seats.after.min(seats.limit));
    let to = seats.limit.max(seats.after) + number.saturating_sub(free);
    let terms = case.policy().licences.as_ref()?;
    let kind = EditKind::RaiseLimit { to };
    let text = format!("`licences.limit` is {to}, not {}", seats.limit);
    let how = format!("limit: {to}");
    let what = What::Limit(to);
    Some(
        Candidate::new(Place::Policy, what, kind, text)
            .how(how)
            .at(&terms.at),
    )
}

/// Fields that may be missing, or wrong, without holding anybody.
fn relaxed(case: &Case<'_>, base: &Explanation, all: &mut Vec<Candidate>) {
    for seen in &base.map.fields {
        let place = case
            .policy()
            .fields
            .iter()
            .position(|one| one.name.as_str() == seen.name);
        let is_failed = matches!(seen.wanted, WantedSeen::Failed { .. });
        let Some(place) = place.filter(|_| seen.required || is_failed) else {
            continue;
        };
        let kind = EditKind::Relax {
            field: seen.name.clone(),
        };
        let (text, how) = match is_failed {
            true => (
                format!(
                    "`{}` is left as it is where it cannot be computed",
                    seen.name
                ),
                "on_error: keep",
            ),
            false => (format!("`{}` may be missing", seen.name), "required: false"),
        };
        let what = What::Relax(place);
        all.push(
            Candidate::new(Place::Policy, what, kind, text)
                .how(how)
                .at(&seen.policy),
        );
    }
}
