//! The rules of the domain, read in full and by the log.

use crate::{GROUP, Policy, both_ways, intranet, staff, synced};
use muster_emulators::okta::Okta;

#[test]
fn everybody_in_the_group_comes_and_the_second_plan_is_empty() {
    let staff = staff();
    for policy in both_ways(&staff.org) {
        let intranet = synced(&policy);
        assert_eq!(intranet.usernames(), ["anna", "ben"]);
        let anna = intranet.account("anna");
        assert_eq!(anna.field("surname"), "Ek");
        assert_eq!(anna.external_id(), Some(staff.anna.as_str()));
        intranet.is_settled();
    }
}

#[test]
fn whoever_is_suspended_is_blocked_until_they_are_not() {
    let staff = staff();
    for policy in both_ways(&staff.org) {
        let intranet = synced(&policy);
        staff.org.suspend(&staff.ben);
        intranet
            .plan()
            .changes_are(&[("block", "ben", "blocked-in-source")]);
        intranet.sync().ok();
        intranet.is_settled();
        staff.org.unsuspend(&staff.ben);
        intranet
            .plan()
            .changes_are(&[("unblock", "ben", "blocked-in-source")]);
        intranet.sync().ok();
        intranet.nobody_is_blocked(2);
    }
}

#[test]
fn whoever_is_locked_out_is_blocked_unless_the_policy_says_otherwise() {
    let staff = staff();
    staff.org.lock_out(&staff.ben);
    let policy = Policy::new(&staff.org.url());
    let strict = synced(&policy);
    assert_eq!(
        strict.usernames(),
        ["anna"],
        "nobody new is created while locked"
    );
    let lax = synced(&policy.set("temporary_lock", "ignore"));
    lax.nobody_is_blocked(2);
}

/// Trap 1: the plain list hides them, and so does every group.
#[test]
fn whoever_is_deactivated_is_blocked_until_they_are_back() {
    let staff = staff();
    for policy in both_ways(&staff.org) {
        let intranet = synced(&policy);
        staff.org.deactivate(&staff.ben);
        let plan = intranet.plan();
        plan.changes_are(&[("block", "ben", "left-scope")]);
        let text = plan.change("block", "ben")["reason"]["text"].to_string();
        assert!(text.contains("removed at the source"), "{text}");
        intranet.sync().ok();
        intranet.is_settled();
        staff.org.reactivate(&staff.ben);
        intranet.is_settled();
        staff.org.join(&staff.group, &staff.ben);
        intranet.sync().ok();
        intranet.nobody_is_blocked(2);
    }
}

#[test]
fn whoever_leaves_the_group_is_blocked_until_they_are_back() {
    let staff = staff();
    for policy in both_ways(&staff.org) {
        let intranet = synced(&policy);
        staff.org.leave(&staff.group, &staff.ben);
        intranet
            .plan()
            .changes_are(&[("block", "ben", "left-scope")]);
        intranet.sync().ok();
        intranet.is_settled();
        staff.org.join(&staff.group, &staff.ben);
        intranet
            .plan()
            .changes_are(&[("unblock", "ben", "left-scope")]);
        intranet.sync().ok();
        intranet.nobody_is_blocked(2);
    }
}

#[test]
fn whoever_is_deleted_is_blocked() {
    for by_log in [false, true] {
        let staff = staff();
        let [full, log] = both_ways(&staff.org);
        let intranet = synced(if by_log { &log } else { &full });
        staff.org.deactivate(&staff.ben);
        staff.org.delete(&staff.ben);
        intranet
            .plan()
            .changes_are(&[("block", "ben", "left-scope")]);
        intranet.sync().ok();
        intranet.is_settled();
    }
}

#[test]
fn a_new_login_renames_the_account_and_a_new_name_updates_it() {
    let staff = staff();
    for (policy, login) in both_ways(&staff.org).iter().zip(["annika", "anja"]) {
        let intranet = synced(policy);
        let before = intranet.accounts()[0].id().to_owned();
        staff.org.edit(&staff.anna, "login", login);
        staff.org.edit(&staff.ben, "lastName", format!("{login}s"));
        intranet.sync().ok();
        assert_eq!(intranet.account(login).id(), before);
        assert_eq!(
            *intranet.account("ben").field("surname"),
            format!("{login}s")
        );
        intranet.is_settled();
    }
}

#[test]
fn members_by_a_group_rule_come_and_go_with_their_profile() {
    let staff = staff();
    staff.org.rule(&staff.group, "department", "Sales");
    staff.org.edit(&staff.anna, "department", "Sales");
    staff.org.edit(&staff.ben, "department", "Sales");
    for policy in both_ways(&staff.org) {
        let intranet = synced(&policy);
        staff.org.edit(&staff.cleo, "department", "Sales");
        staff.org.edit(&staff.ben, "department", "Support");
        intranet
            .plan()
            .changes_are(&[("block", "ben", "left-scope"), ("create", "cleo", "new")]);
        staff.org.edit(&staff.cleo, "department", "Support");
        staff.org.edit(&staff.ben, "department", "Sales");
    }
}

#[test]
fn a_group_that_is_ambiguous_or_missing_stops_the_run() {
    let staff = staff();
    let intranet = synced(&Policy::new(&staff.org.url()).set("feed", "none"));
    staff.org.group_of("APP_GROUP", GROUP);
    intranet
        .sync()
        .exits(crate::FAILED)
        .says("2 groups")
        .says("by its id");
    intranet.nobody_is_blocked(2);
    let missing = Policy::new(&staff.org.url()).scope("groups: [Nowhere]");
    crate::intranet(&missing)
        .sync()
        .exits(crate::FAILED)
        .says("`Nowhere`");
}

#[test]
fn a_mistyped_attribute_is_told_with_the_nearest() {
    let staff = staff();
    let yaml = Policy::new(&staff.org.url())
        .yaml()
        .replace("firstName", "firstname");
    let intranet = intranet(&Policy::new(&staff.org.url()));
    intranet.rewrite_yaml(&yaml);
    intranet
        .sync()
        .exits(crate::FAILED)
        .says("`firstname`")
        .says("`firstName`");
}

#[test]
fn ten_thousand_people() {
    let org = Okta::default();
    org.crowd(10_000, GROUP);
    let intranet = synced(&Policy::new(&org.url()).set("feed", "none"));
    intranet.nobody_is_blocked(10_000);
    org.server().forget();
    intranet.is_settled();
    let lists = org.server().seen();
    let pages = lists
        .iter()
        .filter(|seen| seen.target.contains("limit=200"));
    // Two plans of 50 pages of members, one of the deactivated, and the group.
    assert!(pages.count() <= 2 * 53, "no more requests than pages");
}

#[test]
fn the_check_goes_through_each_step() {
    let staff = staff();
    let checked = intranet(&Policy::new(&staff.org.url()));
    let checked = checked.run(&["check", "policy.yaml", "--online"]).ok();
    for step in [
        "log in: accepted",
        "find the group `Intranet`",
        "2 members",
        "System Log",
    ] {
        assert!(checked.stdout().contains(step), "{checked}");
    }
}
