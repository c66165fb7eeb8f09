//! A plan in which everything that can be shown is there once.

#![allow(clippy::unwrap_used, reason = "tests")]

use muster_model::plan::PLAN_FORMAT;
use muster_model::{
    AccountId, Action, Bindings, Cause, Change, Coverage, DirectoryName, Evidence, ExternalId,
    Fault, FieldChange, FieldName, Finding, GuardResult, PartialReason, Plan, PolicyLine, Reason,
    StateVersion, Username, Value,
};
use std::collections::BTreeMap;

pub fn line(line: u32) -> PolicyLine {
    PolicyLine {
        file: "policies/staff.yaml".to_owned(),
        line,
    }
}

pub fn field(name: &str, old: Option<&str>, new: Option<&str>, cause: Cause) -> FieldChange {
    FieldChange {
        name: FieldName::from(name),
        old: old.map(Value::from),
        new: new.map(Value::from),
        cause,
        policy: Some(line(17)),
        sensitive: false,
    }
}

pub fn change(action: Action, username: &str, code: &str, text: &str) -> Change {
    Change {
        action,
        username: Username::new(username).unwrap(),
        external_id: Some(ExternalId::new(format!("id-{username}"))),
        account_id: AccountId(7),
        reason: Reason {
            code: code.to_owned(),
            text: text.to_owned(),
            policy: Some(line(9)),
        },
        fields: Vec::new(),
    }
}

fn reasons(old: &[&str], new: &[&str]) -> FieldChange {
    let list = |names: &[&str]| {
        Some(Value::list(
            names.iter().map(|name| (*name).to_owned()).collect(),
        ))
    };
    FieldChange {
        name: FieldName::from("block_reasons"),
        old: list(old),
        new: list(new),
        cause: Cause::Source,
        policy: Some(line(9)),
        sensitive: false,
    }
}

pub fn complete() -> Coverage {
    Coverage::Complete {
        evidence: Evidence {
            entries: 6,
            source_count: Some(6),
            facts: BTreeMap::from([("end".to_owned(), "reached".to_owned())]),
        },
    }
}

pub fn partial() -> Coverage {
    complete().weakened(PartialReason::SizeLimit, "the server stops at 500 entries")
}

/// A plan without anything in it.
pub fn empty() -> Plan {
    Plan {
        format: PLAN_FORMAT.to_owned(),
        undoes: None,
        directory: DirectoryName::from("staff"),
        summary: Action::ALL.map(|action| (action, 0)).into(),
        situations: BTreeMap::from([("confirmed".to_owned(), 6), ("held".to_owned(), 0)]),
        reasons: BTreeMap::new(),
        read: None,
        coverage: complete(),
        changes: Vec::new(),
        findings: Vec::new(),
        upcoming: Vec::new(),
        guards: vec![guard("block.max", 20, 0), guard("create.max", 200, 0)],
        licences: None,
        tracked: Vec::new(),
        settled: Vec::new(),
        remembered: Default::default(),
        pending: Default::default(),
        given: Default::default(),
        references: Default::default(),
        names: Default::default(),
        review: Default::default(),
        bindings: Bindings {
            policy_file: "policies/staff.yaml".to_owned(),
            environment: None,
            policy: "p".to_owned(),
            snapshot: "s".to_owned(),
            texts: Vec::new(),
            state: "t".to_owned(),
            state_version: StateVersion(3),
            plugin: "csv 0.1.0".to_owned(),
            plugin_digest: "d".to_owned(),
            created: "2026-11-23T08:00:00Z".to_owned(),
            expires: "2026-11-24T08:00:00Z".to_owned(),
        },
        cursor: None,
        cursor_kept: None,
    }
}

pub fn guard(name: &str, limit: u64, value: u64) -> GuardResult {
    GuardResult {
        name: name.to_owned(),
        limit,
        value,
        tripped: value > limit,
        text: None,
        overridden: None,
        policy: Some(line(30)),
    }
}

/// A plan with these changes, counted as a planner counts them.
pub fn with_changes(changes: Vec<Change>) -> Plan {
    let mut plan = empty();
    for change in &changes {
        *plan.summary.entry(change.action).or_default() += 1;
        let key = format!("{}: {}", change.action, change.reason.code);
        *plan.reasons.entry(key).or_default() += 1;
    }
    plan.changes = changes;
    plan
}

/// One change of every kind.
pub fn colourful() -> Plan {
    let mut create = change(Action::Create, "anna.berg", "new", "new in scope");
    create.fields = vec![
        field("email", None, Some("anna.berg@example.org"), Cause::Source),
        field("phone", None, Some(""), Cause::Source),
    ];
    let mut rename = change(
        Action::Rename,
        "dora.lindner",
        "renamed",
        "renamed at the source",
    );
    rename.fields = vec![field(
        "username",
        Some("dora.holm"),
        Some("dora.lindner"),
        Cause::Source,
    )];
    let mut update = change(
        Action::Update,
        "bob",
        "changed-at-source",
        "changed at source; reverted local edit; mapped anew by the policy",
    );
    update.fields = vec![
        field(
            "email",
            Some("bob@old.example"),
            Some("bob@example.org"),
            Cause::Source,
        ),
        field("phone", Some("555\u{1b}[31m"), None, Cause::LocalEdit),
        field("room", None, Some("1.01"), Cause::Policy),
    ];
    let mut unblock = change(Action::Unblock, "emil", "left-scope", "is in scope again");
    unblock.fields = vec![reasons(&["left-scope"], &[])];
    let mut block = change(
        Action::Block,
        "carla",
        "left-scope",
        "is no longer in scope",
    );
    block.fields = vec![reasons(&[], &["left-scope"])];
    let mut twice = change(
        Action::Block,
        "fritz",
        "blocked-in-source",
        "disabled at the source; rule `contract-ended` holds",
    );
    twice.fields = vec![reasons(&[], &["blocked-in-source", "rule:contract-ended"])];
    let mut plan = with_changes(vec![create, rename, update, unblock, block, twice]);
    plan.findings = findings();
    plan
}

fn findings() -> Vec<Finding> {
    let finding = |code, username: Option<&str>, text: &str, held| Finding {
        code,
        username: username.map(str::to_owned),
        text: text.to_owned(),
        policy: Some(line(12)),
        held,
    };
    vec![
        finding(
            Fault::UsernameClash,
            Some("greta"),
            "the username `greta` belongs to the local account a3",
            true,
        ),
        finding(
            Fault::BrokenRecord,
            None,
            "people.csv line 17: 3 cells instead of 5",
            true,
        ),
        finding(
            Fault::Skipped,
            Some("hugo"),
            "disabled at the source, and has no account",
            false,
        ),
    ]
}
