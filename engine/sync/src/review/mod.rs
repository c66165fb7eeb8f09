//! What people do to a plan between preview and apply: hold somebody back, let it
//! past a guard. Each gives another plan, with a record of who did it.
//!
//! A reviewer takes away from a plan, and can add nothing to it.

mod approval;
mod hold;
mod past;

pub use approval::{Approved, Idle, Lacking, counted, lacking};
pub use hold::{NoHold, hold};
pub use past::{NoOverride, let_past};

use jiff::Timestamp;

/// Who does something to a plan, and when.
#[derive(Clone, Debug)]
pub struct Reviewer {
    /// The operating system's user, or what the operator named instead.
    pub name: String,
    /// When.
    pub now: Timestamp,
}
