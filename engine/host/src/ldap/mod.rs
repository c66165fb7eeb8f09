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
//!   bound. The protocol sends an entry in one message, and groups of a million
//!   members exist: a message may have 1 GiB (the ldap crate has no limit).
//!
//! How it hangs together: [`dial`] opens the wire and puts the [`tap`] on it;
//! [`connection`] keeps it on a thread of its own; [`reader`] runs a search with
//! the ldap crate, while its entries fall into a [`sink`]; [`whole`] fetches
//! what servers hold back.

mod address;
mod ber;
mod bind;
mod block;
mod connection;
mod controls;
mod dial;
mod failure;
mod names;
mod paging;
mod pair;
mod reader;
mod refresh;
mod search;
mod sentences;
mod sink;
mod starttls;
mod tap;
mod tls;
mod verify;
mod whole;

pub use address::{Address, Security};
pub use block::{Change, Entries, IdSet, State};
pub use connection::Connection;
pub use dial::{Patience, Settings};
pub use failure::{Failure, Kind};
pub use search::{DirSync, Feed, Mode, Outcome, Query, Scope, Search};
pub use tls::Trust;
pub(crate) use tls::refusal as tls_refusal;
pub use verify::{Verdict, verify};

#[cfg(test)]
mod tests;
