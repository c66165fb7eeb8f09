//! Plans for the tests of this crate.

use muster_model::{
    AccountId, Action, Cause, Change, Coverage, Evidence, FieldChange, Plan, PolicyLine, Reason,
    StateVersion, Username, Value,
};
use std::collections::BTreeMap;

/// A plan with these changes.
pub(crate) fn plan(changes: Vec<Change>) -> Plan {
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    let mut summary: BTreeMap<Action, u64> = Action::ALL.into_iter().map(|a| (a, 0)).collect();
    for change in &changes {
        *summary.entry(change.action).or_default() += 1;
        let key = format!("{}: {}", change.action, change.reason.code);
        *reasons.entry(key).or_default() += 1;
    }
    let coverage = Coverage::Complete {
        evidence: Evidence::default(),
    };
    // As other programs write one: what is optional is left out.
    let plan = serde_json::json!({
        "format": muster_model::plan::PLAN_FORMAT,
        "directory": "staff",
        "summary": {},
        "situations": {},
        "reasons": {},
        "coverage": coverage,
        "changes": [],
        "findings": [],
        "guards": [],
        "licences": null,
        "tracked": [],
        "settled": [],
        "bindings": {
            "policy_file": "p.yaml",
            "policy": "0",
            "snapshot": "1",
            "state": "s",
            "state_version": StateVersion(3),
            "plugin": "csv 0.1.0",
            "plugin_digest": "2",
            "created": "2026-01-01T00:00:00Z",
            "expires": "2026-01-02T00:00:00Z",
        },
    });
    Plan {
        summary,
        reasons,
        changes,
        ..serde_json::from_value(plan).unwrap()
    }
}

/// A change of a person, without values.
pub(crate) fn change(action: Action, who: &str) -> Change {
    Change {
        action,
        username: Username::new(who).unwrap_or_else(|| Username::new("nobody").unwrap()),
        external_id: None,
        account_id: AccountId(1),
        reason: Reason {
            code: "changed-at-source".to_owned(),
            text: "changed at the source".to_owned(),
            policy: Some(line(12)),
        },
        fields: vec![],
    }
}

fn line(line: u32) -> PolicyLine {
    let file = "policies/staff.yaml".to_owned();
    PolicyLine { file, line }
}

/// A value that changes at the source.
pub(crate) fn field(name: &str, old: Option<&str>, new: Option<&str>) -> FieldChange {
    FieldChange {
        name: name.into(),
        old: old.map(Value::from),
        new: new.map(Value::from),
        cause: Cause::Source,
        policy: Some(line(20)),
        sensitive: false,
    }
}

/// One that nobody is shown.
pub(crate) fn sensitive(name: &str, old: &str, new: &str) -> FieldChange {
    FieldChange {
        sensitive: true,
        ..field(name, Some(old), Some(new))
    }
}

/// So many people whose values change in a few ways.
pub(crate) fn crowd(people: u64) -> Plan {
    let change = |number: u64| {
        let mut one = change(Action::Update, &format!("person.{number:06}"));
        one.account_id = AccountId(number);
        one.external_id = Some(muster_model::ExternalId::new(format!("id-{number}")));
        let mail = |domain: &str| format!("person.{number}@{domain}.example");
        one.fields = vec![
            field("email", Some(&mail("old")), Some(&mail("new"))),
            field("phone", Some(&format!("+49 30 {number}")), None),
            field("room", Some("1.01"), Some(&format!("4.{}", number % 50))),
        ];
        one
    };
    plan((0..people).map(change).collect())
}
