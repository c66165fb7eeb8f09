//! What a plugin may call, and what the policy lets it reach.
//!
//! INVARIANT: everything here looks up the [`Grants`] first; there is no other
//! way from a plugin to a file or a network.

pub(crate) mod files;
mod host;
mod http;
pub(crate) mod ldap;
mod log;
pub(crate) mod sql;
mod text;
mod through;

use crate::binding::Secret;
use crate::bindings::types::Failure;
use crate::calls::Tapping;
use crate::failure::{FailureKind, failed_hint};
use crate::grants::{Grant, Grants};
use crate::http::Client;
use crate::instance::State;
use crate::ldap::Connection;
use crate::limits::Limits;
use crate::sql::Database;
use ldap::Password;
use log::LogBook;
use std::collections::BTreeMap;
use std::sync::Arc;
use wasmtime::component::{Resource, ResourceTable};

/// The capabilities of one instance.
pub(crate) struct Capabilities {
    pub log: LogBook,
    table: ResourceTable,
    grants: Arc<Grants>,
    now_ms: u64,
    /// One connection for all searches of a need.
    connections: BTreeMap<String, Arc<Connection>>,
    /// One snapshot for all queries of a need.
    databases: BTreeMap<String, Arc<Database>>,
    /// Shared by all instances of the run.
    http: Arc<Client>,
    pub tapping: Tapping,
}

impl Capabilities {
    pub fn new(
        plugin: &str,
        grants: Arc<Grants>,
        http: Arc<Client>,
        now_ms: u64,
        limits: &Limits,
        tapping: Tapping,
    ) -> Self {
        Self {
            log: LogBook::new(plugin, limits),
            table: ResourceTable::new(),
            http,
            grants,
            now_ms,
            connections: BTreeMap::new(),
            databases: BTreeMap::new(),
            tapping,
        }
    }

    /// Makes a handle of a password.
    pub fn hold(&mut self, password: &Secret) -> wasmtime::Result<Resource<Password>> {
        Ok(self.table.push(Password(password.clone()))?)
    }

    /// Forgets a password.
    pub fn let_go(&mut self, password: Resource<Password>) -> wasmtime::Result<()> {
        self.table.delete(password)?;
        Ok(())
    }
}

/// Looks up what the policy granted for a need.
pub(crate) fn granted<'a, T>(
    grants: &'a BTreeMap<String, Grant<T>>,
    kind: &str,
    need: &str,
) -> Result<&'a T, Failure> {
    match grants.get(need) {
        Some(Grant::Bound(granted)) => Ok(granted),
        Some(Grant::Open { setting }) => Err(failed_hint(
            FailureKind::Denied,
            format!("the policy grants the plugin no `{need}` ({kind})"),
            format!("add to the policy: `provider.config.{setting}`"),
        )),
        None => Err(failed_hint(
            FailureKind::Denied,
            format!("the plugin asked for `{need}` ({kind}), which its manifest does not name"),
            format!("its author must declare `[needs.{kind}.{need}]` in `plugin.toml`"),
        )),
    }
}

impl crate::bindings::types::Host for State {}

impl crate::bindings::people::Host for State {}
