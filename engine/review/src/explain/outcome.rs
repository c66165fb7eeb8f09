//! What the plan does about one person, in one word and in one sentence.

use super::case::Case;
use super::report::{DecideStep, MatchStep, Outcome, OutcomeKind, ScopeStep, ScopeVerdict};
use muster_model::{Action, Change, Finding, GuardResult};
use muster_plan::{Fate, Presence};

/// What the plan does.
pub(super) fn of(case: &Case<'_>) -> Outcome {
    let changes = case.changes();
    let guards = case.plan.guards.iter();
    let stops = |guard: &&GuardResult| guard.tripped && guard.overridden.is_none();
    let account = case.account.as_ref().map(|account| account.id);
    let id = account.or_else(|| changes.first().map(|change| change.account_id));
    let upcoming = case.plan.upcoming.iter();
    Outcome {
        kind: kind(case, &changes),
        findings: case.findings(),
        upcoming: upcoming
            .filter(|one| Some(one.account_id) == id)
            .cloned()
            .collect(),
        stopped_by: guards.filter(stops).cloned().collect(),
        changes,
    }
}

fn kind(case: &Case<'_>, changes: &[Change]) -> OutcomeKind {
    let deed = case.deed();
    let does = |action: Action| changes.iter().any(|change| change.action == action);
    match &case.account {
        None if deed.fate == Fate::Create && deed.waits => OutcomeKind::CreatedBlocked,
        None if deed.fate == Fate::Create => OutcomeKind::Created,
        None if case.is_held() => OutcomeKind::Held,
        None => OutcomeKind::NotSynced,
        Some(_) if case.is_not_ours() => OutcomeKind::NotOurs,
        Some(_) if does(Action::Adopt) => OutcomeKind::Adopted,
        Some(_) if does(Action::Block) => OutcomeKind::Blocked,
        Some(_) if does(Action::Unblock) => OutcomeKind::Unblocked,
        Some(_) if !changes.is_empty() => OutcomeKind::Updated,
        Some(_) if deed.presence == Presence::Held => OutcomeKind::Held,
        Some(account) if account.block_reasons.is_empty() => OutcomeKind::Unchanged,
        Some(_) => OutcomeKind::StaysBlocked,
    }
}

/// The question's answer, in one sentence or two.
pub(super) fn answer(
    case: &Case<'_>,
    outcome: &Outcome,
    scope: &ScopeStep,
    matching: &MatchStep,
    decide: &DecideStep,
) -> String {
    let mut text = ended(sentence(case, outcome, scope, matching, decide));
    if !outcome.changes.is_empty() && !decide.held_by.is_empty() {
        let held = decide.held_back.join(", ");
        let why: Vec<&str> = decide.held_by.iter().map(|f| f.text.as_str()).collect();
        text.push_str(&ended(format!(" Held back: {held}; {}.", why.join("; "))));
    }
    let guards: Vec<String> = outcome.stopped_by.iter().map(guard).collect();
    if !guards.is_empty() && !outcome.changes.is_empty() {
        text.push_str(&format!(
            " But the plan is stopped by {}, so nothing is applied.",
            guards.join(" and ")
        ));
    }
    text
}

/// One full stop, also behind a quoted sentence.
fn ended(text: String) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

fn guard(guard: &GuardResult) -> String {
    format!(
        "the guard `{}` ({}, the limit is {})",
        guard.name, guard.value, guard.limit
    )
}

fn sentence(
    case: &Case<'_>,
    outcome: &Outcome,
    scope: &ScopeStep,
    matching: &MatchStep,
    decide: &DecideStep,
) -> String {
    let name = case.who.name();
    let account = case.account.as_ref();
    let account = account.map(|account| format!("account {} `{}`", account.id, account.username));
    let account = account.unwrap_or_default();
    let reason = |action: Action| {
        let mut changes = outcome.changes.iter();
        let change = changes.find(|change| change.action == action);
        change.map_or(String::new(), |change| change.reason.text.clone())
    };
    match outcome.kind {
        OutcomeKind::Created => {
            let id = outcome
                .changes
                .first()
                .map(|change| change.account_id.to_string());
            let id = id.unwrap_or_default();
            format!(
                "`{name}` gets a new account, {id}: {}.",
                reason(Action::Create)
            )
        }
        OutcomeKind::CreatedBlocked => {
            let line = decide.seats.as_ref().and_then(|seats| seats.line.clone());
            format!(
                "`{name}` gets a new account that is blocked until there is a seat: {}.",
                line.unwrap_or_else(|| reason(Action::Create))
            )
        }
        OutcomeKind::Adopted => {
            format!(
                "The {account} becomes the directory's own: {}.",
                reason(Action::Adopt)
            )
        }
        OutcomeKind::Blocked => {
            format!("The {account} will be blocked: {}.", reason(Action::Block))
        }
        OutcomeKind::Unblocked => {
            format!(
                "The {account} will be let in again: {}.",
                reason(Action::Unblock)
            )
        }
        OutcomeKind::Updated => updated(&account, outcome),
        OutcomeKind::Unchanged => unchanged(case, &account, scope, decide),
        OutcomeKind::StaysBlocked => stays_blocked(&account, matching, outcome),
        OutcomeKind::Held => held(case, name, decide),
        OutcomeKind::NotSynced => format!("`{name}` is not synced: {}.", why_not(case, scope)),
        OutcomeKind::NotOurs => format!(
            "The directory `{}` has nobody for the {account}: {}.",
            case.policy().directory,
            matching.text
        ),
    }
}

fn updated(account: &str, outcome: &Outcome) -> String {
    let texts: Vec<&str> = outcome
        .changes
        .iter()
        .map(|c| c.reason.text.as_str())
        .collect();
    let fields = outcome.changes.iter().flat_map(|change| &change.fields);
    let names: Vec<String> = fields.map(|field| format!("`{}`", field.name)).collect();
    format!(
        "The {account} changes ({}): {}.",
        names.join(", "),
        texts.join("; ")
    )
}

fn unchanged(case: &Case<'_>, account: &str, scope: &ScopeStep, decide: &DecideStep) -> String {
    match scope.verdict {
        ScopeVerdict::In => {
            format!("The {account} is in scope and active, and nothing changes.")
        }
        _ if decide.grace.is_some() => format!("The {account} is {}.", decide.text),
        ScopeVerdict::Unproven => {
            let kind = match case.plan.coverage {
                muster_model::Coverage::Delta { .. } => "only changes were read",
                _ => "the read is partial",
            };
            format!(
                "The {account} is active and stays as it is: they were not delivered, and {kind}."
            )
        }
        _ => format!(
            "The {account} is active, and nothing changes: {}.",
            scope.text
        ),
    }
}

fn stays_blocked(account: &str, matching: &MatchStep, outcome: &Outcome) -> String {
    let reasons = matching
        .account
        .iter()
        .flat_map(|account| &account.block_reasons);
    let told: Vec<String> = reasons
        .map(|block| {
            let set = block.set.as_ref().map(|set| {
                let day = super::steps::day(&set.at);
                format!(
                    ", set by {} on {day} in run {}: {}",
                    set.by, set.run, set.text
                )
            });
            format!(
                "{}{} – {}",
                block.reason,
                set.unwrap_or_default(),
                block.ends
            )
        })
        .collect();
    let by_hand = outcome.findings.iter();
    let by_hand = by_hand.filter(|finding| finding.code == muster_model::Fault::UnblockByHand);
    let by_hand: Vec<String> = by_hand
        .map(|finding| format!(" {}.", finding.text))
        .collect();
    format!(
        "The {account} is blocked and stays so: {}.{}",
        told.join("; "),
        by_hand.concat()
    )
}

fn held(case: &Case<'_>, name: &str, decide: &DecideStep) -> String {
    let findings: Vec<&str> = decide.held_by.iter().map(|f| f.text.as_str()).collect();
    let whose = match &case.account {
        Some(account) => format!("The account {} `{}`", account.id, account.username),
        None => format!("`{name}`"),
    };
    match findings.is_empty() {
        true => format!("{whose} is held: {}.", of_others(case)),
        false => format!("{whose} is held: {}.", findings.join("; ")),
    }
}

/// A finding under somebody else's name holds the person as well.
fn of_others(case: &Case<'_>) -> String {
    let account = case.account.as_ref();
    let number = account.map(|account| format!("({}", account.id));
    let mentions = |finding: &&Finding| {
        let by_number = number
            .as_ref()
            .is_some_and(|number| finding.text.contains(number));
        let by_name = account
            .is_some_and(|account| finding.text.contains(&format!("`{}`", account.username)));
        finding.held && (by_number || by_name)
    };
    let finding = case.plan.findings.iter().find(mentions);
    finding.map_or_else(
        || "nothing can be decided about them in this read".to_owned(),
        |finding| finding.text.clone(),
    )
}

fn why_not(case: &Case<'_>, scope: &ScopeStep) -> String {
    let settled = &case.course.settled.fate;
    match (scope.verdict, settled) {
        (ScopeVerdict::In, Fate::Skip { text, .. } | Fate::Leave { text, .. }) => {
            format!("{text}, and without an account: none is made")
        }
        _ => match matches!(scope.verdict, ScopeVerdict::In) {
            true => "no account is made".to_owned(),
            false => scope.text.clone(),
        },
    }
}
