//! Who is in scope: nesting, several groups, units, exclusions, pages.

use crate::{GROUP, staff};
use muster_tests::crowd;
use muster_tests::intranet::Intranet;
use muster_tests::slapd::Reader;
use muster_tests::tree::{SUFFIX, group_dn};
use muster_tests::{Person, Policy, Slapd, Tree};

/// How nested membership can be read: by walking `member`, or by `memberOf`.
const WAYS: [&str; 2] = ["member", "memberOf"];

/// A policy that reads membership in one way.
fn by(way: &str, policy: Policy) -> Policy {
    policy.set("membership", way)
}

/// Anna directly; Ben through one group; Clara through two, in a circle; Dora
/// not at all.
fn nested() -> Tree {
    let people = [
        ("anna", "Ek"),
        ("ben", "Berg"),
        ("clara", "Costa"),
        ("dora", "Dahl"),
    ];
    people
        .into_iter()
        .fold(Tree::new(), |tree, (uid, surname)| {
            tree.person(Person::new(uid, uid, surname))
        })
        .group(GROUP, &["anna", "cn=oslo"])
        .group("oslo", &["ben", "cn=floor"])
        .group("floor", &["clara", "cn=oslo"])
        .group("others", &["dora", "anna"])
}

#[test]
fn nested_membership_counts_both_ways() {
    for way in WAYS {
        let server = Slapd::serve(&nested());
        let intranet = Intranet::synced(&by(way, Policy::openldap(&server, GROUP)));
        assert_eq!(intranet.usernames(), ["anna", "ben", "clara"], "by {way}");
        intranet.is_settled();

        server.leave("floor", "clara");
        intranet
            .plan()
            .changes_are(&[("block", "clara", "left-scope")]);
        intranet.sync().ok();
        server.join("oslo", "clara");
        intranet
            .plan()
            .changes_are(&[("unblock", "clara", "left-scope")]);
        intranet.sync().ok();
        server
            .admin()
            .remove_value(&group_dn(GROUP), "member", &group_dn("oslo"));
        intranet.plan().changes_are(&[
            ("block", "ben", "left-scope"),
            ("block", "clara", "left-scope"),
        ]);
    }
}

#[test]
fn several_groups_are_one_scope() {
    for way in WAYS {
        let server = Slapd::serve(&nested());
        let policy = by(way, Policy::openldap(&server, GROUP))
            .groups(&[&group_dn("floor"), &group_dn("others")]);
        let intranet = Intranet::synced(&policy);
        assert_eq!(
            intranet.usernames(),
            ["anna", "ben", "clara", "dora"],
            "by {way}"
        );
        intranet.is_settled();
    }
}

#[test]
fn members_of_an_excluded_group_are_left_out() {
    for way in WAYS {
        let server = Slapd::serve(&nested());
        let policy = by(way, Policy::openldap(&server, GROUP))
            .scope(&exclude(&format!("groups: [\"{}\"]", group_dn("floor"))));
        let intranet = Intranet::synced(&policy);
        assert_eq!(intranet.usernames(), ["anna"], "by {way}");
    }
}

fn exclude(what: &str) -> String {
    format!("exclude: {{{what}}}")
}

#[test]
fn a_group_in_another_spelling_is_the_same_group() {
    let server = Slapd::serve(&nested());
    for way in WAYS {
        let policy = by(way, Policy::openldap(&server, GROUP))
            .groups(&["CN = Intranet , OU=GROUPS,dc=Example,DC=ORG"]);
        let intranet = Intranet::synced(&policy);
        assert_eq!(intranet.usernames(), ["anna", "ben", "clara"], "by {way}");
    }
}

#[test]
fn units_narrow_the_scope_and_others_are_left_out() {
    let server = Slapd::serve(
        &staff()
            .unit("ou=oslo,ou=people")
            .unit("ou=bergen,ou=people")
            .person(Person::new("emil", "Emil", "Eriksen").under("ou=oslo,ou=people"))
            .person(Person::new("fia", "Fia", "Fischer").under("ou=bergen,ou=people"))
            .group(
                "towns",
                &[
                    &format!("uid=emil,ou=oslo,ou=people,{SUFFIX}"),
                    &format!("uid=fia,ou=bergen,ou=people,{SUFFIX}"),
                ],
            ),
    );
    let policy = Policy::openldap(&server, GROUP).groups(&[&group_dn(GROUP), &group_dn("towns")]);
    let under = |unit: &str| format!("\"{unit},ou=people,{SUFFIX}\"");
    let only = policy.clone().scope(&format!(
        "under: [{}, {}]",
        under("ou=oslo"),
        under("OU=Bergen")
    ));
    assert_eq!(Intranet::synced(&only).usernames(), ["emil", "fia"]);
    let without = policy.scope(&exclude(&format!("under: [{}]", under("ou=oslo"))));
    assert_eq!(
        Intranet::synced(&without).usernames(),
        ["anna", "ben", "clara", "fia"]
    );
}

#[test]
fn without_groups_everybody_below_the_base_is_in_scope() {
    let server = Slapd::serve(&staff());
    let policy = Policy::openldap(&server, GROUP)
        .groups(&[])
        .set("base_dn", &format!("ou=people,{SUFFIX}"));
    assert_eq!(
        Intranet::synced(&policy).usernames(),
        ["anna", "ben", "clara", "dora"]
    );
}

#[test]
fn a_condition_narrows_the_scope() {
    let server = Slapd::serve(&staff());
    let policy = Policy::openldap(&server, GROUP).scope("where: entry.title != \"Nurse\"");
    let intranet = Intranet::synced(&policy);
    assert_eq!(intranet.usernames(), ["anna", "clara"]);
    server.replace("clara", "title", "Nurse");
    intranet
        .plan()
        .changes_are(&[("block", "clara", "left-scope")]);
}

#[test]
fn more_people_than_a_page_and_than_the_servers_limit() {
    const CROWD: usize = 2_345;
    let server = crowd::serve(CROWD);
    for way in WAYS {
        let policy =
            by(way, Policy::openldap(&server, crowd::GROUP)).set("bind_dn", &Reader::Paged.dn());
        let intranet = Intranet::new(&policy);
        let plan = intranet.plan();
        assert_eq!(
            (plan.coverage().0, plan.count("create")),
            ("complete", CROWD as u64),
            "by {way}"
        );
        intranet.sync().ok();
        intranet.nobody_is_blocked(CROWD);
        intranet.is_settled();
    }
}

#[test]
fn names_with_special_signs_are_found() {
    let odd = [
        "o'brien, pat",
        "#hash",
        "semi;colon",
        "plus+plus",
        "back\\slash",
        "quo\"te",
        "李雷",
        "þórdís",
        " space ",
    ];
    let people: Vec<Person> = odd
        .iter()
        .map(|uid| Person::new(uid, "Odd", uid.trim()))
        .collect();
    let dns: Vec<String> = people.iter().map(Person::dn).collect();
    let members: Vec<&str> = dns.iter().map(String::as_str).collect();
    let tree = people
        .into_iter()
        .fold(Tree::new(), Tree::person)
        .group(GROUP, &members);
    for way in WAYS {
        let server = Slapd::serve(&tree);
        let intranet = Intranet::new(&by(way, Policy::openldap(&server, GROUP)));
        let plan = intranet.plan();
        assert_eq!(plan.coverage(), ("complete", None), "by {way}");
        assert_eq!(
            plan.count("create"),
            odd.len() as u64,
            "by {way}: {:#}",
            plan.json()
        );
        intranet.sync().ok();
        intranet.is_settled();
    }
}

/// Groups that give roles put nobody into scope; nested membership counts, what
/// ends is taken, and what the intranet gave stays.
#[test]
fn groups_give_roles_and_take_them() {
    for way in WAYS {
        let server = Slapd::serve(&nested());
        let roles = format!(
            "{{groups: {{\"{}\": floor, \"cn=o*,*\": \"group-$1\"}}}}",
            group_dn("floor")
        );
        let policy = by(way, Policy::openldap(&server, GROUP)).field("roles", &roles);
        let intranet = Intranet::synced(&policy);
        let roles = |username: &str| intranet.account(username).field("roles").to_string();
        assert_eq!(intranet.usernames(), ["anna", "ben", "clara"], "by {way}");
        // Anna is in the group `others`, whose name begins with an o.
        assert!(roles("anna").contains("group-thers"), "{}", roles("anna"));
        assert!(
            roles("ben").contains("group-slo"),
            "by {way}: {}",
            roles("ben")
        );
        assert!(roles("clara").contains("\"floor\""), "{}", roles("clara"));
        intranet.is_settled();

        intranet
            .admin(&[
                "edit",
                "clara",
                "roles=floor",
                "roles=group-slo",
                "roles=chess",
            ])
            .ok();
        server.leave("floor", "clara");
        server.join(GROUP, "clara");
        intranet
            .plan()
            .changes_are(&[("update", "clara", "changed-at-source")]);
        intranet.sync().ok();
        assert_eq!(roles("clara"), "[\"chess\"]", "by {way}");
        intranet.is_settled();
    }
}
