//! Reads of what has changed, and what makes a cursor worthless.

use super::fake::Told;
use super::*;
use muster_sdk::{FailureKind, ReadFrom, Removal};

type Changes = Vec<(String, Status)>;
type Change = fn(&mut Fake);

fn uuid(number: u8) -> String {
    format!("000000{number:02x}-0000-0000-0000-000000000000")
}

fn key(number: u8) -> [u8; 16] {
    let mut key = [0; 16];
    key[3] = number;
    key
}

/// An OpenLDAP server with three people, that tells changes.
fn provider() -> Fake {
    let mut fake = Fake::openldap();
    fake.root("supportedControl", &["1.3.6.1.4.1.4203.1.9.1.1"]);
    fake.set("dc=x", "contextCSN", &["1"]);
    for (number, uid) in ["u1", "u2", "u3"].into_iter().enumerate() {
        fake.person(uid);
        let dn = format!("uid={uid},ou=people,dc=x");
        fake.set(&dn, "entryUUID", &[&uuid(number as u8 + 1)]);
        fake.set(&dn, "createTimestamp", &["19700101000000Z"]);
    }
    fake
}

/// A domain controller with one person, whose deleted objects can be seen.
fn controller() -> Fake {
    let mut fake = Fake::active_directory();
    fake.root("dnsHostName", &["dc1.x"]);
    fake.root("dsServiceName", &["cn=settings,dc=x"]);
    fake.root("highestCommittedUSN", &["100"]);
    fake.add(
        "cn=settings,dc=x",
        &[("objectClass", &["nTDSDSA"]), ("invocationId", &["life-1"])],
    );
    fake.add(
        "CN=Deleted Objects,dc=x",
        &[("objectClass", &["container"])],
    );
    let old = [("isDeleted", &["TRUE"][..]), ("uSNChanged", &["5"])];
    fake.add("cn=old,CN=Deleted Objects,dc=x", &old);
    fake.user("anna", "512", &[], "513");
    fake
}

fn whole(fake: &Fake, more: Value) -> (Option<Vec<u8>>, String) {
    fake.serve();
    let first = if fake.is_active_directory() {
        "sAMAccountName"
    } else {
        "uid"
    };
    let mut directory = directory(more);
    directory.start(request(&[first, "cn"])).unwrap();
    loop {
        let batch = directory.next().unwrap();
        if let Some(coverage) = batch.coverage() {
            let facts = coverage.facts().iter();
            let fact = facts
                .filter(|(name, _)| name == "next changes by")
                .map(|(_, text)| text.clone());
            return (batch.next_delta().map(<[u8]>::to_vec), fact.collect());
        }
    }
}

fn cursor(fake: &Fake) -> Vec<u8> {
    whole(fake, json!({})).0.unwrap()
}

fn since(fake: &Fake, cursor: &[u8], attributes: &[&str]) -> Result<Changes, Failure> {
    fake.serve();
    let mut directory = directory(json!({}));
    directory.start(ReadRequest {
        start_at: ReadFrom::Since(cursor.to_vec()),
        ..request(attributes)
    })?;
    let mut all = Changes::new();
    loop {
        let batch = directory.next()?;
        all.extend(
            rows(batch.page())
                .into_iter()
                .map(|row| (row.id.unwrap(), row.status)),
        );
        if batch.coverage().is_some() {
            assert!(batch.next_delta().is_some());
            return Ok(all);
        }
    }
}

fn is_stale(result: Result<Changes, Failure>) -> String {
    let failure = result.unwrap_err();
    assert_eq!(
        failure.kind,
        FailureKind::StaleCursor,
        "{}",
        failure.message
    );
    failure.message
}

const UID: [&str; 2] = ["uid", "cn"];
const LOGON: [&str; 2] = ["sAMAccountName", "cn"];

#[test]
fn a_present_phase_names_those_who_are_there() {
    let mut fake = provider();
    let cursor = cursor(&fake);
    fake.remove("uid=u3,ou=people,dc=x");
    fake.told = Told {
        sent: vec!["uid=u1,ou=people,dc=x".to_owned()],
        present: vec![key(2)],
        absent_are_gone: true,
        ..Told::default()
    };
    let gone = Status::Removed(Removal::Final);
    assert_eq!(
        since(&fake, &cursor, &UID).unwrap(),
        [(uuid(1), Status::Active), (uuid(3), gone)]
    );
}

#[test]
fn a_delete_phase_names_those_who_are_gone_and_nobody_else_is() {
    let mut fake = provider();
    let cursor = cursor(&fake);
    fake.remove("uid=u3,ou=people,dc=x");
    fake.told.deleted = vec![key(3), key(9)];
    let gone = Status::Removed(Removal::Final);
    // Nobody knows the ninth: they are no news.
    assert_eq!(since(&fake, &cursor, &UID).unwrap(), [(uuid(3), gone)]);
}

#[test]
fn who_is_there_after_all_is_not_gone_whatever_the_feed_says() {
    let mut fake = provider();
    let cursor = cursor(&fake);
    fake.told.absent_are_gone = true;
    let found = since(&fake, &cursor, &UID).unwrap();
    assert!(found.iter().all(|(_, status)| *status == Status::Active) && found.len() == 3);
}

#[test]
fn who_cannot_be_seen_any_more_but_was_not_told_to_be_gone_is_left_alone() {
    let mut fake = provider();
    let cursor = cursor(&fake);
    fake.told.sent = vec!["uid=u1,ou=people,dc=x".to_owned()];
    fake.hidden = vec!["uid=u1,ou=people,dc=x".to_owned()];
    assert_eq!(since(&fake, &cursor, &UID).unwrap(), []);
}

#[test]
fn a_server_that_cannot_tell_changes_any_more_makes_the_cursor_stale() {
    for code in [4096, 53] {
        let mut fake = provider();
        let cursor = cursor(&fake);
        fake.told.code = code;
        assert!(is_stale(since(&fake, &cursor, &UID)).contains("cannot tell"));
    }
}

#[test]
fn other_attributes_scopes_and_settings_make_the_cursor_stale() {
    let fake = provider();
    let cursor = cursor(&fake);
    assert_eq!(since(&fake, &cursor, &UID), Ok(vec![]));
    assert!(is_stale(since(&fake, &cursor, &["uid", "title"])).contains("another policy"));
    muster_sdk::testing::ldap_server("other.example:389");
    assert!(is_stale(since(&fake, &cursor, &UID)).contains("other.example"));
}

#[test]
fn a_controller_with_another_name_or_life_or_past_makes_the_cursor_stale() {
    let cursor = cursor(&controller());
    assert_eq!(since(&controller(), &cursor, &LOGON), Ok(vec![]));
    let changed: [(&str, Change); 3] = [
        ("dc2.x", |fake| fake.root("dnsHostName", &["dc2.x"])),
        ("6c6966652d32", |fake| {
            fake.set("cn=settings,dc=x", "invocationId", &["life-2"])
        }),
        ("back in time", |fake| {
            fake.root("highestCommittedUSN", &["99"])
        }),
    ];
    for (says, change) in changed {
        let mut fake = controller();
        change(&mut fake);
        let text = is_stale(since(&fake, &cursor, &LOGON));
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn deleted_objects_that_cannot_be_seen_leave_no_feed() {
    let mut fake = controller();
    fake.hidden = vec!["cn=old,CN=Deleted Objects,dc=x".to_owned()];
    let (cursor, why) = whole(&fake, json!({}));
    assert_eq!(cursor, None);
    assert!(why.contains("sees no deleted object"), "{why}");
}

#[test]
fn a_deleted_object_keeps_its_identifier_and_loses_its_category() {
    let mut fake = controller();
    let cursor = cursor(&fake);
    let mut guid = [0; 16];
    guid[..4].copy_from_slice(b"anna");
    let dead = "cn=anna\\0ADEL:1,CN=Deleted Objects,dc=x";
    fake.remove("cn=anna,ou=people,dc=x");
    fake.add(
        dead,
        &[
            ("objectClass", &["user"]),
            ("isDeleted", &["TRUE"]),
            ("uSNChanged", &["101"]),
        ],
    );
    fake.add_bytes(dead, "objectGUID", &guid);
    fake.root("highestCommittedUSN", &["101"]);
    // The fake shows deleted objects to everybody; the directory asks for people.
    let found = since(&fake, &cursor, &LOGON).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(matches!(found[0].1, Status::Removed(_)), "{found:?}");
}

#[test]
fn a_feed_that_is_asked_for_by_name_and_missing_is_an_error() {
    let fake = provider();
    fake.serve();
    for feed in ["dirsync", "usn"] {
        let mut directory = directory(json!({"feed": feed}));
        let refused = directory.start(request(&UID)).unwrap_err();
        assert!(
            refused.message.contains("cannot be had"),
            "{}",
            refused.message
        );
    }
    assert_eq!(whole(&fake, json!({"feed": "none"})).0, None);
}

#[test]
fn people_without_an_identifier_of_the_server_have_no_feed() {
    let (cursor, why) = whole(&provider(), json!({"external_id": "uid"}));
    assert_eq!(cursor, None);
    assert!(why.contains("identified"), "{why}");
}
