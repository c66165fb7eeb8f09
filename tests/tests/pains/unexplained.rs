//! Nobody says why: users are skipped, "removed as invalid" or shown under another
//! name without a word, and people corrupt an e-mail address on purpose to keep
//! somebody out.

use crate::desk::{COMPLETE, Desk};
use muster_model::{BlockReason, Fault};
use muster_review::explain::report::{
    EditKind, FieldOutcome, OutcomeKind, ScopeVerdict, WantedSeen,
};

const POLICY: &str = r#"scope:
  where: entry.kind != "service" && !has(entry.left)
identity: {key: external_id, username: uid}
fields:
  name: {expr: 'entry.first + " " + entry.last', transform: [title]}
  email: {from: mail, required: true}
block:
  - name: contract-ended
    when: has(entry.ends) && timestamp(entry.ends) < now
    reason: The contract has ended.
"#;

const ANNA: &str = r#"{"id": "1", "uid": "anna", "kind": "person", "first": "anna", "last": "berg", "mail": "a@x"}"#;

fn anna(more: &str) -> String {
    ANNA.replace("\"kind\": \"person\"", more)
}

#[test]
fn a_user_who_is_skipped_is_told_why() {
    let desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    for (entry, why) in [
        (anna(r#""kind": "service""#), "`where` is false"),
        (
            anna(r#""kind": "person", "left": "yes""#),
            "`where` is false",
        ),
        (
            anna(r#""kind": "person", "status": "blocked: disabled""#),
            "disabled at the source",
        ),
        (
            anna(r#""kind": "person", "status": "pending""#),
            "pending at the source",
        ),
        (
            anna(r#""kind": "person", "ends": "2026-01-01""#),
            "The contract has ended",
        ),
    ] {
        let told = desk.explain(&policy, COMPLETE, &[&entry], "anna");
        assert_eq!(told.outcome.kind, OutcomeKind::NotSynced, "{}", told.answer);
        assert!(told.answer.contains(why), "{}", told.answer);
        let made = |one: &&muster_review::explain::report::Counterfactual| {
            one.kind == OutcomeKind::Created && one.edits.len() == 1
        };
        assert!(told.would_change.iter().any(|one| made(&one)), "{told:#?}");
    }
}

#[test]
fn each_question_of_a_condition_shows_its_answer() {
    let desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    let entry = anna(r#""kind": "person", "left": "2026-11-01""#);
    let told = desk.explain(&policy, COMPLETE, &[&entry], "anna");
    assert_eq!(told.scope.verdict, ScopeVerdict::Out);
    let condition = told.scope.condition.as_ref().unwrap();
    let leaves: Vec<(&str, Option<bool>, &[String])> = condition
        .leaves
        .iter()
        .map(|leaf| {
            (
                leaf.text.as_str(),
                leaf.value,
                leaf.reads[0].values.as_slice(),
            )
        })
        .collect();
    assert_eq!(
        leaves,
        [
            (
                "entry.kind != \"service\"",
                Some(true),
                &["person".to_owned()][..]
            ),
            (
                "has(entry.left)",
                Some(true),
                &["2026-11-01".to_owned()][..]
            ),
        ]
    );
    let first = &told.would_change[0].edits[0].edit;
    let absent = EditKind::Attribute {
        name: "left".to_owned(),
        to: vec![],
    };
    assert_eq!(*first, absent);
}

#[test]
fn where_a_display_name_comes_from_is_shown_step_by_step() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    desk.sync(&policy, &[ANNA]);
    desk.tamper("anna", |account| {
        account.fields.insert("name".into(), "Anna B.".into());
    });
    let told = desk.explain(&policy, COMPLETE, &[ANNA], "anna");
    let name = told
        .map
        .fields
        .iter()
        .find(|field| field.name == "name")
        .unwrap();
    let steps: Vec<(&str, Option<&str>)> = name
        .steps
        .iter()
        .map(|step| {
            (
                step.step.as_str(),
                step.made.as_ref().map(|made| made[0].as_str()),
            )
        })
        .collect();
    assert_eq!(
        steps,
        [("expr", Some("anna berg")), ("title", Some("Anna Berg"))]
    );
    assert_eq!(name.outcome, FieldOutcome::Changes);
    assert_eq!(name.cause, Some(muster_model::Cause::LocalEdit));
    assert_eq!(name.policy.line, 8);
}

#[test]
fn an_invalid_user_is_held_with_what_is_wrong_and_what_would_do() {
    let desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    let nameless = ANNA.replace("\"uid\": \"anna\", ", "");
    let told = desk.explain(&policy, COMPLETE, &[&nameless], "1");
    assert_eq!(told.outcome.kind, OutcomeKind::Held);
    assert!(
        told.answer.contains("the entry has no `uid`"),
        "{}",
        told.answer
    );
    let without_mail = ANNA.replace(", \"mail\": \"a@x\"", "");
    let told = desk.explain(&policy, COMPLETE, &[&without_mail], "anna");
    assert_eq!(told.outcome.kind, OutcomeKind::Held);
    assert!(
        told.answer.contains("field `email` must have a value"),
        "{}",
        told.answer
    );
    let edits: Vec<&EditKind> = told
        .would_change
        .iter()
        .map(|one| &one.edits[0].edit)
        .collect();
    let relax = EditKind::Relax {
        field: "email".to_owned(),
    };
    assert!(edits.contains(&&relax), "{edits:?}");
    assert!(
        edits
            .iter()
            .any(|edit| matches!(edit, EditKind::Attribute { name, .. } if name == "mail")),
        "{edits:?}"
    );
}

#[test]
fn with_whom_a_name_clashes_is_told() {
    let desk = Desk::with(&[
        r#"{"id": "a1", "username": "ANNA", "directory": "local", "external_id": null, "status": "active", "block_reasons": [], "fields": {}}"#,
    ]);
    let policy = desk.policy("staff", POLICY);
    let told = desk.explain(&policy, COMPLETE, &[ANNA], "anna");
    assert_eq!(told.outcome.kind, OutcomeKind::Held);
    assert_eq!(told.outcome.findings[0].code, Fault::UsernameClash);
    let rival = &told.matching.rivals[0];
    assert_eq!(rival.username.as_deref(), Some("ANNA"));
    assert_eq!(rival.directory.as_deref(), Some("local"));
    let adopted = told
        .would_change
        .iter()
        .find(|one| one.kind == OutcomeKind::Adopted);
    let pin = &adopted.unwrap().edits[0];
    assert_eq!(
        pin.how.as_deref(),
        Some("- {pin: {id: \"1\", account: \"ANNA\"}, owner: YOU, reason: WHY}")
    );
}

#[test]
fn to_leave_somebody_out_needs_no_broken_address() {
    let mut desk = Desk::new();
    desk.file(
        "exceptions.yaml",
        "muster: 1\nexceptions:\n  - {exclude: anna, owner: hanna, reason: on leave, expires: 2026-12-31}\n",
    );
    let policy = desk.policy("staff", &format!("{POLICY}exceptions: [exceptions.yaml]\n"));
    let told = desk.explain(&policy, COMPLETE, &[ANNA], "anna");
    assert_eq!(told.outcome.kind, OutcomeKind::NotSynced);
    assert!(
        told.answer
            .contains("an exception leaves them out until 2026-12-31 (hanna: on leave)"),
        "{}",
        told.answer
    );
    assert_eq!(told.scope.policy.as_ref().unwrap().file, "exceptions.yaml");
    let first = &told.would_change[0];
    assert_eq!(
        first.edits[0].edit,
        EditKind::RemoveException { deed: "exclude" }
    );
    assert_eq!(first.kind, OutcomeKind::Created);
}

#[test]
fn who_blocked_an_account_and_whether_it_comes_back_is_told() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    desk.sync(&policy, &[ANNA]);
    let ended = anna(r#""kind": "person", "ends": "2026-01-01""#);
    desk.sync(&policy, &[&ended]);
    let told = desk.explain(&policy, COMPLETE, &[&ended], "anna");
    assert_eq!(told.outcome.kind, OutcomeKind::StaysBlocked);
    let account = told.matching.account.as_ref().unwrap();
    let block = &account.block_reasons[0];
    assert_eq!(block.reason, BlockReason::Rule("contract-ended".to_owned()));
    let set = block.set.as_ref().unwrap();
    assert_eq!((set.by.as_str(), set.run.0), ("desk", 2));
    assert_eq!(set.policy.as_ref().unwrap().line, 11);
    assert_eq!(
        block.ends,
        "the next sync lets them in once rule `contract-ended` holds no longer"
    );
    let back = told
        .would_change
        .iter()
        .find(|one| one.kind == OutcomeKind::Unblocked);
    assert!(back.is_some(), "{told:#?}");

    desk.tamper("anna", |account| {
        account.block_reasons.insert(BlockReason::Manual);
    });
    let told = desk.explain(&policy, COMPLETE, &[ANNA], "anna");
    let account = told.matching.account.as_ref().unwrap();
    let manual = account
        .block_reasons
        .iter()
        .find(|one| one.reason == BlockReason::Manual);
    assert!(manual.unwrap().ends.starts_with("no sync undoes it"));
}

#[test]
fn whoever_was_not_read_learns_whether_that_proves_anything() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    let ben = ANNA
        .replace("\"1\"", "\"2\"")
        .replace("anna", "ben")
        .replace("a@x", "b@x");
    desk.sync(&policy, &[ANNA, &ben]);
    let partial = r#"{"coverage": "size-limit", "text": "the server stops at 1"}"#;
    let told = desk.explain(&policy, partial, &[&ben], "anna");
    assert_eq!(told.scope.verdict, ScopeVerdict::Unproven);
    assert_eq!(told.outcome.kind, OutcomeKind::Unchanged);
    assert!(
        told.read.text.contains("that proves nothing"),
        "{}",
        told.read.text
    );
    let told = desk.explain(&policy, COMPLETE, &[&ben], "anna");
    assert_eq!(told.scope.verdict, ScopeVerdict::Absent);
    assert_eq!(told.outcome.kind, OutcomeKind::Blocked);
}

#[test]
fn one_bad_value_is_named_and_the_others_go_on() {
    let desk = Desk::new();
    let policy = desk.policy(
        "staff",
        "identity: {username: uid}\nfields:\n  born: {from: born, type: date, on_error: keep}\n  name: cn\n",
    );
    let entry = r#"{"id": "1", "uid": "anna", "born": "soon", "cn": "Anna"}"#;
    let told = desk.explain(&policy, COMPLETE, &[entry], "anna");
    assert_eq!(told.outcome.kind, OutcomeKind::Created);
    let born = &told.map.fields[0];
    assert!(matches!(&born.wanted, WantedSeen::Failed { why } if why.contains("`soon`")));
    assert_eq!(told.map.fields[1].outcome, FieldOutcome::Changes);
}
