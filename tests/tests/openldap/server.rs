//! The server behaves as the other tests take for granted: a test that shows
//! that nobody falls into a trap needs a trap.

use crate::{GROUP, staff};
use muster_tests::slapd::{PASSWORD, Reader};
use muster_tests::tree::{SUFFIX, group_dn, person_dn};
use muster_tests::{Slapd, crowd};

#[test]
fn a_password_that_is_empty_is_let_in_as_nobody() {
    let server = Slapd::serve(&staff());
    assert!(server.client(&Reader::Sync.dn(), PASSWORD).logs_in());
    assert!(server.client(&Reader::Sync.dn(), "").logs_in());
    assert!(!server.client(&Reader::Sync.dn(), "wrong").logs_in());
}

#[test]
fn overlays_follow_changes() {
    let server = Slapd::serve(&staff());
    let admin = server.admin();
    assert_eq!(
        admin.value(&person_dn("anna"), "memberOf"),
        Some(group_dn(GROUP))
    );
    assert_eq!(admin.value(&person_dn("dora"), "memberOf"), None);
    server.join(GROUP, "dora");
    assert_eq!(
        admin.value(&person_dn("dora"), "memberOf"),
        Some(group_dn(GROUP))
    );
    for gone in ["ben", "clara", "dora"] {
        server.leave(GROUP, gone);
    }
    server.rename("anna", "anna.lund");
    assert_eq!(
        admin.value(&group_dn(GROUP), "member"),
        Some(person_dn("anna.lund"))
    );
}

#[test]
fn its_limits_are_those_of_the_account_that_binds() {
    let server = crowd::serve(1_200);
    let found = |reader: Reader, paging: &[&str]| {
        let mut arguments = vec!["-LLL", "-b", SUFFIX];
        arguments.extend_from_slice(paging);
        arguments.extend_from_slice(&["(objectClass=inetOrgPerson)", "1.1"]);
        let answer = server.client(&reader.dn(), PASSWORD).search(&arguments);
        (answer.code, answer.stdout.matches("dn:").count())
    };
    let paged: &[&str] = &["-E", "pr=400/noprompt"];
    assert_eq!(found(Reader::Sync, &[]), (Some(0), 1_200));
    assert_eq!(found(Reader::Paged, &[]), (Some(4), 500));
    assert_eq!(found(Reader::Paged, paged), (Some(0), 1_200));
    assert_eq!(found(Reader::Capped, paged), (Some(4), 500));
    assert_eq!(found(Reader::Unpaged, paged), (Some(11), 0));
    assert_eq!(found(Reader::Blind, paged), (Some(0), 0));
}

#[test]
fn three_wrong_passwords_lock_an_account() {
    let server = Slapd::serve(&staff());
    server.replace("ben", "userPassword", PASSWORD);
    let ben = person_dn("ben");
    assert!(server.client(&ben, PASSWORD).logs_in());
    for _ in 0..3 {
        assert!(!server.client(&ben, "wrong").logs_in());
    }
    assert!(!server.client(&ben, PASSWORD).logs_in());
    assert!(server.admin().value(&ben, "pwdAccountLockedTime").is_some());
}

#[test]
fn it_comes_back_where_it_was() {
    let server = Slapd::serve(&staff());
    let client = server.client(&Reader::Sync.dn(), PASSWORD);
    server.stop();
    assert!(!client.logs_in());
    server.start();
    assert!(client.logs_in());
}
