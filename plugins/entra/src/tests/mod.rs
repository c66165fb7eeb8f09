//! The plugin against the emulator, without sockets. Tests are named after what
//! a naive connector gets wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod agrees;
mod checks;
mod deltas;
mod names;
mod paging;
mod reading;
mod refusals;
mod reported;
mod world;
