//! A source object that is made anew with a new id collides, and stops everyone.

use crate::desk::{Desk, count, findings};
use muster_model::{Action, Fault};

const POLICY: &str =
    "identity: {key: external_id, username: uid}\nfields: {email: mail, first_name: givenName}\n";
const BEFORE: &str = r#"{"id": "old", "uid": "anna", "mail": "a@x.org", "givenName": "Anna"}"#;
const AFTER: &str = r#"{"id": "new", "uid": "anna", "mail": "a@x.org", "givenName": "Anna"}"#;
const OTHER: &str = r#"{"id": "2", "uid": "bo", "mail": "b@x.org", "givenName": "Bo"}"#;

#[test]
fn it_is_recognised_and_the_others_go_on() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    desk.sync(&policy, &[BEFORE]);
    let plan = desk.sync(&policy, &[AFTER, OTHER]);
    assert_eq!(count(&plan, Action::Create), 1, "Bo is made");
    assert_eq!(count(&plan, Action::Block), 0, "Anna is not blocked");
    let told = findings(&plan, Fault::Recreated);
    assert!(told[0].contains("pin"), "a pin is offered: {told:?}");
}

#[test]
fn with_the_pin_the_account_follows_its_person() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    desk.sync(&policy, &[BEFORE]);
    let id = desk.account("anna").id;
    desk.file(
        "exceptions.yaml",
        "muster: 1\nexceptions:\n  - {pin: {id: new, account: anna}, owner: kim, reason: made anew}\n",
    );
    let pinned = desk.policy("staff", &format!("exceptions: exceptions.yaml\n{POLICY}"));
    desk.sync(&pinned, &[AFTER]);
    let anna = desk.account("anna");
    assert_eq!(anna.id, id);
    assert_eq!(anna.external_id.unwrap().as_str(), "new");
}
