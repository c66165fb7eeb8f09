//! Creating, updating, reverting, leaving alone.

use crate::{GROUP, staff, synced};
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::tree::person_dn;
use muster_tests::{Person, Policy, Slapd};
use serde_json::{Value, json};

#[test]
fn the_first_sync_creates_everybody_in_the_group() {
    let server = Slapd::serve(&staff());
    let intranet = Intranet::new(&Policy::openldap(&server, GROUP));
    let plan = intranet.plan();
    plan.changes_are(&[
        ("create", "anna", "new"),
        ("create", "ben", "new"),
        ("create", "clara", "new"),
    ]);
    assert_eq!(plan.coverage(), ("complete", None));
    assert!(intranet.usernames().is_empty(), "a plan writes nothing");

    intranet.sync().ok();
    assert_eq!(intranet.usernames(), ["anna", "ben", "clara"]);
    let anna = intranet.account("anna");
    assert_eq!(anna.status(), "active");
    assert_eq!(anna.directory(), "staff");
    assert_eq!(anna.field("first_name"), "Anna");
    assert_eq!(anna.field("surname"), "Ek");
    assert_eq!(anna.field("email"), "anna@example.org");
    let id = server
        .admin()
        .value(&person_dn("anna"), "entryUUID")
        .expect("an entryUUID");
    assert_eq!(anna.external_id(), Some(id.as_str()));
}

#[test]
fn the_second_plan_is_empty() {
    let (_server, intranet) = synced();
    intranet.is_settled();
    let before = intranet.run(&["state", "export"]).ok();
    intranet.plan();
    assert_eq!(
        before.stdout(),
        intranet.run(&["state", "export"]).ok().stdout()
    );
    intranet.sync().ok();
    intranet.is_settled();
}

#[test]
fn a_plan_file_is_applied_once_and_exactly() {
    let server = Slapd::serve(&staff());
    let intranet = Intranet::new(&Policy::openldap(&server, GROUP));
    intranet
        .run(&["plan", POLICY, "--out", "staff.muster-plan"])
        .ok();
    // Whoever comes later is not in this plan.
    server.join(GROUP, "dora");
    intranet.run(&["apply", "staff.muster-plan"]).ok();
    assert_eq!(intranet.usernames(), ["anna", "ben", "clara"]);
    intranet.run(&["apply", "staff.muster-plan"]).exits(6);
    intranet.plan().changes_are(&[("create", "dora", "new")]);
}

#[test]
fn changes_pending_have_an_exit_code_of_their_own() {
    let (server, intranet) = synced();
    intranet.run(&["plan", POLICY, "--exit-code"]).exits(0);
    server.replace("anna", "sn", "Lund");
    intranet.run(&["plan", POLICY, "--exit-code"]).exits(2);
}

#[test]
fn a_change_at_the_source_is_written() {
    let (server, intranet) = synced();
    server.replace("anna", "sn", "Ångström-Öz");
    let plan = intranet.plan();
    plan.changes_are(&[("update", "anna", "changed-at-source")]);
    let change = plan.field("update", "anna", "surname");
    assert_eq!(
        change,
        (json!("Ek"), json!("Ångström-Öz"), "source".to_owned())
    );
    intranet.sync().ok();
    assert_eq!(intranet.account("anna").field("surname"), "Ångström-Öz");
    intranet.is_settled();
}

#[test]
fn a_local_edit_of_a_mapped_field_is_refused() {
    let (_server, intranet) = synced();
    let answer = intranet.admin(&["edit", "anna", "surname=Lund"]);
    assert_ne!(answer.code(), Some(0), "{answer}");
    answer.says("surname").says("staff");
    assert_eq!(intranet.account("anna").field("surname"), "Ek");
}

#[test]
fn a_local_edit_is_reverted_and_named_as_such() {
    let (_server, intranet) = synced();
    intranet.tamper("anna", "surname", "Lund");
    assert_eq!(intranet.account("anna").field("surname"), "Lund");
    let plan = intranet.plan();
    plan.changes_are(&[("update", "anna", "reverted-local-edit")]);
    let change = plan.field("update", "anna", "surname");
    assert_eq!(
        change,
        (json!("Lund"), json!("Ek"), "local-edit".to_owned())
    );
    intranet
        .run(&["plan", POLICY])
        .ok()
        .says("reverted local edit");
    intranet.sync().ok();
    assert_eq!(intranet.account("anna").field("surname"), "Ek");
    intranet.is_settled();
}

#[test]
fn a_local_edit_beside_a_change_at_the_source_is_told_apart() {
    let (server, intranet) = synced();
    intranet.tamper("anna", "surname", "Lund");
    server.replace("anna", "givenName", "Anne");
    let plan = intranet.plan();
    assert_eq!(plan.count("update"), 1);
    assert_eq!(plan.field("update", "anna", "surname").2, "local-edit");
    assert_eq!(plan.field("update", "anna", "first_name").2, "source");
}

#[test]
fn an_unmapped_field_is_kept() {
    let (server, intranet) = synced();
    intranet.admin(&["edit", "anna", "room=4.12"]).ok();
    intranet.is_settled();
    server.replace("anna", "sn", "Lund");
    intranet.sync().ok();
    let anna = intranet.account("anna");
    assert_eq!(anna.field("room"), "4.12");
    assert_eq!(anna.field("surname"), "Lund");
}

#[test]
fn absent_at_the_source_is_absent_here_and_unmapped_is_neither() {
    let server = Slapd::serve(&staff());
    let policy = Policy::openldap(&server, GROUP).field("title", "title");
    let intranet = Intranet::synced(&policy);
    intranet.admin(&["edit", "anna", "room="]).ok();
    server.admin().clear(&person_dn("anna"), "title");
    let plan = intranet.plan();
    let change = plan.field("update", "anna", "title");
    assert_eq!(
        change,
        (json!("Engineer"), Value::Null, "source".to_owned())
    );
    intranet.sync().ok();
    let anna = intranet.account("anna");
    assert_eq!(anna.field("title"), &Value::Null);
    assert_eq!(anna.field("room"), "");
    intranet.is_settled();
}

#[test]
fn a_local_account_is_never_touched() {
    let server = Slapd::serve(&staff());
    let intranet = Intranet::new(&Policy::openldap(&server, GROUP));
    intranet
        .admin(&["create", "reception", "email=reception@example.org"])
        .ok();
    intranet.sync().ok();
    let reception = intranet.account("reception");
    assert_eq!(
        (reception.directory(), reception.status()),
        ("local", "active")
    );
    intranet.is_settled();
}

#[test]
fn a_new_person_is_created_beside_the_others() {
    let (server, intranet) = synced();
    server.add(Person::new("emil", "Émil", "Öz").with("title", "Nurse"));
    server.join(GROUP, "emil");
    intranet.plan().changes_are(&[("create", "emil", "new")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("emil").field("first_name"), "Émil");
    intranet.is_settled();
}

#[test]
fn every_run_is_recorded_with_what_it_changed() {
    let (server, intranet) = synced();
    server.replace("anna", "sn", "Lund");
    intranet.sync().ok();
    let runs = intranet
        .run(&["run", "list", "--format", "json"])
        .ok()
        .json();
    let runs = runs.as_array().expect("a list of runs");
    assert_eq!(runs.len(), 2, "{runs:?}");
    let id = runs[1]["id"].as_str().expect("an id");
    let run = intranet
        .run(&["run", "show", id, "--format", "json"])
        .ok()
        .json();
    let audit = run["audit"].as_array().expect("an audit");
    assert_eq!(audit.len(), 1, "{run:#}");
    assert_eq!(audit[0]["username"], "anna");
    assert_eq!(audit[0]["action"], "update");
}
