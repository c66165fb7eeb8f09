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
//! in and decides person by person, with `mapper` and `desired` for fields,
//! `references` and `merges` for what only the end can tell of them, `blocking` for
//! block reasons and `grace` for those who may still come back; `finish` settles
//! what can only be known at the end: `problems` with the data, `renames` that are
//! likely, who was `recreated`, accounts to `adopt`, who is `missing`, `names` as a
//! set by their `claims`, who of the `queue` gets one of the `licences`, and whom
//! references mean: `answers` among all `targets`, and the `circles` that they make;
//! `pins` and `exceptions` are what somebody decided about single people. Then
//! `changes` are built, `guards` and `seats` measure them, and `upcoming` tells
//! what time will change, looking `ahead`; `digest` names the snapshot. `watch` is a
//! window: it shows what was seen of some people, and steers nothing.
//!
//! INVARIANT: nobody is blocked for absence unless [`Coverage::proves_absence`]
//! (muster_model) says so. INVARIANT: only the directory's own accounts are
//! changed, and those that it adopts; of two that may be meant, none is.

mod accounts;
mod adopt;
mod ahead;
mod answers;
mod blocking;
mod changes;
mod circles;
mod claims;
mod context;
mod desired;
mod digest;
mod edits;
mod exceptions;
mod finish;
mod grace;
mod guards;
mod identifiers;
mod keys;
mod licences;
mod mapper;
mod merges;
mod missing;
mod names;
mod pins;
mod planner;
mod problems;
mod queue;
mod recreated;
mod references;
mod renames;
mod seats;
pub mod subtract;
mod targets;
#[cfg(test)]
mod testing;
mod upcoming;
mod watch;
mod words;

pub use accounts::{AccountTable, Counts, TooLarge};
pub use context::Context;
pub use finish::{reasons, summary};
pub use guards::guards_of;
pub use planner::Planner;
pub use renames::knows_people_by_look;
pub use watch::{
    Course, DecidedByName, Deed, Fate, Found, Presence, Scoped, Shift, Sight, Wanted, Watch,
    Watched, Why, wanted,
};
