//! Everything that tests of the whole need: throw-away directory servers, the
//! `muster` program in a folder of its own, and the policies between them.
//!
//! This crate knows nothing about how Muster works inside: it starts programs
//! and reads what they print. Servers bind to loopback, on ports that the
//! kernel chose, and end with the value that started them, even if a test
//! panics.
//!
//! Reading order: [`program`] runs a command with a time limit; [`tree`] is a
//! small directory as data, [`crowd`] a large one; [`authority`] signs
//! certificates; [`slapd`], [`samba`], [`controller`] and by night [`ds389`] serve them, [`postgres`] serves
//! tables, [`client`] changes what they
//! hold, [`proxy`] stands between; [`registry`] keeps packages of plugins, [`components`] are some;
//! [`judges`] are the vendors' own words on the emulators;
//! [`policy`] writes a policy for a server, [`muster`] runs the product and [`intranet`] reads what
//! came of it.
//!
//! A helper that fails panics with what it tried: a test cannot go on without
//! its server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test harness: what cannot be set up ends the test"
)]

pub mod authority;
pub mod client;
pub mod components;
pub mod controller;
pub mod crowd;
pub mod ds389;
pub mod intranet;
pub mod judges;
pub mod muster;
pub mod policy;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod registry;
pub mod samba;
pub mod slapd;
pub mod tree;

pub use authority::Authority;
pub use client::Client;
pub use ds389::Ds389;
pub use intranet::Intranet;
pub use muster::{Muster, Output};
pub use policy::Policy;
pub use postgres::Postgres;
pub use registry::Registry;
pub use samba::Samba;
pub use slapd::Slapd;
pub use tree::{Group, Person, Tree};
