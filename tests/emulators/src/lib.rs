//! Stateful emulators of identity providers that have no server to install.
//!
//! Each follows its vendor's documented behaviour, the awkward parts included:
//! paging, throttling, tokens that expire, rights that are missing, lists that
//! lag behind. They know nothing about Muster. What they prove is bounded by how
//! true they are, so they are judged themselves: by the vendors' own client
//! libraries, and by the vendors' specifications in a validating proxy.
//!
//! One module per vendor: [`google`], [`graph`], [`okta`], [`scim`]. [`server`] is
//! what they share: a loopback server that remembers what it was asked and
//! misbehaves when it is told to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test harness: what cannot be set up ends the test"
)]

pub mod google;
pub mod graph;
pub mod okta;
pub mod scim;
pub mod server;
pub mod stand_in;
