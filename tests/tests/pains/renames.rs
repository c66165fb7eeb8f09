//! Renames and moves between units make duplicates or removals.

use crate::desk::{Desk, count, findings, text};
use muster_model::{Action, Fault};

const BY_ID: &str =
    "identity: {key: external_id, username: uid}\nfields: {email: mail, unit: dn}\n";
const BY_NAME: &str =
    "identity: {key: username, username: uid}\nfields: {email: mail, first_name: givenName}\n";

#[test]
fn a_moved_unit_touches_no_account_but_the_field_that_shows_it() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", BY_ID);
    desk.sync(
        &policy,
        &[r#"{"id": "1", "uid": "anna", "dn": "cn=Anna,ou=Sales,dc=x"}"#],
    );
    let id = desk.account("anna").id;
    let plan = desk.sync(
        &policy,
        &[r#"{"id": "1", "uid": "anna", "dn": "cn=Anna,ou=Vertrieb,dc=x"}"#],
    );
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(count(&plan, Action::Update), 1);
    assert_eq!(desk.account("anna").id, id);
}

#[test]
fn a_rename_by_identifier_keeps_the_account_and_what_it_holds() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", BY_ID);
    desk.sync(
        &policy,
        &[r#"{"id": "1", "uid": "anna.berg", "mail": "anna.berg@x.org"}"#],
    );
    desk.tamper("anna.berg", |account| {
        account.fields.insert("room".into(), "4.12".into());
    });
    let plan = desk.sync(
        &policy,
        &[r#"{"id": "1", "uid": "anna.lind", "mail": "anna.lind@x.org"}"#],
    );
    assert_eq!(
        (count(&plan, Action::Rename), count(&plan, Action::Create)),
        (1, 0)
    );
    assert_eq!(
        text(&desk.account("anna.lind"), "room").as_deref(),
        Some("4.12")
    );
}

#[test]
fn a_rename_by_username_is_recognised_and_neither_doubles_nor_blocks() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", BY_NAME);
    desk.sync(
        &policy,
        &[r#"{"id": "1", "uid": "anna.berg", "mail": "a@x.org", "givenName": "Anna"}"#],
    );
    let plan = desk.plan(
        &policy,
        &[r#"{"id": "1", "uid": "anna.lind", "mail": "a@x.org", "givenName": "Anna"}"#],
    );
    assert!(plan.changes.is_empty(), "{:#?}", plan.changes);
    let told = findings(&plan, Fault::LikelyRename);
    assert!(
        told[0].contains("muster account rename anna.berg anna.lind"),
        "{told:?}"
    );
}
