//! What stops a plan that is right for each person and wrong for all of them.

use muster_tests::crowd::{self, uid};
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::tree::{group_dn, person_dn};
use muster_tests::{Policy, Slapd};

const CROWD: usize = 100;
/// Stopped by a guard; nothing was changed.
const STOPPED: i32 = 4;

/// An intranet with the guards that a policy has which names none.
fn guarded() -> (Slapd, Intranet) {
    let server = crowd::serve(CROWD);
    let mut policy = Policy::openldap(&server, crowd::GROUP);
    "guards: {}\n".clone_into(&mut policy.rest);
    let intranet = Intranet::synced(&policy);
    (server, intranet)
}

/// Leaves the last so many people in the group.
fn keep(server: &Slapd, rest: usize) {
    let mut ldif = format!(
        "dn: {}\nchangetype: modify\nreplace: member\n",
        group_dn(crowd::GROUP)
    );
    for number in CROWD - rest..CROWD {
        ldif.push_str(&format!("member: {}\n", person_dn(&uid(number))));
    }
    server.admin().change(&ldif);
}

#[test]
fn many_who_leave_at_once_are_stopped_by_the_guards_that_are_always_there() {
    let (server, intranet) = guarded();
    keep(&server, 60);
    intranet.sync().exits(STOPPED).says("block.max_percent");
    intranet.nobody_is_blocked(CROWD);
    let plan = intranet.plan();
    assert_eq!(
        plan.coverage(),
        ("complete", None),
        "the source is believed; the guard is not about that"
    );
    assert_eq!(plan.count("block"), 40);
}

#[test]
fn a_few_who_leave_are_not() {
    let (server, intranet) = guarded();
    keep(&server, 95);
    intranet.sync().ok();
    let blocked = intranet
        .accounts()
        .iter()
        .filter(|account| account.status() == "blocked")
        .count();
    assert_eq!(blocked, 5);
}

#[test]
fn a_guard_is_passed_with_a_reason_that_is_kept() {
    let (server, intranet) = guarded();
    keep(&server, 60);
    let why = "the Oslo office has closed";
    let block = format!("block.max_percent={why}");
    let shrink = format!("shrink.max_percent={why}");
    intranet
        .run(&["sync", POLICY, "--override", &block, "--override", &shrink])
        .ok();
    let blocked = intranet
        .accounts()
        .iter()
        .filter(|account| account.status() == "blocked")
        .count();
    assert_eq!(blocked, 40);
    intranet
        .run(&["run", "list", "--format", "json"])
        .ok()
        .says(why);
}

#[test]
fn a_protected_account_is_not_blocked() {
    let server = crowd::serve(CROWD);
    let mut policy = Policy::openldap(&server, crowd::GROUP);
    policy.rest = format!("guards: {{protect: [\"{}\"]}}\n", uid(0));
    let intranet = Intranet::synced(&policy);
    server.leave(crowd::GROUP, &uid(0));
    intranet.sync().exits(STOPPED).says("protect");
    intranet.nobody_is_blocked(CROWD);
}
