//! A second directory's people are unknown to the first, are removed by it, or
//! taken to and fro.

use crate::desk::{Desk, belongs_to, count};
use muster_model::{AccountStatus, Action};

const COMMON: &str = "precedence: [staff, students]\nidentity: {username: uid, adopt: {match: [number]}}\nfields: {number: number}\n";

#[test]
fn neither_directory_touches_the_others_accounts() {
    let mut desk = Desk::new();
    let staff = desk.policy("staff", "identity: {username: uid}\n");
    let students = desk.policy("students", "identity: {username: uid}\n");
    desk.sync(&staff, &[r#"{"id": "1", "uid": "anna"}"#]);
    desk.sync(&students, &[r#"{"id": "1", "uid": "bo"}"#]);
    assert!(
        desk.sync(&staff, &[r#"{"id": "1", "uid": "anna"}"#])
            .changes
            .is_empty()
    );
    assert!(
        desk.sync(&students, &[r#"{"id": "1", "uid": "bo"}"#])
            .changes
            .is_empty()
    );
}

#[test]
fn somebody_in_both_has_one_account_and_both_policies_come_to_rest() {
    let mut desk = Desk::new();
    let staff = desk.policy("staff", COMMON);
    let students = desk.policy("students", COMMON);
    let other = r#"{"id": "s9", "uid": "other", "number": "9"}"#;
    let student = [r#"{"id": "s1", "uid": "s123", "number": "77"}"#, other];
    let colleague = [
        r#"{"id": "p1", "uid": "astrid", "number": "77"}"#,
        r#"{"id": "p9", "uid": "boss", "number": "1"}"#,
    ];
    desk.sync(&students, &student);
    let id = desk.account("s123").id;
    let plan = desk.sync(&staff, &colleague);
    assert_eq!(
        (count(&plan, Action::Adopt), count(&plan, Action::Block)),
        (1, 0)
    );
    let astrid = desk.account("astrid");
    assert_eq!(astrid.id, id);
    assert!(belongs_to(&astrid, "staff"));
    for _ in 0..3 {
        assert!(desk.sync(&students, &student).changes.is_empty());
        assert!(desk.sync(&staff, &colleague).changes.is_empty());
    }
    // The contract is over; the studies are not.
    desk.sync(&staff, &colleague[1..]);
    desk.sync(&students, &student);
    let again = desk.account("s123");
    assert_eq!(again.id, id);
    assert!(belongs_to(&again, "students"));
    assert_eq!(again.status(), AccountStatus::Active);
}
