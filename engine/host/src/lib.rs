//! Runs provider plugins: WebAssembly components that read people from a source.
//!
//! Knows nothing about policies, accounts or plans: it gives a plugin its
//! settings and exactly the files and servers that those settings name, and
//! hands out checked pages. Start with [`Host::new`], [`Plugin::load`],
//! [`Plugin::bind`], then ask the [`Bound`] plugin to [check](Bound::check)
//! itself or to [read](Bound::read).
//!
//! INVARIANTS
//! - A plugin reaches nothing but [capabilities](capability) that its manifest
//!   asks for *and* the policy's settings grant.
//! - What a plugin delivers becomes a [`muster_model::Page`] only after the
//!   [border](border) has checked it; a claim of completeness that does not fit
//!   what was seen is weakened there.
//! - Every question runs in a fresh instance. After a trap, a limit or a breach
//!   the instance is dropped; the process and the other plugins live.
//! - The same input gives the same pages: a plugin sees one instant of time and
//!   no randomness.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)
)]

mod binding;
mod bindings;
mod border;
mod bound;
pub mod calls;
mod cancel;
mod capability;
mod crash;
mod failure;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod grants;
mod host;
mod http;
mod inspect;
mod instance;
pub mod ldap;
mod limits;
mod load_error;
mod manifest;
mod memory;
mod meter;
mod octets;
mod offer;
mod plugin;
mod questions;
mod read_error;
mod reader;
mod reading;
mod request;
mod settings;
mod sheet;
mod sql;
mod ticker;
mod waiting;
mod words;

pub use binding::{BindError, Binding, Secret};
pub use border::Breach;
pub use bound::Bound;
pub use cancel::Cancel;
pub use crash::Crash;
pub use failure::{Failure, FailureKind};
pub use grants::{Answer, Granted, Reach};
pub use host::{Host, HostConfig, HostError};
pub use http::{CertificateFault, EndpointFault, IdentityFault, KeyFault};
pub use inspect::{FileFault, ImportFault};
pub use instance::OpenError;
pub use limits::Limits;
pub use load_error::LoadError;
pub use manifest::{
    Algorithm, FileNeed, HttpNeed, LdapNeed, LoginWay, ManifestError, Needs, RetryOn, SendSecret,
    Template,
};
pub use plugin::{About, Origin, Plugin, PluginFile, bundled, component, is_file};
pub use questions::{
    Attribute, AttributeShape, AttributesError, CheckError, CheckStep, LoginError, StepResult,
};
pub use read_error::{ReadError, StartError};
pub use reader::{Delivery, Reader};
pub use request::{ReadFrom, ReadRequest, Scope};
pub use settings::SettingProblem;
pub use sheet::{Need, NeedKind, SecretUse};
pub use sql::{Column as SqlColumn, Failure as SqlFailure, Rows as SqlRows, SqlNeed};
pub use words::chain;
