//! Delivers nothing at all.
use muster_sdk::Failure;

muster_hostile::hostile!("never_begins", |_, _| Err(Failure::unavailable(
    "the source is down"
)));
