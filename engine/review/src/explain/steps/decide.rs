//! Whether the person may log in, and what holds them back.

use super::conditions::condition;
use super::{day, matching};
use crate::explain::case::Case;
use crate::explain::report::{
    DecideStep, FieldOutcome, GraceSeen, MapStep, RuleSeen, ScopeStep, SeatsSeen, ShiftSeen,
};
use jiff::{SignedDuration, Timestamp};
use muster_model::{BlockReason, Fault, Finding};
use muster_plan::{Deed, Fate, Presence};
use muster_policy::Grace;
use std::collections::BTreeSet;

pub(in crate::explain) fn decide(case: &Case<'_>, _: &ScopeStep, map: &MapStep) -> DecideStep {
    let deed = case.deed();
    let before: BTreeSet<BlockReason> = match &case.account {
        Some(account) => account.block_reasons.clone(),
        None => BTreeSet::new(),
    };
    let after = match &deed.shift {
        Some(shift) => shift.new.clone(),
        None if deed.waits => [BlockReason::NoLicence].into(),
        None => before.clone(),
    };
    let held_back = held_back(case, map);
    DecideStep {
        text: text(case, &before, &after),
        presence: presence(case),
        creates: matching::creates(case),
        shifts: shifts(deed),
        rules: rules(case, &after),
        grace: grace(case),
        seats: seats(case),
        held_by: held_by(case, &held_back),
        held_back,
        before: before.into_iter().collect(),
        after: after.into_iter().collect(),
    }
}

fn presence(case: &Case<'_>) -> Presence {
    match (&case.account, case.is_held()) {
        (Some(_), _) => case.deed().presence,
        (None, true) => Presence::Held,
        (None, false) => match case.sight().map(|sight| &sight.scope) {
            None => Presence::NotSeen,
            Some(muster_plan::Scoped::In) => Presence::InScope,
            Some(_) => Presence::OutOfScope,
        },
    }
}

fn shifts(deed: &Deed) -> Vec<ShiftSeen> {
    let Some(shift) = &deed.shift else {
        return Vec::new();
    };
    let all = [(true, &shift.begins), (false, &shift.ends)];
    let all = all.into_iter().flat_map(|(begins, whys)| {
        whys.iter().map(move |why| ShiftSeen {
            reason: why.reason.clone(),
            begins,
            text: why.text.clone(),
            policy: why.policy.clone(),
        })
    });
    all.collect()
}

fn rules(case: &Case<'_>, after: &BTreeSet<BlockReason>) -> Vec<RuleSeen> {
    let Some(entry) = case.entry() else {
        return Vec::new();
    };
    let (now, memory) = (case.question.now(), case.memory());
    let rules = case.policy().blocks.iter();
    rules
        .map(|rule| {
            let since = memory.rules.get(&rule.name).cloned();
            let until = since.as_deref().zip(rule.grace);
            RuleSeen {
                name: rule.name.clone(),
                sentence: rule.sentence(),
                condition: condition(case.policy(), &rule.when, entry, now),
                grace: rule.grace,
                until: until.and_then(|(since, days)| end(since, days)),
                since,
                blocks: after.contains(&BlockReason::Rule(rule.name.clone())),
            }
        })
        .collect()
}

/// When so many days are over.
fn end(since: &str, days: u32) -> Option<String> {
    let since: Timestamp = since.parse().ok()?;
    let end = since.checked_add(SignedDuration::from_hours(24 * i64::from(days)));
    Some(end.ok()?.to_string())
}

fn grace(case: &Case<'_>) -> Option<GraceSeen> {
    let grace = case.policy().scope.grace?;
    let missing = case.memory().missing?;
    let is_out = !matches!(case.deed().presence, Presence::InScope);
    (is_out && !missing.gone).then(|| GraceSeen {
        allowed: grace.to_string(),
        until: match grace {
            Grace::Days(days) => end(&missing.since, days),
            Grace::Reads(_) => None,
        },
        reads: missing.reads,
        since: Some(missing.since),
    })
}

fn seats(case: &Case<'_>) -> Option<SeatsSeen> {
    let (terms, licences) = (
        case.policy().licences.as_ref()?,
        case.plan.licences.as_ref()?,
    );
    let findings = case.findings().into_iter();
    let line = findings
        .filter(|finding| finding.code == Fault::NoLicence)
        .map(|finding| finding.text)
        .next();
    Some(SeatsSeen {
        limit: licences.limit,
        now: licences.now,
        after: licences.after,
        left: licences.left,
        line,
        policy: terms.at.clone(),
    })
}

/// What would change, and does not.
fn held_back(case: &Case<'_>, map: &MapStep) -> Vec<String> {
    let (read, settled, end) = (&case.course.read, &case.course.settled, &case.course.end);
    let mut parts = BTreeSet::new();
    let was_to_be_made = read.fate == Fate::Create || settled.fate == Fate::Create;
    if case.account.is_none() && was_to_be_made && end.fate != Fate::Create {
        parts.insert("a new account".to_owned());
    }
    if case.account.is_some() {
        for early in [read, settled] {
            if early.rename.is_some() && end.rename.is_none() {
                parts.insert("another username".to_owned());
            }
            let lost = early
                .fields
                .iter()
                .filter(|field| !end.fields.iter().any(|left| left.name == field.name));
            parts.extend(lost.map(|field| format!("`{}`", field.name)));
            if early.shift.is_some() && end.shift.is_none() {
                parts.insert("block reasons".to_owned());
            }
            if early.adopts.is_some() && end.adopts.is_none() {
                parts.insert("its adoption".to_owned());
            }
        }
        let held = map
            .fields
            .iter()
            .filter(|field| field.outcome == FieldOutcome::Held);
        parts.extend(held.map(|field| format!("`{}`", field.name)));
    }
    parts.into_iter().collect()
}

fn held_by(case: &Case<'_>, held_back: &[String]) -> Vec<Finding> {
    let holds = |finding: &Finding| finding.held || finding.code == Fault::HeldByException;
    match case.is_held() || !held_back.is_empty() {
        true => case.findings().into_iter().filter(holds).collect(),
        false => Vec::new(),
    }
}

fn text(case: &Case<'_>, before: &BTreeSet<BlockReason>, after: &BTreeSet<BlockReason>) -> String {
    let names = |reasons: &BTreeSet<BlockReason>| {
        let names: Vec<String> = reasons.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    if case.is_not_ours() {
        return "the account is not the directory's, so nothing is decided".to_owned();
    }
    if case.account.is_none() {
        return match (case.deed().fate.clone(), case.is_held()) {
            (Fate::Create, _) if case.deed().waits => {
                "an account is made, and waits for a seat".to_owned()
            }
            (Fate::Create, _) => "an account is made".to_owned(),
            (_, true) => "held: no account is made".to_owned(),
            _ => "no account is made".to_owned(),
        };
    }
    let whys: Vec<String> = shifts(case.deed())
        .into_iter()
        .map(|why| why.text)
        .collect();
    match (before.is_empty(), after.is_empty()) {
        _ if case.is_held() => match before.is_empty() {
            true => "held: active, and left so".to_owned(),
            false => format!("held: blocked ({}), and left so", names(before)),
        },
        (true, true) => match waiting_time(case) {
            Some(until) => format!("active for now: {until}"),
            None => "active, and stays so".to_owned(),
        },
        (true, false) => format!("blocked from now on: {}", whys.join("; ")),
        (false, true) => format!("let in again: {}", whys.join("; ")),
        (false, false) => format!("blocked, and stays so: {}", names(after)),
    }
}

/// A grace that runs for an active account.
fn waiting_time(case: &Case<'_>) -> Option<String> {
    let grace = grace(case)?;
    let since = grace.since.as_deref().map_or("", day);
    Some(match grace.until {
        Some(until) => format!(
            "out of scope since {since}, the grace of {} ends on {}",
            grace.allowed,
            day(&until)
        ),
        None => format!(
            "out of scope since {since}, missed by {} of {}",
            grace.reads, grace.allowed
        ),
    })
}
