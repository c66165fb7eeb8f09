//! Accounts, audit, runs and cursors behind one trait.
//!
//! This crate knows nothing about policies, plugins or plans' reasons: it keeps
//! what it is given, all of it or none.
//!
//! Reading order: [`contract`] says what a store promises; [`memory`] is the
//! plain implementation, and the oracle for all others; [`json`] is an account
//! as other programs see it.

pub mod contract;
pub mod json;
pub mod memory;

pub use contract::{Commit, Receipt, Store, StoreError};
pub use json::AccountJson;
pub use memory::MemoryStore;
