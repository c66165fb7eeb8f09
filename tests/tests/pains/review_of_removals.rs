//! Removals without review and without a way back.

use crate::desk::{Desk, count, findings};
use muster_model::{AccountStatus, Action, Fault};
use muster_sync::review::{Reviewer, hold};

const POLICY: &str = "identity: {key: external_id, username: uid}\n\
    fields: {boss: {reference: manager, by: {attribute: uid}}}\nguards: {block: none, shrink: none}\n";

const POLICY_PLAIN: &str =
    "identity: {key: external_id, username: uid}\nguards: {block: none, shrink: none}\n";

fn reviewer(desk: &Desk) -> Reviewer {
    Reviewer {
        name: "rita".to_owned(),
        now: desk.now,
    }
}

const ANNA: &str = r#"{"id": "1", "uid": "anna"}"#;
const BO: &str = r#"{"id": "2", "uid": "bo"}"#;
const CLEO: &str = r#"{"id": "3", "uid": "cleo"}"#;

#[test]
fn a_reviewer_keeps_somebody_who_is_blocked_by_the_next_plan_at_the_earliest() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY_PLAIN);
    desk.sync(&policy, &[ANNA, BO, CLEO]);
    let plan = desk.plan(&policy, &[CLEO]);
    assert_eq!(count(&plan, Action::Block), 2);
    let by = (&reviewer(&desk), Some("on leave"));
    let reviewed = hold(&plan, &policy, &desk.store, &["anna".to_owned()], by).unwrap();
    assert_eq!(count(&reviewed, Action::Block), 1);
    let told = findings(&reviewed, Fault::HeldByReviewer);
    assert!(told[0].contains("by rita: on leave"), "{told:?}");
    let run = desk.apply_saved(&reviewed, &policy, "petra").unwrap();
    assert_eq!((run.held, run.review.holds[0].by.as_str()), (1, "rita"));
    assert_eq!(desk.account("anna").status(), AccountStatus::Active);
    assert_eq!(desk.account("bo").status(), AccountStatus::Blocked);
    let again = desk.plan(&policy, &[CLEO]);
    assert_eq!(
        count(&again, Action::Block),
        1,
        "the next plan has her again"
    );
}

#[test]
fn whoever_would_refer_to_somebody_who_is_held_is_held_too() {
    let desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    let boss = r#"{"id": "9", "uid": "boss"}"#;
    let member = r#"{"id": "1", "uid": "anna", "manager": "boss"}"#;
    let plan = desk.plan(&policy, &[boss, member, BO]);
    assert_eq!(count(&plan, Action::Create), 3);
    let by = (&reviewer(&desk), None);
    let reviewed = hold(&plan, &policy, &desk.store, &["boss".to_owned()], by).unwrap();
    let left: Vec<&str> = reviewed
        .changes
        .iter()
        .map(|change| change.username.as_str())
        .collect();
    assert_eq!(left, ["bo"]);
    let people = &reviewed.review.holds[0].people;
    assert_eq!(people[0].because, None);
    let because = people[1].because.as_deref();
    assert_eq!(because, Some("`boss` would name `boss`, who is held"));
}
