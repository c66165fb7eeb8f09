//! Letter case makes two people of one, or misses somebody.

use crate::desk::{Desk, belongs_to, count, findings};
use muster_model::{Action, Fault};

#[test]
fn a_username_in_other_letters_is_the_same_username() {
    let mut desk = Desk::new();
    let policy = desk.policy(
        "staff",
        "identity: {key: username, username: uid}\nfields: {email: mail}\n",
    );
    desk.sync(&policy, &[r#"{"uid": "Zoë.Müller", "mail": "z@x.org"}"#]);
    // Decomposed letters, and capitals.
    let plan = desk.sync(
        &policy,
        &["{\"uid\": \"ZOE\u{308}.MU\u{308}LLER\", \"mail\": \"z@x.org\"}"],
    );
    assert!(plan.changes.is_empty(), "{:#?}", plan.changes);
}

#[test]
fn two_entries_that_differ_in_case_alone_are_a_clash_of_both() {
    let desk = Desk::new();
    let policy = desk.policy("staff", "identity: {key: external_id, username: uid}\n");
    let plan = desk.plan(
        &policy,
        &[
            r#"{"id": "1", "uid": "Anna"}"#,
            r#"{"id": "2", "uid": "anna"}"#,
        ],
    );
    assert_eq!(count(&plan, Action::Create), 0);
    assert_eq!(findings(&plan, Fault::UsernameClash).len(), 2);
}

#[test]
fn exclusions_and_adoption_do_not_look_at_case() {
    let mut desk = Desk::with(&[
        r#"{"id":"a1","username":"kim","directory":"local","external_id":null,"status":"active","block_reasons":[],"fields":{"email":"Kim.Lee@X.org"},"synced":{}}"#,
    ]);
    let policy = desk.policy(
        "staff",
        "scope: {exclude: {usernames: [ROOT]}}\nidentity: {username: uid, adopt: {match: [email]}}\nfields: {email: {from: mail, transform: lower}}\n",
    );
    let plan = desk.sync(
        &policy,
        &[
            r#"{"id": "0", "uid": "root"}"#,
            r#"{"id": "1", "uid": "klee", "mail": "kim.lee@x.ORG"}"#,
        ],
    );
    assert_eq!(
        (count(&plan, Action::Adopt), count(&plan, Action::Create)),
        (1, 0)
    );
    assert!(belongs_to(&desk.account("klee"), "staff"));
}
