//! Microsoft Entra ID: its token endpoint, and of Microsoft Graph v1.0 what reads
//! people, groups and their changes.
//!
//! Follows Microsoft's documentation of `user-list`, `group-list-transitivemembers`,
//! `directory-deleteditems-list`, `delta-query-overview`, `json-batching`, `errors`
//! and `certificate-credentials`. [`Graph`] is the tenant with the ways to change
//! it; [`Graph::start`] serves it, [`Graph::answer`] answers without a socket.

mod batch;
mod delta;
mod error;
mod groups;
mod lists;
mod login;
mod people;
mod properties;
mod query;
mod route;
mod shell;
mod tenant;
mod wire;

pub use login::Client;
pub use tenant::Tenant;
pub use wire::{Ask, Reply};

use crate::server::Server;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One tenant, and the server in front of it.
#[derive(Debug)]
pub struct Graph {
    tenant: Arc<Mutex<Tenant>>,
    /// The requests, and what to do in place of an honest answer.
    pub server: Server,
}

impl Graph {
    /// Serves a tenant; see [`Tenant::new`].
    pub fn start(tenant: Tenant) -> Self {
        Self::start_on(0, tenant)
    }

    /// As [`Graph::start`], on a port of one's choice.
    pub fn start_on(port: u16, tenant: Tenant) -> Self {
        let tenant = Arc::new(Mutex::new(tenant));
        let server = Server::start(port, |_| shell::routes(tenant.clone()));
        Self { tenant, server }
    }

    /// Where Graph is, and the token endpoint too.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The tenant, to look at and to change.
    pub fn tenant(&self) -> MutexGuard<'_, Tenant> {
        self.tenant.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
