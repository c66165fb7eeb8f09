//! Texts in, policies and diagnostics out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod blocking;
mod expressions;
mod files;
mod fixtures;
mod formatting;
mod functions;
mod lints;
mod pages;
mod policies;
mod references;
mod robust;
mod schema;
mod transforms;
