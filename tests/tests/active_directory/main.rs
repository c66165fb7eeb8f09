//! Muster against a real Active Directory domain controller: Samba. What is
//! different here: identifiers are binary, status is a bit field and a date,
//! searches end with references, and Domain Users is in nobody's `memberOf`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod changes;
mod limits;
mod traps;

use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::policy::PASSWORD_VARIABLE;
use muster_tests::samba::{
    DISABLED, DOMAIN, ENABLED, PASSWORD, STAFF, Samba, User, group_ldif, staff_dn,
};
use muster_tests::{Authority, Policy};
use serde_json::json;

const GROUP: &str = "Intranet";

/// How nested membership can be read.
const WAYS: [&str; 3] = ["member", "memberOf", "in-chain"];

fn people() -> [User; 4] {
    [
        User::new("anna", "Anna", "Ek"),
        User::new("ben", "Ben", "Berg"),
        User::new("clara", "Clara", "Costa"),
        User::new("dora", "Dora", "Dahl"),
    ]
}

fn dn(name: &str) -> String {
    staff_dn(name)
}

/// Anna, Ben and Clara are in the group; Dora is not.
fn domain() -> Samba {
    let members = ["Anna Ek", "Ben Berg", "Clara Costa"].map(dn);
    let members = [members[0].as_str(), &members[1], &members[2]];
    Samba::serve(&people(), &[group_ldif(GROUP, &members)])
}

fn synced() -> (Samba, Intranet) {
    let server = domain();
    let intranet = Intranet::synced(&Policy::samba(&server, GROUP));
    (server, intranet)
}

/// The text form of an `objectGUID` that `ldapsearch` printed in base64: the
/// first three parts are stored with their bytes in reverse.
fn guid(base64: &str) -> String {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(base64)
        .expect("base64");
    let hex = |places: &[usize]| {
        places
            .iter()
            .map(|&place| format!("{:02x}", bytes[place]))
            .collect::<String>()
    };
    [
        hex(&[3, 2, 1, 0]),
        hex(&[5, 4]),
        hex(&[7, 6]),
        hex(&[8, 9]),
        hex(&[10, 11, 12, 13, 14, 15]),
    ]
    .join("-")
}

#[test]
fn the_server_behaves_as_the_other_tests_take_for_granted() {
    let server = domain();
    let admin = server.admin();
    assert!(admin.logs_in());
    assert_eq!(admin.value(&dn("Anna Ek"), "memberOf"), Some(dn(GROUP)));
    let clara = server.client("clara@corp.example", PASSWORD);
    assert!(clara.logs_in());
    server.control(&dn("Clara Costa"), DISABLED);
    assert!(!clara.logs_in());
    let users = admin
        .search(&["-b", DOMAIN, "(sAMAccountName=anna)", "1.1"])
        .ok();
    assert!(
        users.stdout.contains("numReferences:"),
        "searches end with references: {users}"
    );
    server.stop();
    assert!(!admin.logs_in());
    server.start();
    assert!(admin.logs_in());
}

#[test]
fn the_first_sync_creates_everybody_in_the_group() {
    let server = domain();
    let intranet = Intranet::new(&Policy::samba(&server, GROUP));
    let plan = intranet.plan();
    plan.changes_are(&[
        ("create", "anna", "new"),
        ("create", "ben", "new"),
        ("create", "clara", "new"),
    ]);
    assert_eq!(plan.coverage(), ("complete", None));
    intranet.sync().ok();
    let anna = intranet.account("anna");
    assert_eq!((anna.status(), anna.directory()), ("active", "corp"));
    assert_eq!(anna.field("surname"), "Ek");
    let id = server
        .admin()
        .value(&dn("Anna Ek"), "objectGUID")
        .expect("an objectGUID");
    assert_eq!(anna.external_id(), Some(guid(&id).as_str()));
}

#[test]
fn the_second_plan_is_empty() {
    let (_server, intranet) = synced();
    intranet.is_settled();
    intranet.sync().ok();
    intranet.is_settled();
}

#[test]
fn a_change_at_the_source_is_written() {
    let (server, intranet) = synced();
    server.admin().replace(&dn("Anna Ek"), "sn", "Þórsdóttir");
    let plan = intranet.plan();
    plan.changes_are(&[("update", "anna", "changed-at-source")]);
    let change = plan.field("update", "anna", "surname");
    assert_eq!(
        change,
        (json!("Ek"), json!("Þórsdóttir"), "source".to_owned())
    );
    intranet.sync().ok();
    intranet.is_settled();
}

#[test]
fn a_local_edit_is_reverted_and_an_unmapped_field_is_kept() {
    let server = domain();
    // A feed does not tell of people in whom nothing changed at the source.
    let intranet = Intranet::synced(&Policy::samba(&server, GROUP).set("feed", "none"));
    intranet.admin(&["edit", "anna", "room=4.12"]).ok();
    intranet.tamper("anna", "surname", "Lund");
    intranet
        .plan()
        .changes_are(&[("update", "anna", "reverted-local-edit")]);
    intranet.sync().ok();
    let anna = intranet.account("anna");
    assert_eq!(
        (anna.field("surname"), anna.field("room")),
        (&json!("Ek"), &json!("4.12"))
    );
}

#[test]
fn another_logon_name_renames_the_same_account() {
    let (server, intranet) = synced();
    let before = intranet.account("anna");
    server.logon(&dn("Anna Ek"), "anna.lund");
    intranet
        .plan()
        .changes_are(&[("rename", "anna.lund", "renamed")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("anna.lund").id(), before.id());
    intranet.is_settled();
}

#[test]
fn another_common_name_changes_nothing_but_itself() {
    let (server, intranet) = synced();
    server.rename(&dn("Anna Ek"), "Ek, Anna #1 \"Ö\"");
    intranet.is_settled();
}

#[test]
fn a_rename_under_username_key_is_recognised_and_carried_out_by_a_command() {
    let server = domain();
    let intranet = Intranet::synced(&Policy::samba(&server, GROUP).by_username());
    let before = intranet.account("anna");
    server.logon(&dn("Anna Ek"), "anna.lund");
    let plan = intranet.plan();
    plan.changes_are(&[]);
    assert!(plan.findings("likely-rename")[0].contains("muster account rename anna anna.lund"));
    intranet.admin(&["rename", "anna", "anna.lund"]).ok();
    intranet.sync().ok();
    assert_eq!(intranet.account("anna.lund").id(), before.id());
    intranet.is_settled();
}

#[test]
fn a_swap_of_two_usernames_is_one_plan() {
    let (server, intranet) = synced();
    let (anna, ben) = (intranet.account("anna"), intranet.account("ben"));
    for (name, account) in [
        ("Anna Ek", "anyone"),
        ("Ben Berg", "anna"),
        ("Anna Ek", "ben"),
    ] {
        server.logon(&dn(name), account);
    }
    intranet
        .plan()
        .changes_are(&[("rename", "anna", "renamed"), ("rename", "ben", "renamed")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").id(), anna.id());
    assert_eq!(intranet.account("anna").id(), ben.id());
    intranet.is_settled();
}

#[test]
fn removed_from_the_group_is_blocked_and_back_in_it_is_unblocked() {
    let (server, intranet) = synced();
    server.leave(GROUP, &dn("Ben Berg"));
    intranet
        .plan()
        .changes_are(&[("block", "ben", "left-scope")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").reasons(), ["left-scope"]);
    intranet.is_settled();
    server.join(GROUP, &dn("Ben Berg"));
    intranet
        .plan()
        .changes_are(&[("unblock", "ben", "left-scope")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").status(), "active");
}

#[test]
fn disabled_is_blocked_in_source() {
    let (server, intranet) = synced();
    server.control(&dn("Clara Costa"), DISABLED);
    intranet
        .plan()
        .changes_are(&[("block", "clara", "blocked-in-source")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("clara").reasons(), ["blocked-in-source"]);
    intranet.is_settled();
    server.control(&dn("Clara Costa"), ENABLED);
    intranet
        .plan()
        .changes_are(&[("unblock", "clara", "blocked-in-source")]);
}

#[test]
fn expired_is_blocked_in_source_and_both_kinds_of_never_are_not() {
    let (server, intranet) = synced();
    let admin = server.admin();
    let expires = |value: &str| admin.replace(&dn("Clara Costa"), "accountExpires", value);
    // 2020-01-01, in 100 ns since 1601.
    expires("132223104000000000");
    intranet
        .plan()
        .changes_are(&[("block", "clara", "blocked-in-source")]);
    // 2200-01-01, and never, and never.
    for later in ["189025920000000000", "0", "9223372036854775807"] {
        expires(later);
        intranet.plan().changes_are(&[]);
    }
}

#[test]
fn locked_out_by_wrong_passwords_is_blocked_in_source() {
    let (server, intranet) = synced();
    let admin = server.admin();
    admin.replace(DOMAIN, "lockoutThreshold", "2");
    let clara = server.client("clara@corp.example", "wrong");
    for _ in 0..3 {
        assert!(!clara.logs_in());
    }
    assert!(
        !server.client("clara@corp.example", PASSWORD).logs_in(),
        "the server locks"
    );
    intranet
        .plan()
        .changes_are(&[("block", "clara", "blocked-in-source")]);
    admin.replace(&dn("Clara Costa"), "lockoutTime", "0");
    intranet.plan().changes_are(&[]);
}

#[test]
fn disabled_and_without_an_account_gets_none() {
    let (server, intranet) = synced();
    server.control(&dn("Dora Dahl"), DISABLED);
    server.join(GROUP, &dn("Dora Dahl"));
    let plan = intranet.plan();
    plan.changes_are(&[]);
    assert_eq!(plan.findings("skipped").len(), 1, "{:#}", plan.json());
    server.control(&dn("Dora Dahl"), ENABLED);
    intranet.plan().changes_are(&[("create", "dora", "new")]);
}

#[test]
fn a_manual_block_is_kept_and_a_detached_account_too() {
    let (server, intranet) = synced();
    intranet
        .admin(&["block", "anna", "--reason", "lost laptop"])
        .ok();
    intranet.admin(&["detach", "ben"]).ok();
    server.leave(GROUP, &dn("Ben Berg"));
    intranet.sync().ok();
    assert_eq!(intranet.account("anna").reasons(), ["manual"]);
    let ben = intranet.account("ben");
    assert_eq!((ben.status(), ben.directory()), ("active", "local"));
    intranet.is_settled();
}

#[test]
fn nested_membership_counts_both_ways() {
    let groups = [
        group_ldif("Floor", &[&dn("Clara Costa")]),
        group_ldif("Oslo", &[&dn("Ben Berg"), &dn("Floor")]),
        group_ldif(GROUP, &[&dn("Anna Ek"), &dn("Oslo")]),
    ];
    let server = Samba::serve(&people(), &groups);
    for way in WAYS {
        let intranet = Intranet::synced(&Policy::samba(&server, GROUP).set("membership", way));
        assert_eq!(intranet.usernames(), ["anna", "ben", "clara"], "by {way}");
        intranet.is_settled();
        server.leave("Floor", &dn("Clara Costa"));
        intranet
            .plan()
            .changes_are(&[("block", "clara", "left-scope")]);
        server.join("Floor", &dn("Clara Costa"));
    }
}

#[test]
fn everybody_below_a_unit_are_people_and_not_computers_or_groups() {
    let server = domain();
    let policy = Policy::samba(&server, GROUP)
        .groups(&[])
        .set("base_dn", STAFF);
    let intranet = Intranet::synced(&policy);
    assert_eq!(intranet.usernames(), ["anna", "ben", "clara", "dora"]);
}

#[test]
fn names_with_special_signs_are_found() {
    let odd = [
        "O'Brien, Pat",
        "#Hash",
        "李雷",
        "Þórdís Æsa",
        "Semi;Colon+Plus",
    ];
    let people: Vec<User> = odd
        .iter()
        .enumerate()
        .map(|(number, name)| User::new(&format!("odd{number}"), "Odd", "Name").called(name))
        .collect();
    let dns: Vec<String> = people.iter().map(User::dn).collect();
    let members: Vec<&str> = dns.iter().map(String::as_str).collect();
    let server = Samba::serve(&people, &[group_ldif(GROUP, &members)]);
    for way in WAYS {
        let intranet = Intranet::synced(&Policy::samba(&server, GROUP).set("membership", way));
        assert_eq!(
            intranet.usernames(),
            ["odd0", "odd1", "odd2", "odd3", "odd4"],
            "by {way}"
        );
        intranet.is_settled();
    }
}

#[test]
fn ldaps_and_starttls_with_an_authority_of_ones_own() {
    let server = domain();
    let ca = server.authority().ca().display().to_string();
    let bare = Policy::samba(&server, GROUP)
        .unset("allow_plaintext")
        .set("ca", &ca);
    for policy in [
        bare.clone().set("url", &server.ldaps_url()),
        bare.clone().set("starttls", "true"),
    ] {
        Intranet::synced(&policy).nobody_is_blocked(3);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let stranger = Authority::make(folder.path(), &["DNS:localhost"])
        .ca()
        .display()
        .to_string();
    let refused = bare.set("url", &server.ldaps_url()).set("ca", &stranger);
    Intranet::new(&refused).sync().exits(1).says("certificate");
}

#[test]
fn an_outage_a_wrong_password_and_a_wrong_base_block_nobody() {
    let (server, mut intranet) = synced();
    server.stop();
    intranet.sync().exits(1);
    server.start();
    intranet.muster_mut().set(PASSWORD_VARIABLE, "wrong");
    intranet.sync().exits(1);
    intranet.muster_mut().set(PASSWORD_VARIABLE, PASSWORD);
    intranet
        .rewrite(&Policy::samba(&server, GROUP).set("base_dn", "OU=Nowhere,DC=corp,DC=example"));
    intranet.sync().exits(1);
    intranet.rewrite(&Policy::samba(&server, "Nobody"));
    let answer = intranet.sync();
    assert!(matches!(answer.code(), Some(1 | 5)), "{answer}");
    intranet.nobody_is_blocked(3);
    intranet.rewrite(&Policy::samba(&server, GROUP));
    intranet.is_settled();
}

#[test]
fn checking_online_shows_people() {
    let server = domain();
    let intranet = Intranet::new(&Policy::samba(&server, GROUP));
    intranet
        .run(&["check", "--online", POLICY])
        .ok()
        .says("anna")
        .says("Ek");
}
