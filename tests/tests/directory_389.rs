//! Muster against a real 389 Directory Server. It takes long to make one, so
//! these tests run by night: `cargo test --test directory_389 -- --ignored`,
//! after `tests/install.sh --nightly`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use muster_tests::ds389::READER;
use muster_tests::intranet::Intranet;
use muster_tests::slapd::PASSWORD;
use muster_tests::tree::{SUFFIX, person_dn};
use muster_tests::{Ds389, Person, Policy, Tree};

const GROUP: &str = "intranet";

/// Anna, Ben and Clara are in the group; Dora is not.
fn staff() -> Tree {
    ["anna", "ben", "clara", "dora"]
        .into_iter()
        .fold(Tree::new(), |tree, uid| {
            tree.person(Person::new(uid, "Given", uid).with("userPassword", PASSWORD))
        })
        .group(GROUP, &["anna", "ben", "clara"])
}

fn synced() -> (Ds389, Intranet) {
    let server = Ds389::serve(&staff().ldif());
    let intranet = Intranet::synced(&Policy::directory_389(&server, GROUP));
    (server, intranet)
}

#[test]
#[ignore = "nightly: making the server takes long"]
fn people_have_the_servers_own_identifier_and_a_second_plan_is_empty() {
    let (server, intranet) = synced();
    assert_eq!(intranet.usernames(), ["anna", "ben", "clara"]);
    let id = server.admin().value(&person_dn("anna"), "nsUniqueId");
    assert_eq!(intranet.account("anna").external_id(), id.as_deref());
    intranet.is_settled();
    server
        .admin()
        .rename(&person_dn("anna"), "uid=anna.lund", None);
    server.admin().remove_value(
        &format!("cn={GROUP},ou=groups,{SUFFIX}"),
        "member",
        &person_dn("anna"),
    );
    server.admin().add_value(
        &format!("cn={GROUP},ou=groups,{SUFFIX}"),
        "member",
        &person_dn("anna.lund"),
    );
    intranet
        .plan()
        .changes_are(&[("rename", "anna.lund", "renamed")]);
}

#[test]
#[ignore = "nightly: making the server takes long"]
fn an_inactivated_account_is_blocked_also_if_a_role_says_so() {
    let (server, intranet) = synced();
    let admin = server.admin();
    admin.replace(&person_dn("anna"), "nsAccountLock", "TRUE");
    let refused = server
        .client(&person_dn("anna"), PASSWORD)
        .search(&["-s", "base", "-b", "", "1.1"]);
    assert_eq!(refused.code, Some(53), "{refused}");
    intranet
        .plan()
        .changes_are(&[("block", "anna", "blocked-in-source")]);
    admin.clear(&person_dn("anna"), "nsAccountLock");
    intranet.plan().changes_are(&[]);
    // What the roles of a person say is no attribute of the entry.
    admin.add(&inactivation_by_role());
    admin.replace(
        &person_dn("ben"),
        "nsRoleDN",
        &format!("cn=nsManagedDisabledRole,{SUFFIX}"),
    );
    assert_eq!(
        admin.value(&person_dn("ben"), "nsAccountLock").as_deref(),
        Some("true")
    );
    intranet
        .plan()
        .changes_are(&[("block", "ben", "blocked-in-source")]);
}

/// As the server's own tools set it up.
fn inactivation_by_role() -> String {
    format!(
        "dn: cn=nsManagedDisabledRole,{SUFFIX}\nobjectClass: LDAPsubentry\nobjectClass: nsRoleDefinition\n\
         objectClass: nsSimpleRoleDefinition\nobjectClass: nsManagedRoleDefinition\ncn: nsManagedDisabledRole\n\n\
         dn: cn=nsAccountInactivationTmp,{SUFFIX}\nobjectClass: nsContainer\ncn: nsAccountInactivationTmp\n\n\
         dn: cn=\"cn=nsManagedDisabledRole,{SUFFIX}\",cn=nsAccountInactivationTmp,{SUFFIX}\n\
         objectClass: extensibleObject\nobjectClass: costemplate\nobjectClass: ldapsubentry\n\
         cosPriority: 1\nnsAccountLock: true\n\n\
         dn: cn=nsAccountInactivation_cos,{SUFFIX}\nobjectClass: LDAPsubentry\nobjectClass: cosSuperDefinition\n\
         objectClass: cosClassicDefinition\ncosTemplateDn: cn=nsAccountInactivationTmp,{SUFFIX}\n\
         cosSpecifier: nsRole\ncosAttribute: nsAccountLock operational\ncn: nsAccountInactivation_cos\n"
    )
}

#[test]
#[ignore = "nightly: making the server takes long"]
fn wrong_passwords_lock_and_the_lock_is_seen() {
    let (server, intranet) = synced();
    let admin = server.admin();
    for (name, value) in [("passwordLockout", "on"), ("passwordMaxFailure", "2")] {
        admin.replace("cn=config", name, value);
    }
    let wrong = server.client(&person_dn("clara"), "wrong");
    for _ in 0..3 {
        assert!(!wrong.logs_in());
    }
    let locked = server
        .client(&person_dn("clara"), PASSWORD)
        .search(&["-s", "base", "-b", "", "1.1"]);
    assert_eq!(locked.code, Some(19), "{locked}");
    intranet
        .plan()
        .changes_are(&[("block", "clara", "blocked-in-source")]);
}

#[test]
#[ignore = "nightly: making the server takes long"]
fn changes_are_found_by_time_and_who_was_deleted_by_a_full_read() {
    let (server, intranet) = synced();
    let admin = server.admin();
    admin.replace(&person_dn("anna"), "sn", "Lund");
    admin.delete(&person_dn("ben"));
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("delta", None), "{:#}", plan.json());
    plan.changes_are(&[("update", "anna", "changed-at-source")]);
    intranet.run(&["sync", "policy.yaml", "--reset"]).ok();
    assert_eq!(intranet.account("ben").reasons(), ["left-scope"]);
}

#[test]
#[ignore = "nightly: making the server takes long"]
fn the_size_limit_blocks_nobody() {
    let uids: Vec<String> = (0..2100).map(|number| format!("p{number:04}")).collect();
    let tree = uids.iter().fold(Tree::new(), |tree, uid| {
        tree.person(Person::new(uid, "Given", uid))
    });
    let members: Vec<&str> = uids.iter().map(String::as_str).collect();
    let server = Ds389::serve(&tree.group(GROUP, &members).ldif());
    let server_limit = server
        .client(READER, PASSWORD)
        .search(&["-b", SUFFIX, "(uid=p*)", "1.1"]);
    assert_eq!(server_limit.code, Some(4), "2000 without paging");
    // Pages pass it, unless the login has a limit for them, too.
    let policy = Policy::directory_389(&server, GROUP).set("feed", "none");
    let intranet = Intranet::synced(&policy);
    assert_eq!(intranet.usernames().len(), 2100);
    assert_eq!(intranet.plan().coverage(), ("complete", None));
    let admin = server.admin();
    admin.add_value(READER, "objectClass", "extensibleObject");
    admin.replace(READER, "nsPagedSizeLimit", "500");
    let plan = intranet.plan();
    plan.changes_are(&[]);
    assert_eq!(
        plan.coverage(),
        ("partial", Some("size-limit")),
        "{:#}",
        plan.json()["coverage"]
    );
}
