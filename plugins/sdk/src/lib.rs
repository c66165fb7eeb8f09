//! What an author needs to write a provider plugin for Muster.
//!
//! The crate knows nothing about the engine: it turns a [`Source`] into a
//! component that exports `muster:provider/provider` and hides how pages are
//! packed. A plugin is a crate of type `cdylib` **alone** with three files
//! beside its code: `plugin.toml`, `settings.schema.json` and `Cargo.toml`.
//! Its logic is tested natively with plain `cargo test`: there, every
//! capability answers what [`testing`] was given.
//!
//! `examples/hello` is a whole provider of a JSON service in 40 lines, with its
//! manifest and its tests; `muster provider new` makes a project of it. What the
//! crate offers for such a service: [`http::get`] sends a GET and makes a failure
//! of everything but success, [`json::People`] makes rows of records,
//! [`json::Rest`] knows the token of the next page and the service's count,
//! [`Batch::until`] goes on at a token or ends. Logging in is not among them: it
//! stands in the manifest, and the host holds secrets and tokens.
//!
//! Below is a source of another kind, a file, with all that a [`Source`] can say.
//!
//! ```
//! use muster_sdk::prelude::*;
//! use std::io::BufRead;
//!
//! #[derive(serde::Deserialize)]
//! struct Settings {
//!     separator: char,
//! }
//!
//! struct Lines {
//!     settings: Settings,
//!     wanted: Vec<String>,
//! }
//!
//! impl Source for Lines {
//!     type Settings = Settings;
//!
//!     fn open(settings: Settings) -> Result<Self, Failure> {
//!         Ok(Self { settings, wanted: Vec::new() })
//!     }
//!
//!     fn check(&mut self, _: &Scope) -> Vec<CheckStep> {
//!         vec![match files::open("people") {
//!             Ok(file) => CheckStep::ok("open the file", file.info().name),
//!             Err(failure) => CheckStep::failed("open the file", failure),
//!         }]
//!     }
//!
//!     fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
//!         Ok(vec![Attribute::single("name")])
//!     }
//!
//!     fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
//!         self.wanted = request.attributes;
//!         Ok(())
//!     }
//!
//!     fn next(&mut self) -> Result<Batch, Failure> {
//!         let mut rows = Rows::new(&self.wanted);
//!         let name = rows.column("name");
//!         let mut file = files::open("people")?;
//!         let mut line = String::new();
//!         while file.read_line(&mut line).map_err(Failure::from_io)? > 0 {
//!             if let Some((id, value)) = line.trim_end().split_once(self.settings.separator) {
//!                 let mut row = rows.add(Status::Active);
//!                 row.id(id);
//!                 if let Some(name) = name {
//!                     row.value(name, value);
//!                 }
//!             } else {
//!                 rows.problem("people.txt", "there is no separator", Subject::Nobody);
//!             }
//!             line.clear();
//!         }
//!         Ok(Batch::last(&mut rows, Coverage::complete().fact("end of file", "reached")))
//!     }
//! }
//!
//! # const MANIFEST: &str = "";
//! # const SCHEMA: &str = "{}";
//! # /*
//! muster_sdk::plugin!(Lines);
//! # */
//! # muster_sdk::plugin!(Lines, manifest = MANIFEST, settings = SCHEMA);
//! # muster_sdk::testing::file("people", "1:Anna\n2:Björn\n");
//! # let mut lines = Lines::open(Settings { separator: ':' }).unwrap();
//! # lines.start(muster_sdk::testing::request(&["name"])).unwrap();
//! # let batch = lines.next().unwrap();
//! # assert_eq!(muster_sdk::testing::rows(batch.page()).len(), 2);
//! ```
//!
//! `plugin.toml`, which the host reads without running the plugin:
//!
//! ```toml
//! name = "lines"
//! version = "0.1.0"
//! api = "muster:provider@0.1"
//! summary = "People from a text file"
//! memory_mib = 64                  # the default
//! delta = false                    # the default
//!
//! # The settings and secrets of a policy that grant something to the plugin.
//! [needs.files.people]
//! path = "path"
//!
//!
//! [needs.ldap.directory]
//! url = "url"
//! bind_dn = "bind_dn"
//! password = "bind_password"       # a secret
//! ca = "ca"
//! starttls = "starttls"
//! allow_plaintext = "allow_plaintext"
//!
//! [needs.http.api]
//! base_url = "base_url"
//! bearer = "token"                 # a secret
//! ca = "ca"
//!
//! [needs.sql.database]
//! url = "url"
//! user = "user"
//! password = "password"            # a secret
//! ca = "ca"
//! allow_plaintext = "allow_plaintext"
//! statement_timeout = "statement_timeout"
//! ```
//!
//! `settings.schema.json` is a JSON Schema of `provider.config` in the subset
//! `type`, `required`, `properties`, `additionalProperties`, `items`, `enum`,
//! `minimum`, `maximum`, `minLength`, `default`, `title`, `description`. The
//! host fills in the defaults before the plugin sees the settings.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)
)]

#[allow(unsafe_code, missing_docs, clippy::all, clippy::restriction)]
pub mod bindings;

mod check;
mod coverage;
mod failure;
pub mod files;
mod glue;
pub mod host;
pub mod http;
pub mod json;
pub mod ldap;
mod plugin;
pub mod report;
mod rows;
pub mod seen;
mod source;
pub mod sql;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
pub mod words;

pub use coverage::{Coverage, PartialReason};
pub use failure::{Failure, FailureKind};
#[doc(hidden)]
pub use glue::Component;
#[doc(hidden)]
pub use plugin::{Plugin, section};
pub use report::Report;
pub use rows::{
    BlockCause, Column, ColumnKind, Page, Problem, Removal, Row, Rows, Status, Subject,
};
pub use source::{
    Attribute, AttributeShape, Batch, CheckStep, Login, ReadFrom, ReadRequest, Scope, Source,
    StepResult,
};

/// Everything that a plugin usually names.
pub mod prelude {
    pub use crate::{
        Attribute, AttributeShape, Batch, BlockCause, CheckStep, ColumnKind, Coverage, Failure,
        FailureKind, PartialReason, ReadFrom, ReadRequest, Removal, Rows, Scope, Source, Status,
        StepResult, Subject, files, host, http, json, ldap, sql,
    };
}
