//! Who is who: renames, clashes, swaps.

use crate::{GROUP, staff, synced, synced_by_username};
use muster_tests::intranet::Intranet;
use muster_tests::tree::{SUFFIX, group_dn};
use muster_tests::{Person, Policy, Slapd};
use serde_json::json;

#[test]
fn a_rename_by_external_id_renames_the_same_account() {
    let (server, intranet) = synced();
    let before = intranet.account("anna");
    server.rename("anna", "anna.lund");
    let plan = intranet.plan();
    plan.changes_are(&[("rename", "anna.lund", "renamed")]);
    let (old, new, _) = plan.field("rename", "anna.lund", "username");
    assert_eq!((old, new), (json!("anna"), json!("anna.lund")));
    intranet.sync().ok();
    assert_eq!(intranet.usernames(), ["anna.lund", "ben", "clara"]);
    let after = intranet.account("anna.lund");
    assert_eq!(
        (after.id(), after.external_id()),
        (before.id(), before.external_id())
    );
    intranet.is_settled();
}

#[test]
fn a_rename_under_username_key_is_recognised_and_carried_out_by_a_command() {
    let (server, intranet) = synced_by_username();
    intranet.is_settled();
    let before = intranet.account("anna");
    server.rename("anna", "anna.lund");
    let plan = intranet.plan();
    plan.changes_are(&[]);
    let findings = plan.findings("likely-rename");
    assert_eq!(findings.len(), 1, "{:#}", plan.json());
    assert!(
        findings[0].contains("muster account rename anna anna.lund"),
        "{}",
        findings[0]
    );
    intranet.sync().exits(5);
    intranet.nobody_is_blocked(3);

    intranet.admin(&["rename", "anna", "anna.lund"]).ok();
    intranet.sync().ok();
    let after = intranet.account("anna.lund");
    assert_eq!(
        (after.id(), after.status(), after.directory()),
        (before.id(), "active", "staff")
    );
    assert_eq!(intranet.usernames(), ["anna.lund", "ben", "clara"]);
    intranet.is_settled();
}

#[test]
fn another_case_of_a_username_is_the_same_person_under_username_key() {
    let (server, intranet) = synced_by_username();
    server.rename("anna", "ANNA");
    let plan = intranet.plan();
    assert_eq!(
        (plan.count("create"), plan.count("block")),
        (0, 0),
        "{:#}",
        plan.json()
    );
    intranet.sync().ok();
    intranet.nobody_is_blocked(3);
    intranet.is_settled();
}

#[test]
fn two_entries_that_claim_one_username_are_both_named() {
    let server = Slapd::serve(
        &staff()
            .unit("ou=oslo,ou=people")
            .person(Person::new("emil", "Emil", "Eriksen"))
            .person(Person::new("Emil", "Emil", "Fischer").under("ou=oslo,ou=people"))
            .group(
                "emils",
                &["emil", &format!("uid=Emil,ou=oslo,ou=people,{SUFFIX}")],
            ),
    );
    let intranet = Intranet::new(
        &Policy::openldap(&server, GROUP).groups(&[&group_dn(GROUP), &group_dn("emils")]),
    );
    let plan = intranet.plan();
    plan.changes_are(&[
        ("create", "anna", "new"),
        ("create", "ben", "new"),
        ("create", "clara", "new"),
    ]);
    let admin = server.admin();
    let ids = ["ou=people", "ou=oslo,ou=people"].map(|unit| {
        admin
            .value(&format!("uid=emil,{unit},{SUFFIX}"), "entryUUID")
            .expect("an entryUUID")
    });
    let clashes = plan.findings("username-clash");
    assert!(!clashes.is_empty(), "{:#}", plan.json());
    for clash in clashes {
        assert!(
            ids.iter().all(|id| clash.contains(id.as_str())),
            "both sides are named: {clash}"
        );
    }
    intranet.sync().exits(5);
    assert_eq!(intranet.usernames(), ["anna", "ben", "clara"]);
}

#[test]
fn a_username_of_a_local_account_is_not_taken_over() {
    let server = Slapd::serve(&staff());
    let intranet = Intranet::new(&Policy::openldap(&server, GROUP));
    intranet
        .admin(&["create", "Anna", "email=local@example.org"])
        .ok();
    let plan = intranet.plan();
    plan.changes_are(&[("create", "ben", "new"), ("create", "clara", "new")]);
    let clashes = plan.findings("username-clash");
    assert_eq!(clashes.len(), 1, "{:#}", plan.json());
    assert!(
        clashes[0].contains("anna") && clashes[0].contains("local"),
        "both sides are named: {}",
        clashes[0]
    );
    intranet.sync().exits(5);
    let anna = intranet.account("anna");
    assert_eq!(
        (anna.directory(), anna.field("email")),
        ("local", &json!("local@example.org"))
    );
}

#[test]
fn a_username_of_another_directory_is_not_taken_over() {
    let server = Slapd::serve(&staff());
    let intranet = Intranet::synced(&Policy::openldap(&server, GROUP));
    let mut other = Policy::openldap(&server, GROUP);
    "partners".clone_into(&mut other.directory);
    intranet.rewrite(&other);
    let plan = intranet.plan();
    plan.changes_are(&[]);
    let clashes = plan.findings("username-clash");
    assert_eq!(clashes.len(), 3, "{:#}", plan.json());
    assert!(
        clashes.iter().all(|clash| clash.contains("staff")),
        "{clashes:?}"
    );
    intranet.sync().exits(5);
    intranet.nobody_is_blocked(3);
    assert!(
        intranet
            .accounts()
            .iter()
            .all(|account| account.directory() == "staff")
    );
}

#[test]
fn a_swap_of_two_usernames_is_one_plan() {
    let (server, intranet) = synced();
    let (anna, ben) = (intranet.account("anna"), intranet.account("ben"));
    server.rename("anna", "anyone");
    server.rename("ben", "anna");
    server.rename("anyone", "ben");
    intranet
        .plan()
        .changes_are(&[("rename", "anna", "renamed"), ("rename", "ben", "renamed")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").id(), anna.id());
    assert_eq!(intranet.account("anna").id(), ben.id());
    assert_eq!(intranet.account("ben").field("surname"), "Ek");
    intranet.is_settled();
}

#[test]
fn a_chain_of_renames_with_a_name_used_again_is_one_plan() {
    let (server, intranet) = synced();
    let ben = intranet.account("ben");
    server.rename("anna", "anna.lund");
    server.rename("ben", "anna");
    server.add(Person::new("ben", "Benedikt", "Garcia"));
    server.join(GROUP, "ben");
    intranet.plan().changes_are(&[
        ("create", "ben", "new"),
        ("rename", "anna", "renamed"),
        ("rename", "anna.lund", "renamed"),
    ]);
    intranet.sync().ok();
    assert_eq!(intranet.usernames(), ["anna", "anna.lund", "ben", "clara"]);
    assert_eq!(intranet.account("anna").id(), ben.id());
    assert_eq!(intranet.account("ben").field("surname"), "Garcia");
    intranet.is_settled();
}

#[test]
fn a_move_to_another_unit_changes_nothing() {
    let server = Slapd::serve(&staff().unit("ou=oslo,ou=people"));
    let intranet = Intranet::synced(&Policy::openldap(&server, GROUP));
    server.relocate("anna", "ou=oslo,ou=people");
    intranet.is_settled();
}

#[test]
fn a_person_made_anew_is_not_taken_for_the_old_one_in_silence() {
    let (server, intranet) = synced();
    let old = intranet.account("ben");
    server.admin().delete(&muster_tests::tree::person_dn("ben"));
    server.add(Person::new("ben", "Ben", "Berg"));
    server.join(GROUP, "ben");
    let plan = intranet.plan();
    assert_eq!(plan.count("create"), 0, "{:#}", plan.json());
    assert_eq!(plan.findings("recreated").len(), 1, "{:#}", plan.json());
    intranet.sync();
    assert_eq!(intranet.account("ben").id(), old.id());
    assert_eq!(intranet.usernames(), ["anna", "ben", "clara"]);
}
