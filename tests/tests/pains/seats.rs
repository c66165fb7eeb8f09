//! Licences run out in the middle of a run, and who gets one is chance.

use crate::desk::{Desk, count, reasons};
use muster_model::{AccountStatus, Action};

const POLICY: &str =
    "identity: {username: uid}\nfields: {hired: hired}\nlicences: {limit: 2, order: [hired]}\n";

fn person(id: u8, uid: &str, hired: &str) -> String {
    format!(r#"{{"id": "{id}", "uid": "{uid}", "hired": "{hired}"}}"#)
}

#[test]
fn seats_are_given_in_a_stated_order_and_later_to_those_who_wait() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    let people = [
        person(1, "anna", "2026-03"),
        person(2, "bo", "2025-01"),
        person(3, "cleo", "2026-01"),
    ];
    let all: Vec<&str> = people.iter().map(String::as_str).collect();
    let plan = desk.sync(&policy, &all);
    assert_eq!(count(&plan, Action::Create), 3, "everybody has an account");
    assert_eq!(
        reasons(&desk.account("anna")),
        ["no-licence"],
        "the last to be hired waits"
    );
    let licences = plan.licences.unwrap();
    assert_eq!(
        (licences.limit, licences.now, licences.after, licences.left),
        (2, 0, 2, 0)
    );
    // Bo leaves; Anna's turn has come.
    let plan = desk.sync(&policy, &[all[0], all[2]]);
    assert_eq!(count(&plan, Action::Block), 1);
    assert_eq!(desk.account("anna").status(), AccountStatus::Active);
}

#[test]
fn a_lower_limit_takes_nobodys_seat() {
    let mut desk = Desk::new();
    let people = [person(1, "anna", "1"), person(2, "bo", "2")];
    let all: Vec<&str> = people.iter().map(String::as_str).collect();
    let policy = desk.policy("staff", POLICY);
    desk.sync(&policy, &all);
    let fewer = desk.policy("staff", &POLICY.replace("limit: 2", "limit: 1"));
    let newcomer = person(3, "cleo", "0");
    let plan = desk.sync(&fewer, &[all[0], all[1], &newcomer]);
    assert_eq!(count(&plan, Action::Block), 0);
    assert_eq!(reasons(&desk.account("cleo")), ["no-licence"]);
}
