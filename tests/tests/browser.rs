//! A plan's page in a real browser: found, filtered, sorted and read by keys alone,
//! with three people and with 100,000. Nothing is skipped where there is no browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use muster_model::Plan;
use muster_review::report::{Paper, html};
use muster_tests::judges;
use muster_tests::program::find;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

const CHANGES: u64 = 100_000;

fn field(name: &str, old: &str, new: Value) -> Value {
    let line = json!({"file": "staff.yaml", "line": 20});
    json!({"name": name, "old": old, "new": new, "cause": "source", "policy": line})
}

fn change(action: &str, username: &str, number: u64, fields: &[Value]) -> Value {
    let (code, text) = match action {
        "block" => ("left-scope", "left the scope"),
        _ => ("changed-at-source", "changed at source"),
    };
    json!({
        "action": action, "username": username, "external_id": format!("id-{number}"),
        "account_id": format!("a{number}"),
        "reason": {"code": code, "text": text, "policy": {"file": "staff.yaml", "line": 9}},
        "fields": fields,
    })
}

fn plan(changes: &[Value], findings: &[Value]) -> Plan {
    let of = |action: &str| changes.iter().filter(|one| one["action"] == action).count();
    let plan = json!({
        "format": "muster.plan/1", "directory": "staff",
        "summary": {"update": of("update"), "block": of("block")},
        "situations": {}, "reasons": {},
        "coverage": {"kind": "complete", "evidence": {"entries": changes.len(), "facts": {}}},
        "changes": changes, "findings": findings, "guards": [], "licences": null,
        "tracked": [], "settled": [],
        "bindings": {
            "policy_file": "staff.yaml", "policy": "0", "snapshot": "1", "state": "s",
            "state_version": "v3", "plugin": "ldap 0.1.0", "plugin_digest": "2",
            "created": "2026-01-01T00:00:00Z", "expires": "2026-01-02T00:00:00Z",
        },
    });
    serde_json::from_value(plan).unwrap()
}

fn small() -> Plan {
    let mail = field("email", "a@old.example", json!("a@new.example"));
    let name = field("name", "Bo", json!("<script>alert(1)</script><b>Bo</b>"));
    let hostile = "cleo\u{202e}\"'><img src=x onerror=alert(1)>";
    let held = json!({
        "code": "held-by-reviewer", "username": "kim", "text": "taken out", "held": true,
    });
    let changes = [
        change(
            "update",
            "anna",
            1,
            &[mail, field("room", "1", json!(null))],
        ),
        change("update", hostile, 2, &[name]),
        change("block", "bo", 3, &[]),
    ];
    plan(&changes, &[held])
}

fn big() -> Plan {
    let one = |number: u64| {
        let mail = |domain: &str| format!("person.{number}@{domain}.example");
        let room = format!("4.{}", number % 50);
        let fields = [
            field("email", &mail("old"), json!(mail("new"))),
            field("phone", &format!("+49 30 {number}"), json!(null)),
            field("room", "1.01", json!(room)),
        ];
        change("update", &format!("person.{number:06}"), number, &fields)
    };
    let changes: Vec<Value> = (0..CHANGES).map(one).collect();
    plan(&changes, &[])
}

fn write(plan: &Plan, path: &Path) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    html(&mut out, Paper::fresh(plan)).unwrap();
    out.flush().unwrap();
}

#[test]
fn a_plan_is_read_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let (three, many) = (
        folder.path().join("3.html"),
        folder.path().join("100000.html"),
    );
    write(&small(), &three);
    write(&big(), &many);
    let arguments = [
        find("chromium").to_string_lossy().into_owned(),
        three.to_string_lossy().into_owned(),
        many.to_string_lossy().into_owned(),
        CHANGES.to_string(),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let told = judges::python_of("browser", "plan_page.py", &arguments).ok();
    assert!(told.stdout.contains("first row after"), "{told}");
}
