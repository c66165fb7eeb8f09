//! The LDAP capability: one bound connection to one server, and searches on it.
//!
//! Entry points are [`Connection::new`], [`Connection::search`] and [`verify`].
//! Knows nothing about WebAssembly, people or policies.
//!
//! INVARIANTS
//! - A password is never sent in clear text unless the settings say
//!   `allow_plaintext: true`, and never empty; StartTLS never falls back.
//! - What the server *says* of a search (any result code) is its [`Outcome`]
//!   and comes after the entries; only what breaks the conversation is a
//!   [`Failure`], and it comes after the entries that were received before.
//! - An entry is delivered with all values of an attribute or not at all: value
//!   ranges (`member;range=0-1499`) are completed here.
//! - Between the socket and the caller stand at most a page and a few blocks.
//!   A search without paging is read as fast as the server sends it and has no
//!   bound; nor has a single message: the protocol sends an entry in one
//!   message, and groups of a million members exist.

mod address;
mod bind;
mod block;
mod connection;
mod dial;
mod failure;
mod names;
mod paging;
mod reader;
mod search;
mod sentences;
mod tls;
mod verify;

pub use address::{Address, Security};
pub use block::Entries;
pub use connection::Connection;
pub use dial::{Patience, Settings};
pub use failure::{Failure, Kind};
pub use search::{Outcome, Query, Scope, Search};
pub use tls::Trust;
pub use verify::{Verdict, verify};

#[cfg(test)]
mod tests;
