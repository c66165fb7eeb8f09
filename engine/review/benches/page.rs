//! How long a page takes for 100,000 changes: `cargo bench -p muster-review`.
//!
//! Two busy cores, three values a person: patterns 0.87 s, HTML 1.6 s with them. In
//! Chromium (`tests/tests/browser.rs`) the first row of such a page stood after 0.9 s.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, criterion_group, criterion_main};
use muster_model::Plan;
use muster_review::{patterns, report};
use serde_json::{Value, json};
use std::hint::black_box;
use std::io::sink;

/// People of whom three values change each.
fn crowd(people: u64) -> Plan {
    let line = json!({"file": "policies/staff.yaml", "line": 20});
    let field = |name: &str, old: String, new: Option<String>| json!({"name": name, "old": old, "new": new, "cause": "source", "policy": line});
    let change = |number: u64| {
        let mail = |domain: &str| format!("person.{number}@{domain}.example");
        json!({
            "action": "update",
            "username": format!("person.{number:06}"),
            "external_id": format!("id-{number}"),
            "account_id": format!("a{number}"),
            "reason": {"code": "changed-at-source", "text": "changed at source", "policy": line},
            "fields": [
                field("email", mail("old"), Some(mail("new"))),
                field("phone", format!("+49 30 {number}"), None),
                field("room", "1.01".to_owned(), Some(format!("4.{}", number % 50))),
            ],
        })
    };
    let changes: Vec<Value> = (0..people).map(change).collect();
    let plan = json!({
        "format": "muster.plan/1", "directory": "staff", "summary": {"update": people},
        "situations": {}, "reasons": {"update: changed-at-source": people},
        "coverage": {"kind": "complete", "evidence": {"entries": people, "facts": {}}},
        "changes": changes, "findings": [], "guards": [], "licences": null, "tracked": [],
        "settled": [],
        "bindings": {
            "policy_file": "policies/staff.yaml", "policy": "0", "snapshot": "1", "state": "s",
            "state_version": "v3", "plugin": "ldap 0.1.0", "plugin_digest": "2",
            "created": "2026-01-01T00:00:00Z", "expires": "2026-01-02T00:00:00Z",
        },
    });
    serde_json::from_value(plan).unwrap()
}

fn pages(criterion: &mut Criterion) {
    let plan = crowd(100_000);
    let mut group = criterion.benchmark_group("100,000 changes");
    group.sample_size(10);
    group.bench_function("patterns", |bench| {
        bench.iter(|| patterns::of_plan(black_box(&plan)));
    });
    group.bench_function("html", |bench| {
        bench.iter(|| report::html(&mut sink(), report::Paper::fresh(black_box(&plan))).unwrap());
    });
    group.bench_function("markdown", |bench| {
        bench.iter(|| report::markdown(report::Paper::fresh(black_box(&plan))));
    });
    group.finish();
}

criterion_group!(benches, pages);
criterion_main!(benches);
