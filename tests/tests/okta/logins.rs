//! Service apps: OAuth 2.0 with a signed assertion, and tokens that are bound to
//! a key.

use crate::policy::KEY_VARIABLE;
use crate::{FAILED, GROUP, Policy};
use muster_emulators::okta::{App, Okta, SCOPES};
use muster_emulators::server::Fault;
use muster_tests::intranet::Intranet;
use muster_tests::program::{self, find};
use std::process::Command;
use std::time::Duration;

const CLIENT: &str = "0oaMusterEmulated0h7";
const KEY: &str = "key-of-2026";

/// A private key and its public half, as PEM.
fn key_pair(kind: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("private.pem");
    let openssl = |arguments: &[&str]| {
        let mut command = Command::new(find("openssl"));
        command.args(arguments).arg(&file);
        program::run(&mut command, "", Duration::from_secs(60))
            .ok()
            .stdout
    };
    openssl(&[&["genpkey"], kind, &["-out"]].concat());
    let public = openssl(&["pkey", "-pubout", "-in"]);
    (std::fs::read_to_string(&file).unwrap(), public)
}

const RSA: [&str; 4] = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
const EC: [&str; 4] = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];

/// An org of 250 people with an app, and an intranet that logs in as the app.
fn app(kind: &[&str], needs_dpop: bool) -> (Okta, Intranet) {
    let org = Okta::default();
    org.crowd(250, GROUP);
    let (private, public_key) = key_pair(kind);
    org.app(App {
        client_id: CLIENT.to_owned(),
        key_id: KEY.to_owned(),
        public_key,
        scopes: SCOPES.map(str::to_owned).into(),
        needs_dpop,
    });
    let policy = Policy::new(&org.url()).app(CLIENT, KEY);
    let intranet = Intranet::of(&policy.yaml(), &[(KEY_VARIABLE, &private)]);
    (org, intranet)
}

#[test]
fn an_app_logs_in_by_its_key() {
    for kind in [RSA, EC] {
        let (org, intranet) = app(&kind, false);
        intranet.sync().ok();
        intranet.nobody_is_blocked(250);
        assert_eq!(org.tokens_given(), 1, "one token for the whole run");
        intranet.is_settled();
    }
}

#[test]
fn an_app_proves_that_it_holds_the_key() {
    let (org, intranet) = app(&RSA, true);
    intranet.sync().ok();
    intranet.nobody_is_blocked(250);
    let seen = org.server().seen();
    let calls: Vec<_> = seen
        .iter()
        .filter(|seen| seen.target.starts_with("/api/"))
        .collect();
    for call in &calls {
        assert!(call.header("authorization").unwrap().starts_with("DPoP "));
        assert!(call.header("dpop").is_some());
    }
    let mut proofs: Vec<&str> = calls
        .iter()
        .filter_map(|call| call.header("dpop"))
        .collect();
    proofs.sort_unstable();
    proofs.dedup();
    assert_eq!(
        proofs.len(),
        calls.len(),
        "each request has a proof of its own"
    );
    // A request without a proof, and one without the nonce, are told so.
    let tokens = seen.iter().filter(|seen| seen.target == "/oauth2/v1/token");
    assert!((2..=3).contains(&tokens.count()));
    assert_eq!(org.tokens_given(), 1, "one token for the whole run");
    intranet.is_settled();
}

#[test]
fn a_token_that_ends_in_the_middle_is_renewed() {
    let (org, intranet) = app(&RSA, true);
    let body = r#"{"errorCode":"E0000011","errorSummary":"Invalid token provided"}"#;
    org.server().fail(Fault::once("after=", 401).body(body));
    intranet.sync().ok();
    intranet.nobody_is_blocked(250);
    assert_eq!(org.tokens_given(), 2);
}

#[test]
fn a_scope_that_was_not_granted_is_named() {
    let (org, intranet) = app(&RSA, false);
    org.grant(CLIENT, &["okta.users.read", "okta.groups.read"]);
    intranet
        .sync()
        .exits(FAILED)
        .says("scope")
        .says("okta.schemas.read");
    let policy = Policy::new(&org.url())
        .app(CLIENT, KEY)
        .set("scopes", "okta.users.read okta.groups.read");
    intranet.rewrite_yaml(&policy.yaml());
    intranet.sync().ok();
    intranet.nobody_is_blocked(250);
}

#[test]
fn refused_assertions_are_told_in_okta_s_words() {
    let (org, intranet) = app(&RSA, false);
    let wrong = |policy: Policy, words: &str| {
        intranet.rewrite_yaml(&policy.yaml());
        intranet.sync().exits(FAILED).says(words);
    };
    let policy = Policy::new(&org.url());
    wrong(policy.clone().app("0oaNobody", KEY), "client_id");
    wrong(policy.clone().app(CLIENT, "another-key"), "kid");
    let (other, _) = key_pair(&RSA);
    let stranger = Intranet::of(&policy.app(CLIENT, KEY).yaml(), &[(KEY_VARIABLE, &other)]);
    stranger.sync().exits(FAILED).says("signature is invalid");
}
