//! `muster provider login`: the server says whether a password is right.

use super::{GROUP, staff};
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::tree::person_dn;
use muster_tests::{Policy, Slapd};

const SECRET: &str = "Violet-Tram-9";

/// The staff with a password each, and an intranet that was synced.
fn with_passwords() -> (Slapd, Intranet) {
    let server = Slapd::serve(&staff());
    for uid in ["anna", "ben", "clara"] {
        server.replace(uid, "userPassword", SECRET);
    }
    let intranet = Intranet::synced(&Policy::openldap(&server, GROUP));
    (server, intranet)
}

#[track_caller]
fn login(intranet: &Intranet, username: &str, password: &str) -> (Option<i32>, String) {
    let arguments = ["provider", "login", POLICY, username];
    let output = intranet
        .muster()
        .run_with(&format!("{password}\n"), &arguments)
        .never_says(SECRET);
    (output.code(), output.to_string())
}

#[test]
fn a_right_and_a_wrong_password_are_told_apart() {
    let (_server, intranet) = with_passwords();
    let (code, text) = login(&intranet, "anna", SECRET);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("anna: accepted"), "{text}");
    let (code, text) = login(&intranet, "anna", "guess");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("wrong"), "{text}");
}

#[test]
fn an_empty_password_is_never_sent() {
    let (server, intranet) = with_passwords();
    server.stop();
    // A server would take it for an anonymous login; this one is not even there.
    let (code, text) = login(&intranet, "anna", "");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("no password was given"), "{text}");
}

#[test]
fn a_locked_person_is_refused_although_the_password_is_right() {
    let (server, intranet) = with_passwords();
    server.lock("ben");
    let (code, text) = login(&intranet, "ben", SECRET);
    assert_eq!(code, Some(1), "{text}");
    assert!(!text.contains("accepted"), "{text}");
}

#[test]
fn a_person_who_is_no_longer_at_the_source_is_unknown() {
    let (server, intranet) = with_passwords();
    server.admin().delete(&person_dn("clara"));
    let (code, text) = login(&intranet, "clara", SECRET);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("knows no such person"), "{text}");
}

#[test]
fn a_server_that_is_down_is_no_wrong_password() {
    let (server, intranet) = with_passwords();
    server.stop();
    let (code, text) = login(&intranet, "anna", SECRET);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("cannot be reached"), "{text}");
    assert!(!text.contains("wrong"), "{text}");
}
