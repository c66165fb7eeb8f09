//! Muster against a real OpenLDAP server: each rule of the domain, each way in
//! which a source can fail, each way to connect.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod administrators;
mod blocking;
mod changes;
mod connecting;
mod groups;
mod guarding;
mod logins;
mod matching;
mod outages;
mod recordings;
mod rules;
mod server;

use muster_tests::intranet::Intranet;
use muster_tests::{Person, Policy, Slapd, Tree};

/// The syncing group of most tests.
const GROUP: &str = "intranet";

/// Anna, Ben and Clara are in the group; Dora is not.
fn staff() -> Tree {
    Tree::new()
        .person(Person::new("anna", "Anna", "Ek").with("title", "Engineer"))
        .person(Person::new("ben", "Ben", "Berg").with("title", "Nurse"))
        .person(Person::new("clara", "Clara", "Costa").with("title", "Teacher"))
        .person(Person::new("dora", "Dora", "Dahl").with("title", "Engineer"))
        .group(GROUP, &["anna", "ben", "clara"])
}

/// The staff's server, and an intranet that was synced with it once.
fn synced() -> (Slapd, Intranet) {
    let server = Slapd::serve(&staff());
    let intranet = Intranet::synced(&Policy::openldap(&server, GROUP));
    (server, intranet)
}

/// As [`synced`], matched by username.
fn synced_by_username() -> (Slapd, Intranet) {
    let server = Slapd::serve(&staff());
    let intranet = Intranet::synced(&Policy::openldap(&server, GROUP).by_username());
    (server, intranet)
}
