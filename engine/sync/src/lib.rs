//! The run: read, plan, guard, apply, record.
//!
//! This crate knows nothing about WebAssembly, sled, files or terminals: the
//! source is a [`Source`], the state a `muster_store::Store`, the plan file a row
//! of bytes.
//!
//! Reading order: [`course`] decides between a source's feed and everything,
//! [`plan()`] reads accordingly, and [`preview`] compares: they write nothing, no
//! writer is in their reach. [`apply`] takes a plan and writes exactly that, in one atomic
//! commit, and [`prove`] plans once more to see that nothing is left to do. [`plan_file`] seals a plan on its way between the two. [`admin`] is
//! what administrators do by hand.

pub mod admin;
mod apply;
mod chart;
mod drift;
mod edits;
mod feed;
mod few;
mod memory;
pub mod plan_file;
mod preview;
mod proof;
mod reading;
mod record;
pub mod review;
pub mod snapshot;
mod source;
pub mod standing;
pub mod undo;

pub use apply::{ApplyContext, ApplyRefused, PlanOrigin, apply};
pub use feed::{Course, Situation, Somebody, Wanted, course};
pub use preview::{PreviewContext, PreviewError, Progress, Silent, preview, preview_watched};
pub use proof::prove;
pub use reading::{ReadStart, Sources, plan};
pub use record::{people_named, record_outcome};
pub use source::{Delivery, FailureKind, Source, SourceFailed};
