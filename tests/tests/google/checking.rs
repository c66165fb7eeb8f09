//! `provider check`: each thing that is missing is named.

use crate::workspace::{Policy, account, address, intranet};
use muster_emulators::google::{CLIENT_ID, Google, Right, SCOPES};
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::muster::Output;
use serde_json::json;

fn check(intranet: &Intranet) -> Output {
    intranet.run(&["provider", "check", POLICY])
}

fn of(google: &Google) -> Output {
    check(&intranet(google, &Policy::of(google)))
}

#[test]
fn a_right_policy_passes() {
    let google = account();
    of(&google)
        .ok()
        .says("get a token in the name of admin@example.com")
        .says("list the members of staff@example.com")
        .says("4 members, 1 nested groups");
    let policy = Policy::of(&google).set("scopes", &SCOPES.join(" "));
    google.schema("Employment", &[("badge", "STRING")]);
    check(&intranet(&google, &policy)).ok().says("1 field");
}

/// Trap: one scope that is not registered spoils the whole token.
#[test]
fn a_scope_that_is_not_registered_is_named() {
    let google = account();
    google.unregister(SCOPES[2]);
    of(&google)
        .exits(1)
        .says("unauthorized_client")
        .says(SCOPES[2])
        .says("Domain-wide delegation")
        .says(CLIENT_ID);
}

/// Trap: without an administrator to impersonate, every call is refused.
#[test]
fn somebody_who_is_no_administrator_is_named() {
    let google = account();
    let policy = Policy::of(&google);
    let yaml = policy.yaml().replace("admin: admin@", "admin: emil@");
    let emil = intranet(&google, &policy);
    emil.rewrite_yaml(&yaml);
    check(&emil)
        .exits(1)
        .says("emil@example.com")
        .says("Not Authorized")
        .says("Users > Read");
    emil.rewrite_yaml(&policy.yaml().replace("admin: admin@", "admin: nobody@"));
    check(&emil).exits(1).says("nobody@example.com");
    google.change(&address("admin"), json!({"agreedToTerms": false}));
    of(&google).exits(1).says("signed in once");
}

#[test]
fn rights_are_named_one_by_one() {
    for (right, words) in [
        (Right::Users, "Users > Read"),
        (Right::Groups, "Groups > Read"),
    ] {
        let google = account();
        google.revoke(right);
        of(&google).exits(1).says(words);
    }
}

/// Trap: not every 403 is a missing right.
#[test]
fn an_api_that_is_off_or_barred_is_told_from_a_missing_right() {
    let google = account();
    google.switch_api_off();
    of(&google)
        .exits(1)
        .says("https://console.developers.google.com/apis/api/admin.googleapis.com/overview?project=5550001111");
    let google = account();
    google.bar_apis();
    of(&google)
        .exits(1)
        .says("does not let programs use its APIs");
}

#[test]
fn a_key_of_another_account_is_refused() {
    let google = account();
    let other = google
        .key_file()
        .replace("muster@directory-sync", "other@directory-sync");
    let mut intranet = intranet(&google, &Policy::of(&google));
    intranet.muster_mut().set("GOOGLE_KEY", &other);
    check(&intranet).exits(1).says("invalid_grant");
}

#[test]
fn a_typo_stops_before_the_first_row() {
    let google = account();
    let policy = Policy::of(&google).field("phone", "phone.value");
    let intranet = intranet(&google, &policy);
    intranet
        .sync()
        .exits(1)
        .says("no property `phone`")
        .says("`phones`");
    assert!(intranet.accounts().is_empty());
}
