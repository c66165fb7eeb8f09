//! Blocked, unblocked, and by whom.

use crate::{GROUP, staff, synced};
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::slapd::PASSWORD;
use muster_tests::tree::person_dn;
use muster_tests::{Person, Policy, Slapd};

#[test]
fn removed_from_the_group_is_blocked_as_left_scope() {
    let (server, intranet) = synced();
    server.leave(GROUP, "ben");
    intranet
        .plan()
        .changes_are(&[("block", "ben", "left-scope")]);
    intranet.sync().ok();
    let ben = intranet.account("ben");
    assert_eq!(
        (ben.status(), ben.reasons()),
        ("blocked", vec!["left-scope"])
    );
    assert_eq!(ben.field("surname"), "Berg", "nothing is deleted");
    intranet.is_settled();
}

#[test]
fn deleted_at_the_source_is_blocked_as_left_scope() {
    let (server, intranet) = synced();
    server.admin().delete(&person_dn("ben"));
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").reasons(), ["left-scope"]);
    intranet.is_settled();
}

#[test]
fn back_in_the_group_is_unblocked() {
    let (server, intranet) = synced();
    let id = intranet.account("ben").id().to_owned();
    server.leave(GROUP, "ben");
    intranet.sync().ok();
    server.join(GROUP, "ben");
    intranet
        .plan()
        .changes_are(&[("unblock", "ben", "left-scope")]);
    intranet.sync().ok();
    let ben = intranet.account("ben");
    assert_eq!((ben.status(), ben.id()), ("active", id.as_str()));
    intranet.is_settled();
}

#[test]
fn locked_at_the_source_is_blocked_in_source() {
    let (server, intranet) = synced();
    server.lock("clara");
    intranet
        .plan()
        .changes_are(&[("block", "clara", "blocked-in-source")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("clara").reasons(), ["blocked-in-source"]);
    intranet.is_settled();

    server.unlock("clara");
    intranet
        .plan()
        .changes_are(&[("unblock", "clara", "blocked-in-source")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("clara").status(), "active");
}

#[test]
fn locked_by_wrong_passwords_is_blocked_in_source() {
    let (server, intranet) = synced();
    server.replace("clara", "userPassword", PASSWORD);
    for _ in 0..3 {
        server.client(&person_dn("clara"), "wrong").logs_in();
    }
    intranet
        .plan()
        .changes_are(&[("block", "clara", "blocked-in-source")]);
}

#[test]
fn locked_and_without_an_account_gets_none() {
    let (server, intranet) = synced();
    server.lock("dora");
    server.join(GROUP, "dora");
    let plan = intranet.plan();
    plan.changes_are(&[]);
    assert_eq!(plan.findings("skipped").len(), 1, "{:#}", plan.json());
    intranet.sync();
    assert_eq!(intranet.usernames(), ["anna", "ben", "clara"]);
    server.unlock("dora");
    intranet.plan().changes_are(&[("create", "dora", "new")]);
}

#[test]
fn a_rule_of_the_policy_blocks_and_unblocks() {
    let server = Slapd::serve(&staff());
    let policy = Policy::openldap(&server, GROUP).block("no-nurses", "entry.title == \"Nurse\"");
    let intranet = Intranet::new(&policy);
    intranet
        .plan()
        .changes_are(&[("create", "anna", "new"), ("create", "clara", "new")]);
    intranet.sync();
    server.replace("anna", "title", "Nurse");
    let plan = intranet.plan();
    plan.changes_are(&[("block", "anna", "rule:no-nurses")]);
    let line = policy
        .yaml()
        .lines()
        .position(|line| line.contains("no-nurses"))
        .expect("the rule")
        + 1;
    assert_eq!(
        plan.change("block", "anna")["reason"]["policy"]["line"],
        line
    );
    intranet.sync();
    assert_eq!(intranet.account("anna").reasons(), ["rule:no-nurses"]);
    server.replace("anna", "title", "Surgeon");
    intranet
        .plan()
        .changes_are(&[("unblock", "anna", "rule:no-nurses")]);
}

#[test]
fn reasons_are_kept_apart() {
    let (server, intranet) = synced();
    server.lock("ben");
    intranet.sync().ok();
    intranet
        .admin(&["block", "ben", "--reason", "lost laptop"])
        .ok();
    assert_eq!(
        intranet.account("ben").reasons(),
        ["blocked-in-source", "manual"]
    );
    server.unlock("ben");
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").reasons(), ["manual"]);
    intranet.is_settled();
}

#[test]
fn a_manual_block_is_kept() {
    let (server, intranet) = synced();
    intranet
        .admin(&["block", "ben", "--reason", "lost laptop"])
        .ok();
    intranet.is_settled();
    server.leave(GROUP, "ben");
    intranet.sync().ok();
    server.join(GROUP, "ben");
    intranet.sync().ok();
    let ben = intranet.account("ben");
    assert_eq!((ben.status(), ben.reasons()), ("blocked", vec!["manual"]));
    intranet.is_settled();
    intranet.admin(&["unblock", "ben"]).ok();
    assert_eq!(intranet.account("ben").status(), "active");
    intranet.is_settled();
}

#[test]
fn an_administrators_reactivation_is_blocked_again_if_the_reason_holds() {
    let (server, intranet) = synced();
    server.leave(GROUP, "ben");
    intranet.sync().ok();
    intranet
        .admin(&["unblock", "ben"])
        .ok()
        .says("left-scope")
        .says("account detach ben");
    assert_eq!(intranet.account("ben").status(), "active");
    let plan = intranet.plan();
    plan.changes_are(&[("block", "ben", "left-scope")]);
    let reason = &plan.change("block", "ben")["reason"];
    assert_eq!(reason["policy"]["file"], POLICY, "{reason:#}");
    let line = reason["policy"]["line"].as_u64().expect("a line");
    intranet
        .run(&["plan", POLICY])
        .ok()
        .says(&format!("{POLICY}:{line}"));
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").reasons(), ["left-scope"]);
}

#[test]
fn an_administrators_reactivation_against_a_rule_names_the_rule() {
    let server = Slapd::serve(&staff());
    let plain = Policy::openldap(&server, GROUP);
    let intranet = Intranet::synced(&plain);
    intranet.rewrite(&plain.block("no-nurses", "entry.title == \"Nurse\""));
    intranet.sync().ok();
    intranet
        .admin(&["unblock", "ben"])
        .ok()
        .says("rule:no-nurses")
        .says("account detach ben");
    intranet
        .plan()
        .changes_are(&[("block", "ben", "rule:no-nurses")]);
    let line = intranet
        .muster()
        .read(POLICY)
        .lines()
        .position(|line| line.contains("no-nurses"))
        .expect("the rule")
        + 1;
    intranet
        .run(&["plan", POLICY])
        .ok()
        .says(&format!("{POLICY}:{line}"));
}

#[test]
fn a_detached_account_is_kept() {
    let (server, intranet) = synced();
    server.leave(GROUP, "ben");
    intranet.sync().ok();
    intranet.admin(&["detach", "ben"]).ok();
    intranet.admin(&["unblock", "ben"]).ok();
    intranet.is_settled();
    intranet.sync().ok();
    let ben = intranet.account("ben");
    assert_eq!((ben.status(), ben.directory()), ("active", "local"));
    intranet.admin(&["edit", "ben", "surname=Lund"]).ok();
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").field("surname"), "Lund");
}

#[test]
fn a_detached_account_whose_person_is_in_scope_is_not_overwritten() {
    let (_server, intranet) = synced();
    let id = intranet
        .account("ben")
        .external_id()
        .expect("an id")
        .to_owned();
    intranet.admin(&["detach", "ben"]).ok();
    let plan = intranet.plan();
    plan.changes_are(&[]);
    let clashes = plan.findings("username-clash");
    assert_eq!(clashes.len(), 1, "{:#}", plan.json());
    assert!(
        clashes[0].contains(&id) && clashes[0].contains("local"),
        "both sides are named: {}",
        clashes[0]
    );
    intranet.sync().exits(5);
    assert_eq!(intranet.account("ben").directory(), "local");

    intranet
        .admin(&[
            "attach",
            "ben",
            "--directory",
            "staff",
            "--external-id",
            &id,
        ])
        .ok();
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").directory(), "staff");
    intranet.is_settled();
}

#[test]
fn who_was_created_and_deleted_by_an_administrator_comes_back_as_somebody_new() {
    let (_server, intranet) = synced();
    let id = intranet.account("ben").id().to_owned();
    intranet.admin(&["delete", "ben", "--yes"]).ok();
    assert_eq!(intranet.usernames(), ["anna", "clara"]);
    intranet.sync().ok();
    assert_ne!(intranet.account("ben").id(), id);
}

#[test]
fn an_expired_account_is_blocked_in_source() {
    let server = Slapd::serve(&staff().person(Person::new("emil", "Emil", "Eriksen")));
    server.join(GROUP, "emil");
    let intranet = Intranet::synced(&Policy::openldap(&server, GROUP));
    server.replace("emil", "pwdEndTime", "20200101000000Z");
    intranet
        .plan()
        .changes_are(&[("block", "emil", "blocked-in-source")]);
    server.replace("emil", "pwdEndTime", "22000101000000Z");
    intranet.plan().changes_are(&[]);
}
