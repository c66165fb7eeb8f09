//! Who gets an account, who loses it, and what is in it.

use crate::workspace::{NESTED, Policy, STAFF, account, address, intranet, member, synced};
use muster_emulators::google::{Google, Person};
use serde_json::json;

#[test]
fn a_group_is_read_whole_and_the_second_plan_is_empty() {
    let (google, intranet) = synced();
    let names = ["anna", "ben", "clara", "dora"].map(address);
    assert_eq!(intranet.usernames(), names);
    let anna = intranet.account(&address("anna"));
    assert_eq!(anna.field("first_name"), "Anna");
    assert!(anna.external_id().unwrap().starts_with("1048576"));
    intranet.is_settled();
    assert_eq!(intranet.plan().coverage(), ("complete", None));
    let seen = google.server().seen();
    let asked = seen.iter().filter(|seen| seen.target.contains("/users"));
    for seen in asked {
        assert!(seen.target.contains("fields="), "{}", seen.target);
        assert!(!seen.target.contains("emails"), "{}", seen.target);
    }
}

/// Trap: `archived` is a thing of its own beside `suspended`.
#[test]
fn suspended_and_archived_people_are_blocked() {
    let (google, intranet) = synced();
    google.change(
        &address("anna"),
        json!({"suspended": true, "suspensionReason": "ADMIN"}),
    );
    google.change(&address("ben"), json!({"archived": true}));
    let plan = intranet.plan();
    plan.changes_are(&[
        ("block", &address("anna"), "blocked-in-source"),
        ("block", &address("ben"), "blocked-in-source"),
    ]);
    let text = |name: &str| plan.change("block", &address(name))["reason"]["text"].to_string();
    assert!(text("anna").contains("suspended"), "{}", text("anna"));
    assert!(text("ben").contains("archived"), "{}", text("ben"));
    intranet.sync().ok();
    google.change(&address("anna"), json!({"suspended": false}));
    intranet
        .plan()
        .changes_are(&[("unblock", &address("anna"), "blocked-in-source")]);
}

#[test]
fn who_leaves_the_nested_group_is_blocked() {
    let (google, intranet) = synced();
    google.leave(NESTED, &member("dora"));
    intranet
        .plan()
        .changes_are(&[("block", &address("dora"), "left-scope")]);
}

/// Trap: `showDeleted` lists only deleted users: two passes.
#[test]
fn a_deleted_person_is_blocked_as_removed() {
    let (google, intranet) = synced();
    google.delete(&address("clara"));
    let plan = intranet.plan();
    plan.changes_are(&[("block", &address("clara"), "left-scope")]);
    let reason = plan.change("block", &address("clara"))["reason"]["text"].to_string();
    assert!(reason.contains("removed at the source"), "{reason}");
}

#[test]
fn a_renamed_person_stays_the_same() {
    let (google, intranet) = synced();
    let before = intranet.account(&address("ben")).id().to_owned();
    google.change(
        &address("ben"),
        json!({"primaryEmail": "benjamin@example.com"}),
    );
    intranet.sync().ok();
    let after = intranet.account("benjamin@example.com");
    assert_eq!((after.id(), after.status()), (before.as_str(), "active"));
}

/// Trap: custom schemas come only with a projection that names them; and what
/// has no declared type is read as it comes.
#[test]
fn custom_schemas_lists_and_managers_are_mapped() {
    let google = account();
    google.schema("Employment", &[("badge", "STRING")]);
    google.change(
        &address("anna"),
        json!({
            "customSchemas": {"Employment": {"badge": "B-17"}},
            "phones": [{"value": "+46 1", "type": "home"}, {"value": "+46 2", "type": "work"}],
            "organizations": [{"title": "Head of Payroll", "primary": true}],
            "relations": [{"value": address("ben"), "type": "manager"}],
            "externalIds": [{"value": "004702", "type": "organization"}],
        }),
    );
    let policy = Policy::of(&google)
        .field("badge", "customSchemas.Employment.badge")
        .field("phone", r#"{from: 'phones[type eq "work"].value'}"#)
        .field("title", "title")
        .field("number", "employee_id")
        .field("manager", "manager");
    let intranet = intranet(&google, &policy);
    intranet.sync().ok();
    let anna = intranet.account(&address("anna"));
    let ben = intranet.account(&address("ben"));
    assert_eq!(anna.field("badge"), "B-17");
    assert_eq!(anna.field("phone"), "+46 2");
    assert_eq!(anna.field("title"), "Head of Payroll");
    assert_eq!(anna.field("number"), "004702");
    assert_eq!(anna.field("manager"), &address("ben"));
    assert!(ben.field("badge").is_null());
    intranet.is_settled();
}

#[test]
fn photos_are_read_for_those_who_have_one() {
    let google = account();
    google.photo(&address("anna"), b"\xfb\xff\xfe!");
    let policy = Policy::of(&google)
        .set("photos", "true")
        .field("photo", "photo");
    let intranet = intranet(&google, &policy);
    intranet.sync().ok();
    assert_eq!(
        intranet.account(&address("anna")).field("photo"),
        "+//+IQ=="
    );
    let photos = google.server().seen();
    let photos = photos
        .iter()
        .filter(|seen| seen.target.contains("/photos/"));
    assert_eq!(photos.count(), 1);
}

/// Writes take time to spread: a member whom no list of users has yet is
/// nobody, and is somebody later.
#[test]
fn lists_that_lag_block_nobody() {
    let (google, intranet) = synced();
    google.lag();
    google.add(Person::new("fay", "Fay", "Fox"));
    google.join(STAFF, member("fay"));
    google.leave(NESTED, &member("dora"));
    intranet.is_settled();
    google.settle();
    intranet.plan().changes_are(&[
        ("block", &address("dora"), "left-scope"),
        ("create", &address("fay"), "new"),
    ]);
}

#[test]
fn ten_thousand_people_come_in_pages() {
    let google = Google::start();
    google.add_crowd(10_000);
    let policy = Policy::of(&google).scope(&["exclude: {usernames: [admin@example.com]}"]);
    let intranet = intranet(&google, &policy);
    intranet.sync().ok();
    intranet.nobody_is_blocked(10_000);
    google.server().forget();
    intranet.is_settled();
    // Identifiers, users, deleted users: 500 on a page, for each of two plans.
    let lists = google
        .server()
        .seen()
        .iter()
        .filter(|s| s.target.contains("/users?"))
        .count();
    assert_eq!(lists, 2 * (21 + 21 + 1));
}
