//! (policy, snapshot, accounts) to a plan.
//!
//! Pure: this crate knows nothing about files, networks, clocks, randomness or
//! databases. The instant, the next account number and everything else that a
//! plan depends on are handed in with [`Context`]; the same input gives the same
//! bytes, in whatever order and on whatever pages the entries come.
//!
//! Entry point: make an [`AccountTable`], give it and the policy to a
//! [`Planner`], feed it pages while the source is being read, and call
//! [`Planner::finish`] with the read's coverage.
//!
//! Reading order: `accounts` is what we compare with; `planner` takes the pages
//! in and decides person by person, with `desired` for fields and `blocking` for
//! block reasons; `finish` settles what can only be known at the end, with
//! `claims` for usernames as a set, `renames` for likely renames and `guards`
//! for limits; `digest` names the snapshot.
//!
//! INVARIANT: nobody is blocked for absence unless [`Coverage::proves_absence`]
//! (muster_model) says so. INVARIANT: only the directory's own accounts are
//! changed.

mod accounts;
mod blocking;
mod changes;
mod claims;
mod context;
mod desired;
mod digest;
mod finish;
mod guards;
mod planner;
mod renames;
#[cfg(test)]
mod testing;
mod words;

pub use accounts::{AccountTable, TooLarge};
pub use context::Context;
pub use planner::Planner;
