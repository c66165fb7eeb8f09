//! Muster against an emulated Okta org: each rule of the domain as Okta shows it,
//! each way in which it fails, each way to log in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod changes;
mod logins;
mod outages;
mod people;
mod policy;
mod proxy;

use muster_emulators::okta::{Okta, TOKEN};
use muster_tests::intranet::Intranet;
use policy::Policy;

/// Done, but the source was incomplete.
const INCOMPLETE: i32 = 5;
/// Failed; nothing was changed.
const FAILED: i32 = 1;

/// The syncing group of most tests.
const GROUP: &str = "Intranet";

/// Anna and Ben are in the group; Cleo is not.
struct Staff {
    org: Okta,
    group: String,
    anna: String,
    ben: String,
    cleo: String,
}

fn staff() -> Staff {
    let org = Okta::default();
    let group = org.group(GROUP);
    let [anna, ben, cleo] = ["anna", "ben", "cleo"].map(|name| org.user(name, name, "Ek"));
    org.join(&group, &anna);
    org.join(&group, &ben);
    Staff {
        org,
        group,
        anna,
        ben,
        cleo,
    }
}

/// An intranet that was not synced yet.
fn intranet(policy: &Policy) -> Intranet {
    Intranet::of(&policy.yaml(), &[(policy::TOKEN_VARIABLE, TOKEN)])
}

/// An intranet that was synced once.
fn synced(policy: &Policy) -> Intranet {
    let intranet = intranet(policy);
    intranet.sync().ok();
    intranet
}

/// Policies whose runs read everybody, and those that follow the log: what they
/// make of a change is the same.
fn both_ways(org: &Okta) -> [Policy; 2] {
    let policy = Policy::new(&org.url());
    [policy.clone().set("feed", "none"), policy]
}
