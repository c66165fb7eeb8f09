//! Google Workspace, from the first token to the last account, against the
//! emulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod checking;
mod judges;
mod outages;
mod people;
mod scope;
mod workspace;
