//! A saved plan that is applied twice, or without anybody's approval.

use crate::desk::Desk;
use muster_model::{Action, RunOutcome};
use muster_store::Store;
use muster_sync::ApplyRefused;

const PEOPLE: [&str; 2] = [
    r#"{"id": "1", "uid": "anna"}"#,
    r#"{"id": "2", "uid": "bo"}"#,
];

#[test]
fn a_plan_applies_once_and_says_which_run_it_was() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", "identity: {username: uid}\n");
    let plan = desk.plan(&policy, &PEOPLE);
    let run = desk.apply_saved(&plan, &policy, "petra").unwrap();
    assert_eq!(run.outcome, RunOutcome::Applied);
    let version = desk.store.version().unwrap();
    let refused = desk.apply_saved(&plan, &policy, "paul").unwrap_err();
    assert!(matches!(refused, ApplyRefused::AlreadyApplied { .. }));
    assert!(
        refused.to_string().contains("in run r1 by petra"),
        "{refused}"
    );
    assert_eq!(desk.store.version().unwrap(), version);
}

#[test]
fn a_plan_that_needs_approval_is_not_applied_without_it() {
    let mut desk = Desk::new();
    let policy = desk.policy(
        "staff",
        "identity: {username: uid}\napproval: {required: 2}\n",
    );
    let plan = desk.plan(&policy, &PEOPLE);
    assert_eq!(plan.summary[&Action::Create], 2);
    let refused = desk.apply_saved(&plan, &policy, "petra").unwrap_err();
    assert!(matches!(refused, ApplyRefused::Unapproved(_)), "{refused}");
    assert!(
        refused
            .to_string()
            .contains("needs 2 approvals (staff.yaml:"),
        "{refused}"
    );
    assert_eq!(desk.store.count().unwrap(), 0);
}
