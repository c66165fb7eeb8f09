//! The nouns of Muster: entries, accounts, snapshots, plans, runs. Pure data.
//!
//! This crate knows nothing about files, networks, clocks, WebAssembly,
//! policies or databases. Everything else in the engine is written in its
//! words, so each word stands here once.
//!
//! Reading order: [`ids`] and [`username`] name people; [`value`] is what a
//! field holds; [`mod@read`] is what a provider was asked for, [`page`] what it
//! delivered and [`coverage`] how much it proves, [`group_pattern`] stands for
//! groups by their names; [`account`] is what the intranet holds, [`memory`] what
//! sync remembers of it; [`plan`] is what is to change, [`upcoming`] what will
//! change later, [`seats`] how many licences are left, [`review`] what people did to
//! a plan, and [`run`] what was done; [`mod@sensitive`] is what of it nobody is shown.

pub mod account;
pub mod coverage;
pub mod dn;
pub mod group_pattern;
pub mod ids;
pub mod memory;
pub mod page;
pub mod place;
pub mod plan;
pub mod read;
pub mod review;
pub mod run;
pub mod seats;
pub mod sensitive;
pub mod upcoming;
pub mod username;
pub mod value;

pub use account::{Account, AccountStatus, AccountView, BlockReason, Owner};
pub use coverage::{Coverage, Evidence, PartialReason};
pub use group_pattern::GroupPattern;
pub use ids::{AccountId, DirectoryName, ExternalId, FieldName, RunId, StateVersion};
pub use memory::{Memory, Missing, Pending};
pub use page::{BlockCause, EntryView, Page, Problem, Removal, SourceStatus, Subject};
pub use plan::{
    Action, Bindings, Cause, Change, Fault, FieldChange, Finding, GuardResult, Plan, PolicyLine,
    Reason, TextPrint,
};
pub use read::{CursorKept, ReadKind, ReadNote, ReadReason};
pub use review::{Approval, HeldPerson, Hold, Overriding, Review};
pub use run::{Actor, AuditRecord, DirectoryRecord, FeedRecord, Proof, Run, RunOutcome, Unsettled};
pub use seats::{Forecast, Licences};
pub use sensitive::{MASK, Revealed, SensitiveFields};
pub use upcoming::Upcoming;
pub use username::{Username, UsernameKey};
pub use value::{Value, ValueView};
