//! Muster against SCIM services: a real one, an emulated one that does what the
//! RFCs say, and the same one with what other services do wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod dishonest;
mod honest;
mod policy;
mod quirks;
mod real;

use muster_emulators::scim::{Quirk, Service, TOKEN};
use muster_tests::intranet::Intranet;
use policy::Policy;

/// Done, but the source was incomplete.
const INCOMPLETE: i32 = 5;
/// Failed; nothing was changed.
const FAILED: i32 = 1;

/// People of the emulated service: two pages and a half.
const PEOPLE: usize = 25;

/// An honest service, and an intranet that was synced with it once.
fn synced(policy: impl Fn(Policy) -> Policy) -> (Service, Intranet) {
    let service = Service::start(0, PEOPLE);
    let intranet = intranet(&service, policy);
    intranet.sync().ok();
    intranet.nobody_is_blocked(PEOPLE);
    (service, intranet)
}

/// An intranet that was not synced yet.
fn intranet(service: &Service, policy: impl Fn(Policy) -> Policy) -> Intranet {
    let yaml = policy(Policy::new(&service.url())).yaml();
    Intranet::of(&yaml, &[(policy::VARIABLE, TOKEN)])
}

/// As [`synced`], with a service that has been like this from the beginning.
fn odd(quirks: &[Quirk], policy: impl Fn(Policy) -> Policy) -> (Service, Intranet) {
    let service = Service::start(0, PEOPLE);
    for quirk in quirks {
        service.quirk(quirk.clone());
    }
    let intranet = intranet(&service, policy);
    (service, intranet)
}
