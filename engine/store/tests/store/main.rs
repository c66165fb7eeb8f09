//! Tests of what a store promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

mod child;
mod conformance;
mod crash;
mod damage;
mod equal;
mod export;
mod folder;
mod generations;
mod room;
