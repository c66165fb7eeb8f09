//! Groups that are told though they put nobody into scope.

use super::{Read, groups, read_scope};
use crate::People;
use muster_sdk::prelude::*;

#[test]
fn reported_groups_are_told_and_missing_ones_are_no_shortfall() {
    let settings = r#"{"path": "p.csv", "id": "id", "groups": "g"}"#;
    let file = "id,g\n1,staff; Team-A\n2,team-b\n3,staff;Équipe\n4,\n";
    let report = ["TEAM-*", "équipe", "ghosts"].map(str::to_owned).to_vec();
    let scope = Scope {
        report: report.clone(),
        ..groups(&["Staff"], &[])
    };
    let told =
        |read: &Read| -> Vec<String> { read.rows.iter().map(|row| row.groups.join("+")).collect() };
    let got = read_scope(settings, file, &["id"], scope.clone()).unwrap();
    assert_eq!(told(&got), ["Staff+Team-A", "Staff+équipe"]);
    assert!(got.coverage.is_complete());
    assert_eq!(got.fact("reported groups missing"), Some("`ghosts`"));
    let everybody = Scope {
        groups: Vec::new(),
        ..scope.clone()
    };
    let got = read_scope(settings, file, &["id"], everybody).unwrap();
    assert_eq!(told(&got), ["Team-A", "team-b", "équipe", ""]);
    let cut = r#"{"path": "p.csv", "id": "id", "groups": "g", "rows": 5}"#;
    let got = read_scope(cut, file, &["id"], scope.clone()).unwrap();
    assert_eq!(got.shortfall().0, PartialReason::Truncated);
    assert_eq!(got.fact("reported groups missing"), None);
    let mut people = People::open(serde_json::from_str(settings).unwrap()).unwrap();
    let steps = people.check(&scope);
    let missing = steps.iter().find(|step| step.what.contains("reported"));
    let missing = missing.unwrap();
    assert_eq!(
        (missing.what.as_str(), missing.outcome),
        ("find the reported group ghosts", StepResult::Warning)
    );
}
