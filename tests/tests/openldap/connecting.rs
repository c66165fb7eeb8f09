//! TLS from the first byte, TLS on request, and nothing without it.

use crate::{GROUP, staff};
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::slapd::{Plaintext, Reader};
use muster_tests::tree::Tree;
use muster_tests::{Authority, Policy, Slapd};

/// A policy that says nothing of how to connect.
fn bare(server: &Slapd) -> Policy {
    Policy::openldap(server, GROUP).unset("allow_plaintext")
}

fn ca(authority: &Authority) -> String {
    authority.ca().display().to_string()
}

#[test]
fn ldaps_with_an_authority_of_ones_own() {
    let server = Slapd::serve_with(&staff(), Plaintext::Refused);
    let policy = bare(&server)
        .set("url", &server.ldaps_url())
        .set("ca", &ca(server.authority()));
    let intranet = Intranet::synced(&policy);
    intranet.nobody_is_blocked(3);
    intranet.is_settled();
    intranet
        .run(&["check", "--online", POLICY])
        .ok()
        .says("anna");
}

#[test]
fn starttls_with_an_authority_of_ones_own() {
    let server = Slapd::serve_with(&staff(), Plaintext::Refused);
    let policy = bare(&server)
        .set("url", &server.named_url())
        .set("starttls", "true")
        .set("ca", &ca(server.authority()));
    let intranet = Intranet::synced(&policy);
    intranet.nobody_is_blocked(3);
}

#[test]
fn an_unknown_authority_is_refused() {
    let server = Slapd::serve(&staff());
    let folder = tempfile::tempdir().expect("a folder");
    let stranger = Authority::make(folder.path(), &["DNS:localhost"]);
    for policy in [
        bare(&server)
            .set("url", &server.ldaps_url())
            .set("ca", &ca(&stranger)),
        bare(&server).set("url", &server.ldaps_url()),
        bare(&server)
            .set("url", &server.named_url())
            .set("starttls", "true")
            .set("ca", &ca(&stranger)),
    ] {
        let intranet = Intranet::new(&policy);
        intranet.sync().exits(1).says("certificate");
        assert!(intranet.usernames().is_empty());
    }
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let server = Slapd::serve(&Tree::new());
    // The certificate is for localhost and 127.0.0.1.
    let elsewhere = server.ldaps_url().replace("localhost", "127.0.0.2");
    let folder = server.authority();
    let policy = bare(&server).set("url", &elsewhere).set("ca", &ca(folder));
    Intranet::new(&policy).sync().exits(1);
}

#[test]
fn a_password_is_not_sent_without_tls() {
    let server = Slapd::serve(&staff());
    let intranet = Intranet::new(&bare(&server));
    intranet.sync().exits(3).says("allow_plaintext");
    assert!(intranet.usernames().is_empty());
}

#[test]
fn a_server_that_insists_on_tls_is_understood() {
    let server = Slapd::serve_with(&staff(), Plaintext::Refused);
    let intranet = Intranet::new(&bare(&server).set("allow_plaintext", "true"));
    intranet.sync().exits(1).says("ldaps://");
    assert!(intranet.usernames().is_empty());
}

#[test]
fn an_authority_that_is_not_there_is_named() {
    let server = Slapd::serve(&staff());
    let policy = bare(&server)
        .set("url", &server.ldaps_url())
        .set("ca", "nowhere.pem");
    Intranet::new(&policy).sync().exits(3).says("nowhere.pem");
}

#[test]
fn checking_online_shows_people_and_names_what_fails() {
    let server = Slapd::serve(&staff());
    let policy = Policy::openldap(&server, GROUP);
    let intranet = Intranet::new(&policy);
    intranet
        .run(&["check", "--online", POLICY])
        .ok()
        .says("anna")
        .says("Ek");
    intranet
        .run(&["provider", "check", POLICY])
        .ok()
        .says("givenName");
    intranet.rewrite(&policy.set("bind_dn", &Reader::Sync.dn().replace("sync", "nobody")));
    intranet
        .run(&["check", "--online", POLICY])
        .exits(1)
        .says("cn=nobody");
}
