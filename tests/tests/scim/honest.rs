//! A service that does what the RFCs say.

use crate::{PEOPLE, Policy, intranet, synced};
use muster_emulators::scim::{Quirk, Service};
use muster_tests::intranet::POLICY;

#[test]
fn everybody_comes_and_the_second_plan_is_empty() {
    let (service, intranet) = synced(|policy| policy);
    let anna = intranet.account("user-1");
    assert_eq!(anna.field("first_name"), "Given user-1");
    assert_eq!(anna.field("email"), "user-1@example.org");
    assert_eq!(anna.external_id(), Some(service.id("user-1").as_str()));
    intranet.is_settled();
}

#[test]
fn leavers_and_the_deactivated_are_blocked() {
    let (service, intranet) = synced(|policy| policy);
    service.remove("user-3");
    service.edit("user-4", |user| user.active = false);
    service.edit("user-5", |user| "Law".clone_into(&mut user.department));
    intranet.plan().changes_are(&[
        ("block", "user-3", "left-scope"),
        ("block", "user-4", "blocked-in-source"),
        ("update", "user-5", "changed-at-source"),
    ]);
    intranet.sync().ok();
    intranet.is_settled();
    service.edit("user-4", |user| user.active = true);
    intranet.sync().ok();
    assert_eq!(intranet.account("user-4").status(), "active");
}

#[test]
fn the_same_by_cursor() {
    let service = Service::start(0, PEOPLE);
    service.quirk(Quirk::Cursors);
    let intranet = intranet(&service, |policy| policy);
    intranet.sync().ok();
    intranet.nobody_is_blocked(PEOPLE);
    service.remove("user-3");
    intranet
        .plan()
        .changes_are(&[("block", "user-3", "left-scope")]);
    let seen = service.server().seen();
    assert!(
        !seen
            .iter()
            .any(|seen| seen.target.contains("startIndex=11"))
    );
}

#[test]
fn a_filter_is_honoured() {
    let service = Service::start(0, PEOPLE);
    let by_name = |name: &str| format!(r#"'userName eq "{name}"'"#);
    let intranet = intranet(&service, |policy| policy.set("filter", &by_name("user-7")));
    intranet.sync().ok();
    assert_eq!(intranet.usernames(), ["user-7"]);
}

#[test]
fn nested_groups_count_and_circles_end() {
    let service = Service::start(0, PEOPLE);
    service.group("inner", &["user-2", "user-3", "ghost"]);
    service.group("outer", &["user-1", "inner"]);
    service.group("inner", &["user-2", "user-3", "outer", "ghost"]);
    service.group("contractors", &["user-3"]);
    let scope = "{groups: [Outer], exclude: {groups: [contractors]}}";
    for quirks in [&[][..], &[Quirk::BareMembers], &[Quirk::NoFilters]] {
        service.honest();
        quirks.iter().for_each(|quirk| service.quirk(quirk.clone()));
        let intranet = intranet(&service, |policy| policy.scope(scope));
        intranet.sync().ok();
        assert_eq!(intranet.usernames(), ["user-1", "user-2"]);
        intranet.is_settled();
    }
}

#[test]
fn who_leaves_the_group_is_blocked_and_a_missing_group_blocks_nobody() {
    let service = Service::start(0, PEOPLE);
    service.group("staff", &["user-1", "user-2"]);
    let intranet = intranet(&service, |policy| policy.scope("{groups: [staff]}"));
    intranet.sync().ok();
    service.group("staff", &["user-1"]);
    intranet
        .plan()
        .changes_are(&[("block", "user-2", "left-scope")]);
    let other = Policy::new(&service.url()).scope("{groups: [stuff]}");
    intranet.rewrite_yaml(&other.yaml());
    intranet
        .sync()
        .exits(crate::INCOMPLETE)
        .says("no group `stuff`");
    intranet.nobody_is_blocked(2);
}

#[test]
fn groups_may_be_read_off_the_person() {
    let service = Service::start(0, PEOPLE);
    service.group("staff", &["user-1", "user-2"]);
    service.group("nobody", &[]);
    let of_user = |policy: Policy| policy.set("groups", "user");
    let intranet = intranet(&service, |policy| {
        of_user(policy).scope("{groups: [staff, nobody]}")
    });
    intranet.sync().ok();
    assert_eq!(intranet.usernames(), ["user-1", "user-2"]);
    let asked = service.server().seen();
    assert!(!asked.iter().any(|seen| seen.target.contains("members")));
    let slip = of_user(Policy::new(&service.url())).scope("{groups: [staff, nobdy]}");
    intranet.rewrite_yaml(&slip.yaml());
    intranet.sync().exits(crate::INCOMPLETE).says("nobdy");
}

#[test]
fn a_manager_is_told_by_id() {
    let (service, intranet) = synced(|policy| policy.field("manager", "manager"));
    let account = intranet.account("user-1");
    assert_eq!(account.field("manager"), service.id("user-0").as_str());
    intranet.is_settled();
}

#[test]
fn changes_alone_are_read_where_the_service_can() {
    let (service, intranet) = synced(|policy| policy.set("incremental", "auto"));
    service.server().forget();
    service.edit("user-5", |user| "Law".clone_into(&mut user.department));
    let plan = intranet.plan();
    assert_eq!(plan.coverage().0, "delta", "{:#}", plan.json());
    plan.changes_are(&[("update", "user-5", "changed-at-source")]);
    intranet.sync().ok();
    // Who left is found by a whole read alone.
    service.remove("user-3");
    intranet.plan().changes_are(&[]);
    intranet.run(&["sync", "--reset", POLICY]).ok();
    assert_eq!(intranet.account("user-3").status(), "blocked");
}

#[test]
fn changes_are_not_asked_of_a_service_that_ignores_filters() {
    let service = Service::start(0, PEOPLE);
    service.quirk(Quirk::IgnoresFilters);
    let intranet = intranet(&service, |policy| policy.set("incremental", "auto"));
    intranet.sync().ok();
    service.remove("user-3");
    let plan = intranet.plan();
    assert_eq!(plan.coverage().0, "complete");
    plan.changes_are(&[("block", "user-3", "left-scope")]);
}

#[test]
fn a_service_that_forgets_how_to_filter_is_read_whole() {
    let (service, intranet) = synced(|policy| policy.set("incremental", "auto"));
    service.quirk(Quirk::IgnoresFilters);
    service.remove("user-3");
    let plan = intranet.plan();
    assert_eq!(plan.coverage().0, "complete", "{:#}", plan.json());
    plan.changes_are(&[("block", "user-3", "left-scope")]);
}

#[test]
fn a_check_says_what_was_found() {
    let service = Service::start(0, PEOPLE);
    service.group("staff", &["user-1", "user-2"]);
    let intranet = intranet(&service, |policy| {
        policy.scope("{groups: [staff, nowhere]}")
    });
    intranet
        .run(&["check", "--online", POLICY])
        .says("filters")
        .says("25")
        .says("it has 2 people")
        .says("no group has this");
}
