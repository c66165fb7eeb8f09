//! Memberships that end are kept for ever, or roles given by hand are taken.
//! (That nested and primary groups count is held at real servers: the suites
//! `openldap` and `active_directory`.)

use crate::desk::{Desk, text};
use muster_model::Value;

const POLICY: &str = "identity: {username: uid}\nfields:\n  roles: {groups: {editors: editor, \"team-*\": \"team-$1\"}}\n";

#[test]
fn a_membership_that_ends_takes_its_role_and_no_other() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    desk.sync(
        &policy,
        &[r#"{"id": "1", "uid": "anna", "groups": ["editors", "team-red"]}"#],
    );
    assert_eq!(
        text(&desk.account("anna"), "roles").as_deref(),
        Some("editor, team-red")
    );
    // The intranet gives a role of its own.
    desk.tamper("anna", |account| {
        let roles = ["chess-club", "editor", "team-red"].map(str::to_owned);
        account
            .fields
            .insert("roles".into(), Value::list(roles.to_vec()));
    });
    desk.sync(
        &policy,
        &[r#"{"id": "1", "uid": "anna", "groups": ["team-red"]}"#],
    );
    assert_eq!(
        text(&desk.account("anna"), "roles").as_deref(),
        Some("chess-club, team-red")
    );
}

#[test]
fn a_role_that_was_taken_away_by_hand_comes_back() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    let anna = [r#"{"id": "1", "uid": "anna", "groups": ["editors"]}"#];
    desk.sync(&policy, &anna);
    desk.tamper("anna", |account| {
        account.fields.insert("roles".into(), Value::list(vec![]));
    });
    let plan = desk.sync(&policy, &anna);
    assert_eq!(plan.changes[0].reason.code, "reverted-local-edit");
    assert_eq!(
        text(&desk.account("anna"), "roles").as_deref(),
        Some("editor")
    );
}
