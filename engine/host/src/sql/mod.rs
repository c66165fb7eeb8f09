//! The SQL capability: one login at one PostgreSQL server, one snapshot, and
//! the answers to queries in packed blocks.
//!
//! Entry point is [`Database`]. Knows nothing about WebAssembly, people or
//! policies.
//!
//! INVARIANTS
//! - Everything happens in one transaction that the server itself keeps from
//!   writing (READ ONLY), and in which all queries see one snapshot (REPEATABLE
//!   READ). It is never committed.
//! - A query is one statement that gives rows: it is prepared before it runs,
//!   and a text of several statements cannot be prepared.
//! - Rows are fetched through a portal, batch by batch: between the server and
//!   the caller stand at most two batches, whatever the number of rows.
//! - A password is sent in clear text to no server but one on this machine,
//!   unless the settings say `allow_plaintext: true`.

mod connect;
mod database;
mod failure;
mod instant;
mod need;
mod pack;
mod settings;
mod statement;
mod worker;

pub(crate) use database::Database;
pub use failure::Failure;
pub use need::SqlNeed;
pub use pack::{Column, Rows};
pub(crate) use settings::{Protection, Settings};
pub use worker::Answer;
