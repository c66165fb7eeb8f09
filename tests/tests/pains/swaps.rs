//! Swapped and reused usernames stop a run, or overwrite somebody.

use crate::desk::{Desk, count, findings};
use muster_model::{Action, Fault};

const POLICY: &str = "identity: {key: external_id, username: uid}\nfields: {email: mail}\n";

#[test]
fn a_swap_of_usernames_and_addresses_is_one_plan() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    desk.sync(
        &policy,
        &[
            r#"{"id": "1", "uid": "alex", "mail": "alex@x.org"}"#,
            r#"{"id": "2", "uid": "sam", "mail": "sam@x.org"}"#,
        ],
    );
    let (one, two) = (desk.account("alex").id, desk.account("sam").id);
    let plan = desk.sync(
        &policy,
        &[
            r#"{"id": "1", "uid": "sam", "mail": "sam@x.org"}"#,
            r#"{"id": "2", "uid": "alex", "mail": "alex@x.org"}"#,
        ],
    );
    assert_eq!(count(&plan, Action::Rename), 2);
    assert_eq!(
        (desk.account("sam").id, desk.account("alex").id),
        (one, two)
    );
}

#[test]
fn the_name_of_somebody_who_has_left_is_given_to_nobody_by_itself() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    desk.sync(
        &policy,
        &[
            r#"{"id": "1", "uid": "anna", "mail": "anna.berg@x.org"}"#,
            r#"{"id": "9", "uid": "z"}"#,
        ],
    );
    desk.sync(&policy, &[r#"{"id": "9", "uid": "z"}"#]);
    let plan = desk.plan(
        &policy,
        &[
            r#"{"id": "2", "uid": "anna", "mail": "anna.other@x.org"}"#,
            r#"{"id": "9", "uid": "z"}"#,
        ],
    );
    assert!(
        plan.changes.is_empty(),
        "nobody takes the old Anna's account: {:#?}",
        plan.changes
    );
    let held =
        findings(&plan, Fault::Recreated).len() + findings(&plan, Fault::UsernameClash).len();
    assert_eq!(held, 1, "{:#?}", plan.findings);
}
