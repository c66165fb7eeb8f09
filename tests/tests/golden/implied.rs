//! What the steps of an explanation imply, held against the plan: they say exactly
//! what the plan does to each person, and the plan does nothing else.

use muster_model::{Action, BlockReason, Cause, Change, Plan, SourceStatus, Value};
use muster_plan::Presence;
use muster_review::explain::Explanation;
use muster_review::explain::report::{
    FieldOutcome, FieldSeen, MatchVerdict, RuleSeen, ScopeVerdict, WantedSeen,
};
use std::collections::{BTreeMap, BTreeSet};

type Fields = BTreeMap<String, (Option<Value>, Option<Value>, Cause)>;

/// What happens to one person.
#[derive(Debug, Default, PartialEq)]
struct Effect {
    creates: bool,
    adopts: bool,
    username: Option<String>,
    external_id: Option<(Option<String>, Option<String>)>,
    fields: Fields,
    reasons: Option<(Vec<BlockReason>, Vec<BlockReason>)>,
}

/// What the plan's changes do.
fn of_changes(changes: &[Change]) -> Effect {
    let mut effect = Effect::default();
    for change in changes {
        effect.creates |= change.action == Action::Create;
        effect.adopts |= change.action == Action::Adopt;
        for field in &change.fields {
            let text = |value: &Option<Value>| value.as_ref().map(ToString::to_string);
            match field.name.as_str() {
                "username" => effect.username = text(&field.new),
                "external_id" => {
                    effect.external_id = Some((text(&field.old), text(&field.new)));
                }
                "directory" => {}
                "block_reasons" => {
                    let list = |value: &Option<Value>| {
                        let all = muster_model::plan::reasons_of(value.as_ref());
                        all.into_iter().collect()
                    };
                    effect.reasons = Some((list(&field.old), list(&field.new)));
                }
                name => {
                    let values = (field.old.clone(), field.new.clone(), field.cause);
                    effect.fields.insert(name.to_owned(), values);
                }
            }
        }
    }
    effect
}

/// What the steps say.
fn of_steps(explanation: &Explanation) -> Effect {
    let (matching, map, decide) = (&explanation.matching, &explanation.map, &explanation.decide);
    let changed = map
        .fields
        .iter()
        .filter(|field| field.outcome == FieldOutcome::Changes);
    let fields = changed.map(|field| {
        let cause = field.cause.expect("a cause");
        (
            field.name.clone(),
            (field.current.clone(), field.new.clone(), cause),
        )
    });
    let identifier = map.identifier.as_ref();
    Effect {
        creates: decide.creates,
        adopts: matching.verdict == MatchVerdict::Adopts,
        username: map.rename.as_ref().map(|rename| rename.to.clone()),
        external_id: identifier.map(|one| (one.from.clone(), one.to.clone())),
        fields: fields.collect(),
        reasons: (decide.before != decide.after)
            .then(|| (decide.before.clone(), decide.after.clone())),
    }
}

/// What is wrong with the explanations of everybody, beside their plan.
pub fn faults(plan: &Plan, all: &[Explanation]) -> Vec<String> {
    let mut faults: Vec<String> = all.iter().flat_map(of_one).collect();
    let mut explained: Vec<&Change> = all.iter().flat_map(|one| &one.outcome.changes).collect();
    let key = |change: &&Change| {
        (
            change.action,
            change.account_id,
            change.username.to_string(),
        )
    };
    explained.sort_by_key(key);
    let mut planned: Vec<&Change> = plan.changes.iter().collect();
    planned.sort_by_key(key);
    if explained != planned {
        let names = |changes: &[&Change]| -> Vec<String> {
            let names = changes.iter();
            names
                .map(|change| {
                    format!(
                        "{} {} {}",
                        change.action, change.account_id, change.username
                    )
                })
                .collect()
        };
        faults.push(format!(
            "explained are {:?}, planned {:?}",
            names(&explained),
            names(&planned)
        ));
    }
    let mut people = BTreeSet::new();
    for account in all.iter().filter_map(|one| one.person.account_id) {
        if !people.insert(account) {
            faults.push(format!("{account} is explained twice"));
        }
    }
    faults
}

fn of_one(explanation: &Explanation) -> Vec<String> {
    let mut faults = Vec::new();
    let (steps, plan) = (
        of_steps(explanation),
        of_changes(&explanation.outcome.changes),
    );
    if steps != plan {
        faults.push(format!("the steps say {steps:#?}\nthe plan {plan:#?}"));
    }
    faults.extend(of_verdicts(explanation));
    for field in &explanation.map.fields {
        faults.extend(of_field(explanation, field));
    }
    for rule in &explanation.decide.rules {
        faults.extend(of_rule(explanation, rule));
    }
    if explanation.answer.trim().is_empty() || explanation.answer.ends_with("..") {
        faults.push("the answer is no sentence".to_owned());
    }
    let who = explanation.person.name().to_owned();
    faults
        .into_iter()
        .map(|fault| format!("`{who}`: {fault}\n{}", explanation.answer))
        .collect()
}

/// Each step follows from the ones before.
fn of_verdicts(explanation: &Explanation) -> Vec<String> {
    let mut faults = Vec::new();
    let Explanation {
        read,
        scope,
        matching,
        decide,
        ..
    } = explanation;
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(what.to_owned());
        }
    };
    let condition = scope.condition.as_ref().map(|condition| condition.value);
    must(
        scope.verdict != ScopeVerdict::In || condition.is_none_or(|value| value == Some(true)),
        "in scope, and `where` is not true",
    );
    must(
        read.entry.is_some()
            != matches!(scope.verdict, ScopeVerdict::Absent | ScopeVerdict::Unproven)
            || !read.problems.is_empty(),
        "delivered and absent, or neither",
    );
    must(
        !decide.creates
            || (scope.verdict == ScopeVerdict::In && matching.verdict == MatchVerdict::New),
        "an account is made for somebody out of scope, or with one",
    );
    let is_active = read.entry.as_ref().map(|entry| entry.status) == Some(SourceStatus::Active);
    let ruled = decide
        .rules
        .iter()
        .any(|rule| rule.condition.value != Some(false));
    let is_due = scope.verdict == ScopeVerdict::In
        && matching.verdict == MatchVerdict::New
        && is_active
        && !ruled
        && decide.presence != Presence::Held
        && !explanation
            .outcome
            .findings
            .iter()
            .any(|finding| !finding.held);
    must(
        !is_due || decide.creates,
        "somebody new and active gets no account",
    );
    let is_held = decide.presence == Presence::Held;
    must(
        !is_held || explanation.outcome.changes.is_empty(),
        "held, and something changes",
    );
    if decide.presence == Presence::InScope && matching.verdict == MatchVerdict::Account {
        let blocked = matches!(
            read.entry.as_ref().map(|entry| entry.status),
            Some(SourceStatus::Blocked(_))
        );
        must(
            !blocked || decide.after.contains(&BlockReason::BlockedInSource),
            "blocked at the source, and not in the intranet",
        );
    }
    must(
        decide.before.contains(&BlockReason::Manual) == decide.after.contains(&BlockReason::Manual)
            || matching.verdict == MatchVerdict::Adopts,
        "sync sets or takes away what an administrator did",
    );
    faults
}

/// A field's outcome follows from what it should hold and what it holds.
fn of_field(explanation: &Explanation, field: &FieldSeen) -> Option<String> {
    let is_met = |value: &Option<Value>| match (&field.wanted, value) {
        (WantedSeen::Absent, value) => value.is_none(),
        (WantedSeen::Value { value: wanted }, value) => value.as_ref() == Some(wanted),
        (WantedSeen::AnyOf { values }, Some(Value::Text(text))) => values.contains(text),
        (WantedSeen::AnyOf { .. }, _) => false,
        (WantedSeen::Kept | WantedSeen::Failed { .. } | WantedSeen::SeenLater, _) => true,
    };
    let is_blank = match &field.wanted {
        WantedSeen::Absent => true,
        WantedSeen::Value { value } => value.is_empty(),
        WantedSeen::AnyOf { values } => values.is_empty(),
        _ => false,
    };
    let wrong = match field.outcome {
        FieldOutcome::Changes => !is_met(&field.new),
        FieldOutcome::Unchanged => !(is_met(&field.current) || field.mode != "always" && is_blank),
        FieldOutcome::NotWritten => {
            let has_account = explanation.person.account_id.is_some();
            explanation.decide.creates || (has_account && field.mode == "always")
        }
        FieldOutcome::Held => {
            let decide = &explanation.decide;
            let is_free = decide.presence == Presence::InScope
                && decide.held_by.is_empty()
                && explanation.matching.verdict == MatchVerdict::Account;
            is_free || decide.creates
        }
    };
    wrong.then(|| format!("the field does not follow: {field:#?}"))
}

/// A rule that holds blocks, unless there is a grace; one that does not, does not.
fn of_rule(explanation: &Explanation, rule: &RuleSeen) -> Option<String> {
    let decide = &explanation.decide;
    let is_decided = decide.presence == Presence::InScope
        && explanation.matching.verdict == MatchVerdict::Account;
    if !is_decided {
        return None;
    }
    let before = decide
        .before
        .contains(&BlockReason::Rule(rule.name.clone()));
    let wrong = match (rule.condition.value, rule.grace) {
        (Some(true), None) => !rule.blocks,
        (Some(false), _) => rule.blocks && !before,
        (None, _) => rule.blocks != before,
        (Some(true), Some(_)) => before && !rule.blocks,
    };
    wrong.then(|| format!("the rule does not follow: {rule:#?}"))
}
