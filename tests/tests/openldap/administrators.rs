//! What an administrator does beside the sync, and several directories.

use crate::{GROUP, staff, synced};
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::tree::{group_dn, person_dn};
use muster_tests::{Policy, Slapd};

#[test]
fn who_controls_a_password_is_answered() {
    let (_server, intranet) = synced();
    intranet.admin(&["reset-password", "anna"]).says("staff");
}

#[test]
fn only_an_administrator_deletes_and_only_when_sure() {
    let (_server, intranet) = synced();
    let answer = intranet.admin(&["delete", "ben"]);
    assert_ne!(answer.code(), Some(0), "{answer}");
    assert_eq!(intranet.usernames(), ["anna", "ben", "clara"]);
    intranet.admin(&["delete", "ben", "clara", "--yes"]).ok();
    assert_eq!(intranet.usernames(), ["anna"]);
    let runs = intranet
        .run(&["run", "list", "--format", "json"])
        .ok()
        .json();
    let last = runs.as_array().and_then(|runs| runs.last()).expect("a run");
    let id = last["id"].as_str().expect("an id");
    let run = intranet
        .run(&["run", "show", id, "--format", "json"])
        .ok()
        .json();
    let audit = run["audit"].as_array().expect("an audit");
    assert!(
        audit.iter().all(|record| record["action"] == "delete"),
        "{run:#}"
    );
    assert_eq!(audit.len(), 2);
}

#[test]
fn a_reset_reads_everything_again_and_changes_nothing_by_itself() {
    let (server, intranet) = synced();
    intranet.run(&["sync", "--reset", POLICY]).ok();
    intranet.nobody_is_blocked(3);
    server.replace("anna", "sn", "Lund");
    intranet.run(&["sync", "--reset", POLICY]).ok();
    assert_eq!(intranet.account("anna").field("surname"), "Lund");
    intranet.is_settled();
}

#[test]
fn two_directories_feed_one_intranet_and_keep_to_their_own() {
    let server = Slapd::serve(&staff().group("partners", &["dora"]));
    let staff = Policy::openldap(&server, GROUP);
    let mut partners = Policy::openldap(&server, "partners");
    "partners".clone_into(&mut partners.directory);
    let intranet = Intranet::new(&staff);
    intranet.muster().write("partners.yaml", &partners.yaml());
    intranet.run(&["sync", POLICY, "partners.yaml"]).ok();
    assert_eq!(intranet.usernames(), ["anna", "ben", "clara", "dora"]);
    assert_eq!(intranet.account("dora").directory(), "partners");

    // The one goes wrong, and the other goes on.
    server.leave(GROUP, "ben");
    server.admin().delete(&group_dn("partners"));
    intranet.run(&["sync", "partners.yaml", POLICY]).exits(1);
    assert_eq!(intranet.account("ben").reasons(), ["left-scope"]);
    assert_eq!(intranet.account("dora").status(), "active");
}

#[test]
fn a_plan_of_a_state_that_has_moved_is_stale() {
    let (server, intranet) = synced();
    server.replace("anna", "sn", "Lund");
    intranet
        .run(&["plan", POLICY, "--out", "staff.muster-plan"])
        .ok();
    intranet.admin(&["block", "ben"]).ok();
    intranet.run(&["apply", "staff.muster-plan"]).exits(6);
    assert_eq!(intranet.account("anna").field("surname"), "Ek");
}

#[test]
fn a_plan_of_a_policy_that_has_moved_is_stale() {
    let (server, intranet) = synced();
    server.replace("anna", "sn", "Lund");
    intranet
        .run(&["plan", POLICY, "--out", "staff.muster-plan"])
        .ok();
    let policy = Policy::openldap(&server, GROUP).field("title", "title");
    intranet.rewrite(&policy);
    intranet.run(&["apply", "staff.muster-plan"]).exits(6);
    assert_eq!(intranet.account("anna").field("surname"), "Ek");
}

#[test]
fn a_plan_that_was_edited_is_refused() {
    let (server, intranet) = synced();
    server.replace("anna", "sn", "Lund");
    intranet
        .run(&["plan", POLICY, "--out", "staff.muster-plan"])
        .ok();
    let edited = intranet
        .muster()
        .read("staff.muster-plan")
        .replace("Lund", "Admin");
    intranet.muster().write("staff.muster-plan", &edited);
    intranet.run(&["apply", "staff.muster-plan"]).exits(6);
    assert_eq!(intranet.account("anna").field("surname"), "Ek");
}

#[test]
fn a_plan_for_one_person_leaves_the_others() {
    let (server, intranet) = synced();
    server.replace("anna", "sn", "Lund");
    server.admin().delete(&person_dn("ben"));
    intranet
        .run(&[
            "plan",
            POLICY,
            "--only",
            "anna",
            "--out",
            "anna.muster-plan",
        ])
        .ok();
    intranet.run(&["apply", "anna.muster-plan"]).ok();
    assert_eq!(intranet.account("anna").field("surname"), "Lund");
    assert_eq!(intranet.account("ben").status(), "active");
    intranet
        .plan()
        .changes_are(&[("block", "ben", "left-scope")]);
}
