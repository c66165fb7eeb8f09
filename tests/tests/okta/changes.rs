//! Runs that follow the System Log.

use crate::{GROUP, Policy, intranet, staff, synced};
use muster_emulators::okta::Okta;
use muster_tests::intranet::Intranet;

/// Synced twice: what happened just before the first run is told once more.
fn followed(org: &Okta) -> Intranet {
    let intranet = synced(&Policy::new(&org.url()));
    intranet.sync().ok();
    org.server().forget();
    intranet
}

#[test]
fn an_empty_delta_is_two_questions() {
    let org = Okta::default();
    org.crowd(400, GROUP);
    let intranet = followed(&org);
    let plan = intranet.plan();
    plan.changes_are(&[]);
    assert_eq!(plan.coverage().0, "delta");
    let asked: Vec<String> = org.server().seen().into_iter().map(|s| s.target).collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
}

#[test]
fn a_delta_blocks_nobody_who_is_not_named() {
    let staff = staff();
    let intranet = followed(&staff.org);
    // Nothing in the log tells that Ben has left.
    staff.org.slow_log();
    staff.org.leave(&staff.group, &staff.ben);
    staff.org.edit(&staff.anna, "department", "Sales");
    intranet.sync().ok();
    intranet.nobody_is_blocked(2);
    // Trap 20: the events arrive late, and are not lost.
    staff.org.deliver_late();
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").reasons(), ["left-scope"]);
    assert_eq!(intranet.account("anna").field("department"), "Sales");
}

#[test]
fn a_position_that_is_lost_reads_everybody() {
    let staff = staff();
    let intranet = followed(&staff.org);
    staff.org.leave(&staff.group, &staff.ben);
    staff.org.forget_log();
    let plan = intranet.plan();
    plan.changes_are(&[("block", "ben", "left-scope")]);
    assert_eq!(plan.coverage().0, "complete");
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").reasons(), ["left-scope"]);
    intranet.plan().changes_are(&[]);
}

#[test]
fn another_policy_reads_everybody() {
    let staff = staff();
    let intranet = followed(&staff.org);
    let other = Policy::new(&staff.org.url()).scope("groups: [Everyone]");
    intranet.rewrite_yaml(&other.yaml());
    let plan = intranet.plan();
    assert_eq!(plan.coverage().0, "complete");
    plan.changes_are(&[("create", "cleo", "new")]);
}

#[test]
fn a_reset_reads_everybody() {
    let staff = staff();
    let intranet = followed(&staff.org);
    intranet.run(&["sync", "policy.yaml", "--reset"]).ok();
    let asked = staff.org.server().seen();
    assert!(
        asked
            .iter()
            .any(|seen| seen.target.contains("/users?limit=200"))
    );
    intranet.nobody_is_blocked(2);
}

#[test]
fn without_the_right_to_the_log_every_run_reads_everybody() {
    let staff = staff();
    let rights = ["okta.users.read", "okta.groups.read", "okta.schemas.read"];
    staff.org.rights(muster_emulators::okta::TOKEN, &rights);
    let intranet = intranet(&Policy::new(&staff.org.url()));
    intranet.sync().ok();
    let plan = intranet.plan();
    assert_eq!(plan.coverage().0, "complete");
    plan.changes_are(&[]);
}
