//! What `check` and `attributes` tell an operator.

use super::groups;
use crate::People;
use muster_sdk::prelude::*;
use muster_sdk::testing;

fn steps(settings: &str, file: &str, scope: &Scope) -> Vec<String> {
    testing::file("people", file);
    let mut people = People::open(serde_json::from_str(settings).unwrap()).unwrap();
    let line = |step: CheckStep| format!("{:?} {}: {}", step.outcome, step.what, step.message);
    people.check(scope).into_iter().map(line).collect()
}

#[test]
fn a_good_file_passes_every_step() {
    let settings = r#"{"path": "p.csv", "id": "id", "status": "on", "groups": "g"}"#;
    let file = "id,on,g\n1,yes,staff\n2,no,staff\n3,yes,\n";
    let shown = steps(settings, file, &groups(&["staff"], &[]));
    assert_eq!(
        shown,
        [
            "StepResult::Ok open the file: `people.txt` can be read",
            "StepResult::Ok find the columns: the header has `id`, `on`, `g`",
            "StepResult::Ok read the records: 3 records: 2 people in scope, 1 out of scope",
            "StepResult::Ok understand the statuses: every word in `on` is known",
            "StepResult::Ok see whether the file is whole: it ends with a whole record; nothing else tells",
        ]
    );
}

#[test]
fn what_is_odd_is_counted_and_shown() {
    let settings = r#"{"path": "p.csv", "id": "id", "status": "on", "rows": 9}"#;
    let shown = steps(settings, "id,on\n1,perhaps\n2\n", &testing::everybody());
    assert_eq!(
        shown[2..],
        [
            "StepResult::Warning read the records: 2 records: 1 people in scope, 0 out of scope, 1 that cannot be taken; people.txt line 3: the row has 1 cell, the header 2",
            "StepResult::Warning understand the statuses: 1 people have a word in `on` that is neither active nor blocked, or none",
            "StepResult::Warning see whether the file is whole: `people.txt`: 9 rows were declared, and there are 2",
        ]
    );
}

#[test]
fn each_failure_is_a_sentence() {
    let settings = r#"{"path": "p.csv", "id": "identifier"}"#;
    let shown = steps(settings, "id,on\n1,yes\n", &testing::everybody());
    assert_eq!(
        shown[1..],
        [
            "StepResult::Failed find the columns: `people.txt`: the header has no column `identifier`"
        ]
    );
    let mut people = People::open(serde_json::from_str(r#"{"path": "x"}"#).unwrap()).unwrap();
    testing::file("people", "id\n1\n");
    let shown = people.check(&groups(&["staff"], &[]));
    assert!(
        shown[2].message.contains("names the group `staff`"),
        "{}",
        shown[2].message
    );
    assert_eq!(
        shown[2].hint.as_deref(),
        Some("add `groups: COLUMN` to the provider's config")
    );
}

#[test]
fn attributes_are_the_names_of_the_file() {
    let names = |settings: &str, file: &str| -> Vec<String> {
        testing::file("people", file);
        let mut people = People::open(serde_json::from_str(settings).unwrap()).unwrap();
        let shown = |a: Attribute| match a.shape {
            AttributeShape::Multiple => format!("{}+", a.name),
            _ => a.name,
        };
        people
            .attributes()
            .unwrap()
            .into_iter()
            .map(shown)
            .collect()
    };
    assert_eq!(
        names(
            r#"{"path": "p.csv", "id": "nope", "multi": {"tel": ";"}}"#,
            "id,,tel\n1,2,3\n"
        ),
        ["id", "tel+"]
    );
    assert_eq!(
        names(
            r#"{"path": "p.jsonl"}"#,
            "{\"id\": 1, \"n\": {\"g\": \"a\"}}\n{\"tel\": []}\n"
        ),
        ["id", "n.g", "tel+"]
    );
    assert_eq!(
        names(
            r#"{"path": "p.ldif"}"#,
            "dn: uid=a\nmail: a\nmail: b\n\ndn: uid=b\ncn: b\n"
        ),
        ["dn", "mail+", "cn"]
    );
    assert_eq!(names(r#"{"path": "p.csv"}"#, ""), Vec::<String>::new());
}

#[test]
fn a_file_is_read_from_its_beginning() {
    testing::file("people", "id\n1\n");
    let mut people = People::open(serde_json::from_str(r#"{"path": "p.csv"}"#).unwrap()).unwrap();
    let request = ReadRequest {
        start_at: ReadFrom::Since(vec![1]),
        ..testing::request(&["id"])
    };
    assert_eq!(
        people.start(request).unwrap_err().kind,
        FailureKind::StaleCursor
    );
}

#[test]
fn the_schema_knows_every_setting() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../settings.schema.json")).unwrap();
    let known: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    for name in &known {
        let about = &schema["properties"][name.as_str()];
        let value = match (about["type"].as_str().unwrap(), &about["enum"][0]) {
            ("integer", _) => "1".to_owned(),
            ("array", _) => "[]".to_owned(),
            ("object", _) => "{}".to_owned(),
            ("boolean", _) => "true".to_owned(),
            (_, serde_json::Value::String(first)) => format!("\"{first}\""),
            _ => "\";\"".to_owned(),
        };
        let json = format!("{{\"{name}\": {value}}}");
        let settings: Result<crate::settings::Settings, _> = serde_json::from_str(&json);
        assert!(settings.is_ok(), "{json}: {settings:?}");
    }
    assert_eq!(known.len(), 29);
    assert!(serde_json::from_str::<crate::settings::Settings>(r#"{"paht": "x"}"#).is_err());
}
