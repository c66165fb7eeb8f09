//! What people read before a sync is run, and after.
//!
//! This crate knows nothing about files, networks, plugins, databases or
//! terminals: texts, snapshots and stores are handed in, and what it makes of them
//! is data, or text.
//!
//! Everything here goes through `muster_sync::preview`: what a test, a comparison
//! or an explanation says of a person is what a plan would do to them.

pub mod accounts;
pub mod cases;
pub mod effect;
pub mod explain;
pub mod image;
pub mod patterns;
pub mod people;
pub mod report;
pub mod words;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod testing;
