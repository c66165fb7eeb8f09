//! The tests of the example policies, and whether they would notice if a policy
//! was changed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod disk;
mod examples;
mod mutation;
mod readme;
