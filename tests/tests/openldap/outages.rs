//! Absence is not evidence: whatever fails, nobody is blocked.

use crate::{GROUP, staff, synced};
use muster_tests::crowd::{self, uid};
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::policy::PASSWORD_VARIABLE;
use muster_tests::proxy::Proxy;
use muster_tests::slapd::{PASSWORD, Reader};
use muster_tests::tree::{group_dn, person_dn};
use muster_tests::{Policy, Slapd};

/// Done, but the source was incomplete.
const INCOMPLETE: i32 = 5;
/// Failed; nothing was changed.
const FAILED: i32 = 1;
/// What was asked for makes no sense.
const INVALID: i32 = 3;

/// More people than a page, and than the server's size limit.
const CROWD: usize = 1_200;

fn crowd_policy(server: &Slapd, reader: Reader) -> Policy {
    Policy::openldap(server, crowd::GROUP).set("bind_dn", &reader.dn())
}

#[test]
fn a_server_that_is_down_blocks_nobody() {
    let (server, intranet) = synced();
    server.stop();
    intranet
        .run(&["plan", POLICY])
        .exits(FAILED)
        .says(&server.address().to_string());
    intranet.sync().exits(FAILED);
    intranet.nobody_is_blocked(3);
    server.start();
    intranet.is_settled();
}

#[test]
fn a_wrong_password_blocks_nobody() {
    let (_server, mut intranet) = synced();
    intranet.muster_mut().set(PASSWORD_VARIABLE, "wrong");
    intranet
        .sync()
        .exits(FAILED)
        .says("cn=sync")
        .never_says("wrong horse");
    intranet.nobody_is_blocked(3);
    intranet.muster_mut().set(PASSWORD_VARIABLE, PASSWORD);
    intranet.is_settled();
}

#[test]
fn the_password_is_never_printed() {
    let (_server, intranet) = synced();
    for arguments in [
        &["-vv", "plan", POLICY][..],
        &["-vv", "check", "--online", POLICY],
        &["state", "export"],
    ] {
        intranet.run(arguments).never_says(PASSWORD);
    }
}

#[test]
fn an_empty_password_is_refused_before_it_becomes_an_anonymous_bind() {
    let (_server, mut intranet) = synced();
    intranet.muster_mut().set(PASSWORD_VARIABLE, "");
    intranet.sync().exits(INVALID).says("empty");
    intranet.nobody_is_blocked(3);
}

#[test]
fn a_wrong_base_blocks_nobody() {
    let (server, intranet) = synced();
    let policy = Policy::openldap(&server, GROUP);
    for base in ["ou=nowhere,dc=example,dc=org", "dc=example,dc=com"] {
        intranet.rewrite(&policy.clone().set("base_dn", base));
        intranet.sync().exits(FAILED).says(base);
        intranet.nobody_is_blocked(3);
    }
}

#[test]
fn a_missing_group_blocks_nobody() {
    let (server, intranet) = synced();
    server.admin().delete(&group_dn(GROUP));
    intranet
        .sync()
        .exits(FAILED)
        .says(&format!("the group `{}`", group_dn(GROUP)));
    intranet.nobody_is_blocked(3);
}

#[test]
fn one_missing_group_of_two_blocks_nobody_and_the_other_still_creates() {
    let server = Slapd::serve(&staff().group("guests", &["dora"]));
    let policy = Policy::openldap(&server, GROUP).groups(&[&group_dn(GROUP), &group_dn("guests")]);
    let intranet = Intranet::new(&policy.clone().groups(&[&group_dn(GROUP)]));
    intranet.sync().ok();
    server.admin().delete(&group_dn(GROUP));
    intranet.rewrite(&policy);
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("partial", Some("group-missing")));
    plan.changes_are(&[("create", "dora", "new")]);
    intranet.sync().exits(INCOMPLETE);
    intranet.nobody_is_blocked(4);
}

#[test]
fn a_size_limit_blocks_nobody() {
    let server = crowd::serve(CROWD);
    let intranet = Intranet::synced(&crowd_policy(&server, Reader::Sync));
    server.replace(&uid(3), "sn", "Lund");
    intranet.rewrite(&crowd_policy(&server, Reader::Capped));
    let plan = intranet.plan();
    assert_eq!(
        plan.coverage(),
        ("partial", Some("size-limit")),
        "{:#}",
        plan.json()["coverage"]
    );
    plan.changes_are(&[("update", &uid(3), "changed-at-source")]);
    intranet.sync().exits(INCOMPLETE).says("size");
    intranet.nobody_is_blocked(CROWD);
}

#[test]
fn a_first_sync_through_a_size_limit_creates_and_says_that_it_is_incomplete() {
    let server = crowd::serve(CROWD);
    let intranet = Intranet::new(&crowd_policy(&server, Reader::Capped));
    intranet.sync().exits(INCOMPLETE);
    let created = intranet.accounts().len();
    assert!(created > 0 && created < CROWD, "{created} accounts");
    intranet.rewrite(&crowd_policy(&server, Reader::Sync));
    intranet.sync().ok();
    intranet.nobody_is_blocked(CROWD);
}

#[test]
fn a_server_that_forbids_paging_blocks_nobody() {
    let server = crowd::serve(CROWD);
    let intranet = Intranet::synced(&crowd_policy(&server, Reader::Sync));
    intranet.rewrite(&crowd_policy(&server, Reader::Unpaged));
    intranet.sync().exits(INCOMPLETE).says("page_size");
    intranet.nobody_is_blocked(CROWD);
}

#[test]
fn an_account_that_may_see_nobody_blocks_nobody() {
    let (server, intranet) = synced();
    intranet.rewrite(&Policy::openldap(&server, GROUP).set("bind_dn", &Reader::Blind.dn()));
    assert_eq!(intranet.plan().coverage(), ("partial", Some("empty")));
    intranet.sync().exits(INCOMPLETE);
    intranet.nobody_is_blocked(3);
}

#[test]
fn a_group_without_people_blocks_nobody() {
    let (server, intranet) = synced();
    server
        .admin()
        .replace(&group_dn(GROUP), "member", &Reader::Sync.dn());
    let plan = intranet.plan();
    assert_eq!(plan.coverage().0, "partial", "{:#}", plan.json());
    plan.changes_are(&[]);
    intranet.sync().exits(INCOMPLETE);
    intranet.nobody_is_blocked(3);
}

#[test]
fn a_connection_cut_in_the_middle_of_a_read_blocks_nobody() {
    let server = crowd::serve(CROWD);
    let proxy = Proxy::to(server.address());
    let policy =
        crowd_policy(&server, Reader::Sync).set("url", &format!("ldap://{}", proxy.address()));
    let intranet = Intranet::synced(&policy);
    let before = proxy.delivered();
    intranet.is_settled();
    // Two plans: what one read takes.
    let whole = (proxy.delivered() - before) / 2;
    let ends: Vec<Option<i32>> = (1..10)
        .map(|tenth| {
            proxy.cut_after(whole * tenth / 10);
            let answer = intranet.sync();
            assert!(
                matches!(answer.code(), Some(FAILED | INCOMPLETE)),
                "cut at {tenth}/10: {answer}"
            );
            intranet.nobody_is_blocked(CROWD);
            answer.code()
        })
        .collect();
    assert!(
        ends.contains(&Some(FAILED)) && ends.contains(&Some(INCOMPLETE)),
        "cut before the first person and after: {ends:?}"
    );
    proxy.mend();
    intranet.is_settled();
}

#[test]
fn what_was_read_before_a_cut_is_updated() {
    let server = crowd::serve(CROWD);
    let proxy = Proxy::to(server.address());
    let policy =
        crowd_policy(&server, Reader::Sync).set("url", &format!("ldap://{}", proxy.address()));
    let intranet = Intranet::synced(&policy);
    let before = proxy.delivered();
    intranet.plan();
    let whole = proxy.delivered() - before;
    server.replace(&uid(0), "sn", "Lund");
    proxy.cut_after(whole * 8 / 10);
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("partial", Some("interrupted")));
    plan.changes_are(&[("update", &uid(0), "changed-at-source")]);
    intranet.sync().exits(INCOMPLETE);
    assert_eq!(intranet.account(&uid(0)).field("surname"), "Lund");
    intranet.nobody_is_blocked(CROWD);
}

#[test]
fn a_person_whom_the_server_hides_counts_as_gone_only_if_the_read_was_complete() {
    let (server, intranet) = synced();
    server.admin().delete(&person_dn("ben"));
    server.stop();
    intranet.sync().exits(FAILED);
    intranet.nobody_is_blocked(3);
    server.start();
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").reasons(), ["left-scope"]);
}
