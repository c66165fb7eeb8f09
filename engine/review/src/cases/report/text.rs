//! What came of tests, for people.

use crate::cases::coverage::Coverage;
use crate::cases::judge::{Failure, Found};
use crate::cases::run::{Outcome, Results};
use crate::words::{count, safe};
use std::fmt::Write as _;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Failures, and a summary of the coverage.
    Summary,
    /// Each rule of each policy, too.
    Rules,
}

/// Dead rules that are named in a summary.
const NAMED: usize = 5;

/// Failures with what was expected and found, then a summary.
pub fn text(results: &Results, detail: Detail) -> String {
    let mut out = String::new();
    for outcome in results
        .outcomes
        .iter()
        .filter(|one| !one.failures.is_empty())
    {
        failed(&mut out, outcome);
    }
    for coverage in &results.coverage {
        rules(&mut out, coverage, detail);
    }
    let tests = results.outcomes.len() as u64;
    let failures = results.failed() as u64;
    let passed = tests - failures;
    // Writing to a string cannot fail.
    let _ = match failures {
        0 => writeln!(out, "{} passed", count(tests, "test", "tests")),
        _ => writeln!(
            out,
            "{} of {} failed, {passed} passed",
            failures,
            count(tests, "test", "tests")
        ),
    };
    out
}

fn failed(out: &mut String, outcome: &Outcome) {
    let _ = writeln!(out, "FAILED {} ({})", safe(&outcome.name), outcome.at);
    for failure in &outcome.failures {
        this(out, failure);
    }
    out.push('\n');
}

fn this(out: &mut String, failure: &Failure) {
    let who = match &failure.person {
        Some(person) => format!("`{}`", safe(person)),
        None => "the plan".to_owned(),
    };
    for difference in &failure.differences {
        let _ = writeln!(out, "  {who}, {} ({})", difference.of, difference.at);
        let _ = writeln!(out, "    expected  {}", safe(&difference.expected));
        let _ = writeln!(out, "    found     {}", safe(&difference.found));
    }
    for found in &failure.plan {
        line(out, found);
    }
}

fn line(out: &mut String, found: &Found) {
    let name = found
        .username
        .as_deref()
        .map(|name| format!(" `{}`", safe(name)));
    let at = found.policy.as_ref().map(|at| format!(" ({at})"));
    let _ = writeln!(
        out,
        "    in the plan: {}{}: {}{}",
        found.is,
        name.unwrap_or_default(),
        safe(&found.text),
        at.unwrap_or_default()
    );
    for field in &found.fields {
        let _ = writeln!(out, "      {field}");
    }
}

fn rules(out: &mut String, coverage: &Coverage, detail: Detail) {
    let _ = writeln!(
        out,
        "{}: {} of {} met ({} %)",
        coverage.policy,
        coverage.met(),
        count(coverage.total(), "side of its rules", "sides of its rules"),
        coverage.percent()
    );
    match detail {
        Detail::Rules => {
            for rule in &coverage.rules {
                let sides: Vec<String> = rule
                    .sides
                    .iter()
                    .map(|side| match side.hits {
                        0 => format!("{} never", side.is),
                        hits => format!("{} {hits}×", side.is),
                    })
                    .collect();
                let _ = writeln!(
                    out,
                    "  {}  {}: {}",
                    rule.at,
                    safe(&rule.rule),
                    sides.join(", ")
                );
            }
        }
        Detail::Summary => {
            for (rule, side) in coverage.dead().take(NAMED) {
                let _ = writeln!(
                    out,
                    "  {}  {}: {} never",
                    rule.at,
                    safe(&rule.rule),
                    side.is
                );
            }
            let more = coverage.dead().count().saturating_sub(NAMED);
            if more > 0 {
                let _ = writeln!(out, "  … and {more} more; `--coverage` lists all");
            }
        }
    }
}
