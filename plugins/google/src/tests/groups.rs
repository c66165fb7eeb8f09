//! Who is in scope.

use super::fake::{Fake, error, nested, outsider, person};
use super::{by_groups, got, read, read_with, request, settings};
use muster_sdk::testing::everybody;
use muster_sdk::{FailureKind, PartialReason, Scope, Status};
use serde_json::json;

#[test]
fn a_small_group_is_read_one_by_one() {
    let fake =
        Fake::of(&["a", "b", "c"]).group("staff@example.com", vec![person("a"), person("c")]);
    let seen = fake.clone().serve();
    let got = read_with(
        settings(json!({})),
        request(&[], by_groups(&["staff@example.com"])),
    );
    let got = got.unwrap().whole();
    assert_eq!(got.ids(), ["a", "c"]);
    assert_eq!(got.row("a").groups, ["staff@example.com"]);
    let seen = seen.borrow();
    let lists = seen
        .seen
        .iter()
        .filter(|target| target.contains("v1/users?"));
    assert!(
        lists.clone().all(|target| target.contains("showDeleted")),
        "{lists:?}"
    );
}

#[test]
fn a_large_group_is_read_by_the_list() {
    let ids: Vec<String> = (0..120).map(|n| format!("u{n:03}")).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let members = all.iter().take(100).map(|id| person(id)).collect();
    let fake = Fake::of(&all).group("g@example.com", members).pages_of(30);
    let seen = fake.serve();
    let got = read_with(
        settings(json!({})),
        request(&[], by_groups(&["g@example.com"])),
    );
    let got = got.unwrap().whole();
    assert_eq!(got.rows.len(), 100);
    assert_eq!(got.fact("users out of scope"), Some("20"));
    let single = seen
        .borrow()
        .seen
        .iter()
        .filter(|t| t.contains("v1/users/"))
        .count();
    assert_eq!(single, 0);
}

/// Trap: filtering to the role MEMBER loses owners and managers.
#[test]
fn owners_and_managers_are_members() {
    let role = |id: &str, role: &str| json!({"id": id, "email": format!("{id}@example.com"), "type": "USER", "role": role});
    let members = vec![
        role("a", "OWNER"),
        role("b", "MANAGER"),
        role("c", "MEMBER"),
    ];
    let fake = Fake::of(&["a", "b", "c"]).group("g@example.com", members);
    let seen = fake.serve();
    let got = read_with(
        settings(json!({})),
        request(&[], by_groups(&["g@example.com"])),
    )
    .unwrap();
    assert_eq!(got.ids(), ["a", "b", "c"]);
    assert!(
        !seen
            .borrow()
            .seen
            .iter()
            .any(|target| target.contains("roles="))
    );
}

/// Trap: CUSTOMER has an identifier, no address, and stands for everybody.
#[test]
fn customer_is_everybody() {
    let all = json!({"id": "C00fake", "type": "CUSTOMER", "role": "MEMBER"});
    let fake = Fake::of(&["a", "b"])
        .group("all@example.com", vec![all])
        .group("few@example.com", vec![person("a")])
        .pages_of(1);
    let got = got(
        fake,
        &[],
        by_groups(&["few@example.com", "all@example.com"]),
    )
    .whole();
    assert_eq!(got.ids(), ["a", "b"]);
    assert_eq!(got.row("a").groups, ["few@example.com", "all@example.com"]);
    assert_eq!(got.row("b").groups, ["all@example.com"]);
}

#[test]
fn nested_groups_count_even_in_circles() {
    let fake = Fake::of(&["a", "b", "c"])
        .group("top@example.com", vec![person("a"), nested("mid")])
        .group("mid", vec![person("b"), nested("low"), nested("mid")])
        .group("low", vec![person("c"), nested("mid")]);
    let got = got(fake, &[], by_groups(&["top@example.com"])).whole();
    assert_eq!(got.ids(), ["a", "b", "c"]);
    assert_eq!(got.fact("nested groups"), Some("2"));
}

#[test]
fn derived_membership_is_the_operators_choice() {
    let flat = vec![person("a"), person("b"), nested("mid")];
    let seen = Fake::of(&["a", "b"]).group("top@example.com", flat).serve();
    let got = read_with(
        settings(json!({"nested": "derived"})),
        request(&[], by_groups(&["top@example.com"])),
    );
    assert_eq!(got.unwrap().whole().ids(), ["a", "b"]);
    assert!(seen.borrow().seen[0].contains("includeDerivedMembership=true"));
}

/// Trap: members can be outside the account, and then no user matches.
#[test]
fn external_members_are_counted_and_no_problem() {
    let few = Fake::of(&["a"]).group("g@example.com", vec![person("a"), outsider("eve")]);
    let got_few = got(few, &[], by_groups(&["g@example.com"])).whole();
    assert_eq!(got_few.ids(), ["a"]);
    assert_eq!(got_few.fact("members outside the account"), Some("1"));
    assert!(got_few.problems.is_empty());

    // Refused in place of unknown: the list decides.
    let refused = Fake::of(&["a"])
        .group("g@example.com", vec![person("a"), outsider("eve")])
        .fault(
            "users/x-eve",
            403,
            error(403, "forbidden", "Not Authorized"),
        );
    let got_refused = got(refused, &[], by_groups(&["g@example.com"])).whole();
    assert_eq!(got_refused.ids(), ["a"]);
    assert_eq!(got_refused.fact("members outside the account"), Some("1"));
}

/// Somebody of the account's own domain who may not be read is no stranger.
#[test]
fn a_member_who_may_not_be_read_proves_nothing() {
    let fake = Fake::of(&["a"])
        .group("g@example.com", vec![person("a"), person("hidden")])
        .fault(
            "users/hidden",
            403,
            error(403, "forbidden", "Not Authorized"),
        );
    let got = got(fake, &[], by_groups(&["g@example.com"]));
    assert_eq!(got.ids(), ["a"]);
    assert_eq!(got.reason(), Some(PartialReason::Unreadable));
}

#[test]
fn a_missing_group_proves_nothing() {
    let fake = Fake::of(&["a"]).group("g@example.com", vec![person("a")]);
    let got = got(fake, &[], by_groups(&["g@example.com", "gone@example.com"]));
    assert_eq!(got.ids(), ["a"]);
    assert_eq!(got.reason(), Some(PartialReason::GroupMissing));
    assert!(got.coverage.message().unwrap().contains("gone@example.com"));
}

#[test]
fn a_nested_group_that_may_not_be_read_proves_nothing() {
    let fake = Fake::of(&["a"])
        .group(
            "g@example.com",
            vec![person("a"), nested("secret@else.example")],
        )
        .fault("secret", 403, error(403, "forbidden", "Not Authorized"));
    let doubted = got(fake.clone(), &[], by_groups(&["g@example.com"]));
    assert_eq!(doubted.reason(), Some(PartialReason::Unreadable));
    assert!(
        doubted
            .coverage
            .message()
            .unwrap()
            .contains("external_domains")
    );
    fake.serve();
    let known = read_with(
        settings(json!({"external_domains": ["else.example"]})),
        request(&[], by_groups(&["g@example.com"])),
    );
    let known = known.unwrap().whole();
    assert_eq!(known.fact("groups of other accounts"), Some("1"));
}

#[test]
fn a_nested_group_that_went_meanwhile_proves_nothing() {
    let fake = Fake::of(&["a"]).group("g@example.com", vec![person("a"), nested("gone")]);
    let got = got(fake, &[], by_groups(&["g@example.com"]));
    assert_eq!(got.reason(), Some(PartialReason::GroupMissing));
}

#[test]
fn whoever_is_to_be_left_out_must_be_known() {
    let fake = Fake::of(&["a", "b", "c"])
        .group("robots@example.com", vec![nested("bots")])
        .group("bots", vec![person("b")]);
    let scope = |name: &str| Scope {
        except_groups: vec![name.to_owned()],
        ..everybody()
    };
    let left = got(fake.clone(), &[], scope("robots@example.com")).whole();
    assert_eq!(left.ids(), ["a", "c"]);
    let failure = read(fake.clone(), &[], scope("typo@example.com")).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
    let all = fake.group(
        "all@example.com",
        vec![json!({"id": "C0", "type": "CUSTOMER"})],
    );
    assert_eq!(
        read(all, &[], scope("all@example.com")).unwrap_err().kind,
        FailureKind::Config
    );
}

#[test]
fn units_are_prefixes() {
    let fake = Fake::of(&[])
        .user("a", json!({"orgUnitPath": "/Staff/Finance"}))
        .user("b", json!({"orgUnitPath": "/Staff/Robots"}))
        .user("c", json!({"orgUnitPath": "/Guests"}))
        .group("g@example.com", vec![person("a"), person("b"), person("c")]);
    let scope = |under: &[&str]| Scope {
        under: under.iter().map(|unit| (*unit).to_owned()).collect(),
        except_under: vec!["/Staff/Robots".to_owned()],
        ..by_groups(&["g@example.com"])
    };
    assert_eq!(
        got(fake.clone(), &[], scope(&["/Staff"])).whole().ids(),
        ["a"]
    );
    assert_eq!(got(fake.clone(), &[], scope(&[])).whole().ids(), ["a", "c"]);
    let typo = got(fake, &[], scope(&["/Staff", "/Stuff"]));
    assert_eq!(typo.reason(), Some(PartialReason::GroupMissing));
}

/// Trap: `domain` lists one domain only.
#[test]
fn one_domain_is_one_domain() {
    let fake = Fake::of(&["a"])
        .user("b", json!({"primaryEmail": "b@sister.example"}))
        .group(
            "g@example.com",
            vec![
                person("a"),
                json!({"id": "b", "email": "b@sister.example", "type": "USER"}),
            ],
        );
    fake.clone().serve();
    let one = read_with(
        settings(json!({"domain": "example.com"})),
        request(&[], everybody()),
    );
    assert_eq!(one.unwrap().whole().ids(), ["a"]);
    let few = read_with(
        settings(json!({"domain": "example.com"})),
        request(&[], by_groups(&["g@example.com"])),
    );
    assert_eq!(few.unwrap().whole().ids(), ["a"]);
    assert_eq!(got(fake, &[], everybody()).whole().ids(), ["a", "b"]);
}

#[test]
fn a_deleted_user_is_removed_and_not_delivered_twice() {
    let mut fake = Fake::of(&["a"]);
    fake.deleted = vec![
        super::fake::user("b", json!({"deletionTime": "2026-11-20T09:00:00.000Z"})),
        super::fake::user("a", json!({})),
    ];
    let got = got(fake, &["primaryEmail"], everybody()).whole();
    assert_eq!(got.ids(), ["a", "b"]);
    assert_eq!(got.row("a").status, Status::Active);
    assert_eq!(got.row("b").status, crate::people::User::gone());
    assert_eq!(got.row("b").text(0).as_deref(), Some("b@example.com"));
}
