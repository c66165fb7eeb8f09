//! Which people belong to the policy.

use crate::workspace::{Policy, STAFF, account, address, intranet, member, synced};
use muster_emulators::google::{Member, Person, Right};
use serde_json::json;

/// Trap: filtering to the role MEMBER loses owners and managers.
#[test]
fn owners_and_managers_are_members() {
    let (_google, intranet) = synced();
    let names = intranet.usernames();
    assert!(names.contains(&address("anna")) && names.contains(&address("ben")));
}

/// Trap: a member of the type CUSTOMER has no address and is everybody.
#[test]
fn customer_is_everybody() {
    let (google, intranet) = synced();
    google.join(STAFF, Member::Everybody);
    intranet.plan().changes_are(&[
        ("create", "admin@example.com", "new"),
        ("create", &address("emil"), "new"),
    ]);
    intranet.sync().ok();
    google.leave(STAFF, &Member::Everybody);
    intranet.plan().changes_are(&[
        ("block", "admin@example.com", "left-scope"),
        ("block", &address("emil"), "left-scope"),
    ]);
}

/// Trap: members can be outside the account; they are no users, and no problem.
#[test]
fn external_members_are_no_users() {
    let (google, intranet) = synced();
    google.join(STAFF, Member::outsider("eve@else.example"));
    intranet.is_settled();
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("complete", None));
    assert!(
        plan.json()
            .to_string()
            .contains("members outside the account")
    );
}

#[test]
fn a_group_of_another_account_proves_nothing_until_it_is_named() {
    let google = account();
    google.join(STAFF, Member::OutsideGroup("club@else.example".into()));
    let policy = Policy::of(&google);
    let intranet = intranet(&google, &policy);
    intranet.sync().exits(5).says("external_domains");
    google.leave(STAFF, &member("clara"));
    intranet.plan().changes_are(&[]);
    intranet.rewrite_yaml(&policy.set("external_domains", "[else.example]").yaml());
    intranet
        .plan()
        .changes_are(&[("block", &address("clara"), "left-scope")]);
}

#[test]
fn derived_membership_finds_the_same_people() {
    let google = account();
    let intranet = intranet(&google, &Policy::of(&google).set("nested", "derived"));
    intranet.sync().ok();
    intranet.nobody_is_blocked(4);
    let seen = google.server().seen();
    let groups = seen.iter().filter(|seen| seen.target.contains("/members"));
    assert_eq!(groups.count(), 1);
}

#[test]
fn units_and_excluded_groups_count() {
    let google = account();
    google.change(&address("clara"), json!({"orgUnitPath": "/Staff/Robots"}));
    google.add(Person::new("gus", "Gus", "Gast").with(json!({"orgUnitPath": "/Guests"})));
    google.join(STAFF, member("gus"));
    google.group("contractors@example.com");
    google.join("contractors@example.com", member("ben"));
    let policy = Policy::of(&google).scope(&[
        "groups: [staff@example.com]",
        "under: [/Staff]",
        "exclude: {groups: [contractors@example.com], under: [/Staff/Robots]}",
    ]);
    let intranet = intranet(&google, &policy);
    intranet.sync().ok();
    assert_eq!(intranet.usernames(), [address("anna"), address("dora")]);
    google.delete_group("contractors@example.com");
    intranet.sync().exits(1).says("are to be left out");
    intranet.nobody_is_blocked(2);
}

#[test]
fn a_group_that_is_gone_blocks_nobody() {
    let (google, intranet) = synced();
    google.delete_group(STAFF);
    intranet
        .sync()
        .exits(5)
        .says("knows no group `staff@example.com`");
    intranet.nobody_is_blocked(4);
}

/// Trap: `domain` lists one domain, `customer` all.
#[test]
fn one_domain_or_all_of_them() {
    let google = account();
    google.add(Person::new("sis@sister.example", "Sis", "Ter"));
    google.join(STAFF, Member::person("sis@sister.example"));
    let one = intranet(&google, &Policy::of(&google).set("domain", "example.com"));
    one.sync().ok();
    one.nobody_is_blocked(4);
    let all = intranet(&google, &Policy::of(&google));
    all.sync().ok();
    all.nobody_is_blocked(5);
}

/// A right to groups that is gone is no empty group.
#[test]
fn a_right_that_was_taken_away_blocks_nobody() {
    for (right, words) in [
        (Right::Users, "Users > Read"),
        (Right::Groups, "Groups > Read"),
    ] {
        let (google, intranet) = synced();
        google.revoke(right);
        intranet.sync().exits(1).says(words);
        intranet.nobody_is_blocked(4);
        google.grant(right);
        intranet.is_settled();
    }
}
