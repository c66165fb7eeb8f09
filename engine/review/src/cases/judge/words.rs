//! What a plan says of somebody, in the words of a test.

use super::Difference;
use crate::cases::scene::{Decision, Expectation};
use muster_model::{BlockReason, Change, Fault, Finding, PolicyLine, Value};
use std::collections::BTreeSet;

pub(super) fn compare_why(
    expected: &Expectation,
    changes: &[&Change],
    findings: &[&Finding],
    told: &mut Differences<'_>,
) {
    if let Some(wanted) = &expected.reason
        && !changes.iter().any(|change| change.reason.code == *wanted)
    {
        let codes = changes.iter().map(|change| change.reason.code.as_str());
        told.add("reason", wanted, &joined(codes));
    }
    if let Some(wanted) = &expected.findings {
        let codes: BTreeSet<&str> = findings
            .iter()
            .map(|finding| finding.code.as_str())
            .collect();
        let is_met = match wanted.is_empty() {
            true => codes.is_empty(),
            false => wanted.iter().all(|code| codes.contains(code.as_str())),
        };
        if !is_met {
            let wanted = joined(wanted.iter().map(String::as_str));
            told.add("finding", &wanted, &joined(codes));
        }
    }
    if let Some(rule) = &expected.rule {
        let of_changes = changes.iter().flat_map(|change| {
            let fields = change
                .fields
                .iter()
                .filter_map(|field| field.policy.as_ref());
            change.reason.policy.iter().chain(fields)
        });
        let of_findings = findings
            .iter()
            .filter_map(|finding| finding.policy.as_ref());
        let lines: BTreeSet<&PolicyLine> = of_changes.chain(of_findings).collect();
        if !lines.iter().any(|line| rule.holds(line)) {
            let first = rule.places.first();
            let wanted = first.map(|(line, _)| format!("{} ({line})", rule.name));
            let found: Vec<String> = lines.iter().map(ToString::to_string).collect();
            let found = joined(found.iter().map(String::as_str));
            told.add("rule", &wanted.unwrap_or_default(), &found);
        }
    }
}

/// What is otherwise for one person, with the line of the test.
pub(super) struct Differences<'t> {
    pub(super) at: &'t PolicyLine,
    pub(super) all: Vec<Difference>,
}

impl Differences<'_> {
    pub(super) fn add(&mut self, of: &str, expected: &str, found: &str) {
        self.add_at(&self.at.clone(), of, expected, found);
    }

    pub(super) fn add_at(&mut self, at: &PolicyLine, of: &str, expected: &str, found: &str) {
        self.all.push(Difference {
            of: of.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            at: at.clone(),
        });
    }
}

pub(super) fn decisions(changes: &[&Change], findings: &[&Finding]) -> BTreeSet<Decision> {
    let mut is: BTreeSet<Decision> = changes
        .iter()
        .map(|change| Decision::Is(change.action))
        .collect();
    for finding in findings {
        match (finding.held, finding.code) {
            (true, _) => drop(is.insert(Decision::Held)),
            (false, Fault::Skipped) => drop(is.insert(Decision::Skipped)),
            _ => {}
        }
    }
    if is.is_empty() {
        is.insert(Decision::Nothing);
    }
    is
}

pub(super) fn listed(decisions: &BTreeSet<Decision>) -> String {
    let words: Vec<String> = decisions.iter().map(ToString::to_string).collect();
    words.join(", ")
}

pub(super) fn reasons(reasons: &BTreeSet<BlockReason>) -> String {
    let words: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    match words.is_empty() {
        true => "not blocked".to_owned(),
        false => words.join(", "),
    }
}

pub(super) fn joined<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match words.is_empty() {
        true => "none".to_owned(),
        false => words.join(", "),
    }
}

/// A value as people read it.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::Text(text)) => format!("\"{}\"", crate::words::safe(text)),
        Some(Value::List(items)) => {
            let items = items
                .iter()
                .map(|item| format!("\"{}\"", crate::words::safe(item)));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
    }
}
