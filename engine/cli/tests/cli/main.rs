//! The program as other programs see it: what it prints, and how it ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod accounts;
mod approvals;
mod archive;
mod chart;
mod check;
mod components;
mod explain;
mod feed;
mod kit;
mod logins;
mod plans;
mod policy;
mod policy_diff;
mod policy_tests;
mod pseudonyms;
#[cfg(unix)]
mod pull_request;
mod recordings;
mod refusals;
mod sample;
mod saved;
mod schema;
mod sensitive;
mod snapshots;
mod state;
mod support;
mod trust;
mod undo;
mod usage;
