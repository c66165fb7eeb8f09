//! Whose password is right.

use super::*;
use muster_sdk::ldap::Verdict;
use muster_sdk::{Login, testing};

fn verdict(fake: &Fake, more: Value, id: &str, password: &str) -> Result<Verdict, Failure> {
    fake.serve();
    testing::logins(|_, dn, password| {
        Ok(match (dn, password) {
            ("uid=anna,ou=people,dc=x" | "cn=anna,ou=people,dc=x", "right") => Verdict::Accepted,
            _ => Verdict::WrongPassword,
        })
    });
    testing::with_password(password, |password| {
        directory(more).authenticate(id, password)
    })
}

#[test]
fn the_person_is_found_by_identifier() {
    let mut fake = Fake::openldap();
    fake.person("anna");
    fake.person("ben");
    assert_eq!(
        verdict(&fake, json!({}), "id-anna", "right"),
        Ok(Verdict::Accepted)
    );
    assert_eq!(
        verdict(&fake, json!({}), "id-anna", "wrong"),
        Ok(Verdict::WrongPassword)
    );
    assert_eq!(
        verdict(&fake, json!({}), "id-ben", "right"),
        Ok(Verdict::WrongPassword)
    );
    assert_eq!(
        verdict(&fake, json!({}), "id-*", "right"),
        Ok(Verdict::UnknownUser)
    );
    let nobody = json!({"people_filter": "(uid=ben)"});
    assert_eq!(
        verdict(&fake, nobody, "id-anna", "right"),
        Ok(Verdict::UnknownUser)
    );
    let without = verdict(&fake, json!({"external_id": "none"}), "id-anna", "right");
    assert_eq!(without.unwrap_err().kind, FailureKind::Unsupported);
}

#[test]
fn a_guid_is_turned_back() {
    let mut fake = Fake::active_directory();
    fake.user("anna", "512", &[], "513");
    let id = "616e6e61-0000-0000-0000-000000000000";
    assert_eq!(
        verdict(&fake, json!({}), id, "right"),
        Ok(Verdict::Accepted)
    );
    assert_eq!(
        verdict(&fake, json!({}), "anna", "right"),
        Ok(Verdict::UnknownUser)
    );
}

#[test]
fn two_entries_with_one_identifier_are_nobody() {
    let mut fake = Fake::openldap();
    fake.person("anna");
    fake.person("ben");
    fake.set("uid=ben,ou=people,dc=x", "entryUUID", &["id-anna"]);
    assert_eq!(
        verdict(&fake, json!({}), "id-anna", "right")
            .unwrap_err()
            .kind,
        FailureKind::Data
    );
}
