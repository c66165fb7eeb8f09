//! What came of tests, for programs.

use crate::cases::run::Results;
use serde_json::{Value, json};

/// The name and version of the format.
pub const TEST_FORMAT: &str = "muster.test/1";

/// `muster.test/1`. Names are stable; more may be added.
pub fn json(results: &Results) -> Value {
    let tests = results.outcomes.iter().map(|outcome| {
        json!({
            "name": outcome.name,
            "file": outcome.file,
            "line": outcome.at.line,
            "policy": outcome.policy,
            "passed": outcome.failures.is_empty(),
            "failures": outcome.failures,
        })
    });
    let coverage = results.coverage.iter().map(|coverage| {
        json!({
            "policy": coverage.policy,
            "met": coverage.met(),
            "total": coverage.total(),
            "percent": coverage.percent(),
            "rules": coverage.rules,
        })
    });
    let failed = results.failed();
    json!({
        "format": TEST_FORMAT,
        "summary": {
            "tests": results.outcomes.len(),
            "passed": results.outcomes.len() - failed,
            "failed": failed,
        },
        "tests": tests.collect::<Vec<_>>(),
        "coverage": coverage.collect::<Vec<_>>(),
    })
}
