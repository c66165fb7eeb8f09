//! Accounts, audit, runs and cursors behind one trait.
//!
//! This crate knows nothing about policies, plugins or plans' reasons: it keeps
//! what it is given, all of it or none.
//!
//! Reading order: [`contract`] says what a store promises; [`memory`] is the
//! plain implementation, and the oracle for all others; [`sled`] keeps a state
//! folder, under a [`lock`]; [`json`] is an account as other programs see it;
//! [`export`] and [`import`] are the way out and back in; [`check`] looks
//! whether a store agrees with itself.

pub mod check;
#[doc(hidden)]
pub mod conformance;
pub mod contract;
pub mod export;
pub mod import;
pub mod json;
pub mod lock;
pub mod memory;
mod record;
pub mod sled;

pub use check::{Report, check};
pub use contract::{Commit, Contents, Population, Receipt, Store, StoreError};
pub use export::{Counts, ExportError, export};
pub use import::{BadLine, ImportError, import};
pub use json::AccountJson;
pub use lock::{Holder, Opening};
pub use memory::MemoryStore;
pub use sled::SledStore;
