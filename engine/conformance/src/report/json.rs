//! For programs: `muster.conformance/1`; names in it are stable.

use super::{Report, Verdict};
use serde_json::{Map, Value, json};

/// What came of the checks.
pub fn json(report: &Report) -> Value {
    let checks = report.checks.iter().map(|one| {
        let mut check = Map::new();
        let mut put = |name: &str, value: Value| check.insert(name.to_owned(), value);
        put("name", json!(one.name));
        put("group", json!(one.group));
        put("holds", json!(one.holds));
        put("milliseconds", json!(one.took.as_millis() as u64));
        match &one.verdict {
            Verdict::Passed(note) => {
                put("verdict", json!("passed"));
                if let Some(note) = note {
                    put("note", json!(note));
                }
            }
            Verdict::NotTried(why) => {
                put("verdict", json!("not-tried"));
                put("why", json!(why));
            }
            Verdict::Failed(findings) => {
                put("verdict", json!("failed"));
                let findings = findings.iter().map(|finding| {
                    json!({
                        "done": finding.done,
                        "expected": finding.expected,
                        "came": finding.came,
                        "hint": finding.hint,
                    })
                });
                put("findings", findings.collect());
            }
        }
        Value::Object(check)
    });
    let figures = report.figures.iter();
    let figures: Map<String, Value> = figures
        .map(|(name, figure)| ((*name).to_owned(), json!(figure)))
        .collect();
    json!({
        "format": "muster.conformance/1",
        "plugin": report.plugin,
        "case": report.case,
        "failed": report.failed(),
        "passed": report.passed(),
        "not_tried": report.not_tried(),
        "checks": checks.collect::<Vec<_>>(),
        "figures": figures,
    })
}
