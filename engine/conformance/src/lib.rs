//! Holds a provider plugin to what it promises.
//!
//! Knows nothing about policies, accounts or plans: it knows what a plugin may
//! and must do, makes up people, has them served, and looks at what comes out.
//! [`Case`] says how a plugin is tried, [`run`] tries it, [`Report`] is what came
//! of it.
//!
//! INVARIANTS
//! - The suite knows the truth: whoever is lost, doubled, garbled or made up by a
//!   plugin is named.
//! - The same component and the same case are tried in the same way: people,
//!   faults and their places do not depend on chance.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod case;
mod check;
mod people;
mod report;
mod source;
mod stage;
mod suite;
mod truth;

pub use case::{Case, CaseError};
pub use check::{CHECKS, Check};
pub use report::{Checked, Finding, Report, Verdict, json, junit, listing, text};
pub use source::SourceError;
pub use stage::Trouble;
pub use suite::{Large, Options, run};
