//! Plugins on the real engine: those that behave, and those that do not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod common;
mod files;
mod formats;
mod grants;
mod hostile;
mod interrupted;
mod loading;
mod login;
mod probed;
mod versions;
