//! LDAP servers that the policy named: from the interface to [`crate::ldap`].

use super::granted;
use super::through::nobody;
use crate::binding::Secret;
use crate::bindings::ldap as wit;
use crate::bindings::types::Failure;
use crate::calls::{Call, Searching};
use crate::failure::{FailureKind, failed};
use crate::instance::State;
use crate::ldap::{
    Change, Connection, DirSync, Entries, Failure as LdapFailure, Feed, IdSet, Kind, Mode, Outcome,
    Query, Scope, Search, State as EntryState, Verdict, verify,
};
use std::sync::Arc;
use wasmtime::component::Resource;

/// A password on its way to a server. The plugin holds a handle and never sees
/// the text.
pub struct Password(pub(crate) Secret);

/// A search that a plugin has open.
pub struct OpenSearch {
    number: u32,
    /// None if a tap answers in the server's place.
    search: Option<Search>,
}

impl wit::Host for State {
    async fn open(
        &mut self,
        connection: String,
        query: wit::Query,
    ) -> wasmtime::Result<Result<Resource<OpenSearch>, Failure>> {
        let number = self.capabilities.tapping.number();
        let (need, query) = (connection, asked(query));
        let (connection, asked) = (need.clone(), query.clone());
        let mut search = None;
        let begun = self.through(
            || Call::Search {
                search: number,
                connection,
                query: asked,
            },
            async |state| {
                let connection = state.connection(&need)?;
                let begun = connection.search(query).await;
                search = Some(begun.map_err(|failure| told(&failure))?);
                Ok(Searching)
            },
        );
        Ok(match begun.await {
            Ok(Searching) => Ok(self
                .capabilities
                .table
                .push(OpenSearch { number, search })?),
            Err(failure) => Err(failure),
        })
    }

    async fn server(&mut self, connection: String) -> wasmtime::Result<Result<String, Failure>> {
        let need = connection.clone();
        let server = self.through(
            || Call::Server { connection },
            async |state| {
                let connection = state.connection(&need)?;
                connection.server().await.map_err(|failure| told(&failure))
            },
        );
        Ok(server.await)
    }

    async fn verify(
        &mut self,
        connection: String,
        dn: String,
        secret: Resource<Password>,
    ) -> wasmtime::Result<Result<wit::Verdict, Failure>> {
        let secret = self.capabilities.table.get(&secret)?.0.clone();
        let (need, name) = (connection.clone(), dn.clone());
        let verdict = self.through(
            || Call::Verify { connection, dn },
            async |state| {
                let grants = state.capabilities.grants.clone();
                let settings = granted(&grants.ldap, "ldap", &need)?;
                let verdict = verify(settings, &name, secret.reveal()).await;
                verdict.map_err(|failure| told(&failure))
            },
        );
        Ok(verdict.await.map(judged))
    }
}

impl State {
    fn connection(&mut self, need: &str) -> Result<Arc<Connection>, Failure> {
        if let Some(connection) = self.capabilities.connections.get(need) {
            return Ok(connection.clone());
        }
        let settings = granted(&self.capabilities.grants.ldap, "ldap", need)?;
        let connection = Connection::new(settings.clone()).map_err(|failure| told(&failure))?;
        let connection = Arc::new(connection);
        self.capabilities
            .connections
            .insert(need.to_owned(), connection.clone());
        Ok(connection)
    }
}

impl wit::HostSearch for State {
    async fn next(
        &mut self,
        search: Resource<OpenSearch>,
    ) -> wasmtime::Result<Result<wit::Entries, Failure>> {
        let number = self.capabilities.table.get(&search)?.number;
        let block = self.through(
            || Call::Entries { search: number },
            async |state| {
                let open = state.capabilities.table.get_mut(&search);
                let open = open.ok().and_then(|open| open.search.as_mut());
                let block = open.ok_or_else(nobody)?.next().await;
                block.map_err(|failure| told(&failure))
            },
        );
        Ok(block.await.map(packed))
    }

    async fn drop(&mut self, search: Resource<OpenSearch>) -> wasmtime::Result<()> {
        self.capabilities.table.delete(search)?;
        Ok(())
    }
}

impl wit::HostPassword for State {
    async fn drop(&mut self, password: Resource<Password>) -> wasmtime::Result<()> {
        self.capabilities.table.delete(password)?;
        Ok(())
    }
}

fn asked(query: wit::Query) -> Query {
    Query {
        base: query.base,
        scope: match query.scope {
            wit::Scope::Base => Scope::Base,
            wit::Scope::One => Scope::One,
            wit::Scope::Sub => Scope::Sub,
        },
        filter: query.filter,
        attributes: query.attributes,
        page_size: query.page_size,
        mode: match query.mode {
            wit::Mode::Plain => Mode::Plain,
            wit::Mode::WithDeleted => Mode::WithDeleted,
            wit::Mode::DirSync(wit::DirSync { options, cookie }) => {
                Mode::DirSync(DirSync { options, cookie })
            }
            wit::Mode::Refresh(cookie) => Mode::Refresh(cookie),
        },
    }
}

fn packed(block: Entries) -> wit::Entries {
    wit::Entries {
        columns: block.columns.to_vec(),
        data: block.data,
        value_ends: block.value_ends,
        cell_ends: block.cell_ends,
        continued: block.continued,
        states: block.states.into_iter().map(stated).collect(),
        sets: block.sets.into_iter().map(named).collect(),
        end: block.end.map(ended),
    }
}

fn ended(outcome: Outcome) -> wit::Outcome {
    wit::Outcome {
        code: outcome.code,
        matched_dn: outcome.matched_dn,
        message: outcome.message,
        references: outcome.references,
        pages: outcome.pages,
        exhausted: outcome.exhausted,
        feed: outcome.feed.map(fed),
    }
}

fn fed(feed: Feed) -> wit::Feed {
    wit::Feed {
        cookie: feed.cookie,
        more: feed.more,
        absent_are_gone: feed.absent_are_gone,
    }
}

fn stated(state: EntryState) -> wit::State {
    wit::State {
        change: match state.change {
            Change::Present => wit::Change::Present,
            Change::Add => wit::Change::Add,
            Change::Modify => wit::Change::Modify,
            Change::Delete => wit::Change::Delete,
        },
        uuid: state.uuid.to_vec(),
    }
}

fn named(set: IdSet) -> wit::IdSet {
    wit::IdSet {
        deleted: set.deleted,
        uuids: set.uuids,
    }
}

fn judged(verdict: Verdict) -> wit::Verdict {
    match verdict {
        Verdict::Accepted => wit::Verdict::Accepted,
        Verdict::WrongPassword => wit::Verdict::WrongPassword,
        Verdict::Disabled => wit::Verdict::Disabled,
        Verdict::Locked => wit::Verdict::Locked,
        Verdict::Expired => wit::Verdict::Expired,
        Verdict::MustChange => wit::Verdict::MustChange,
        Verdict::UnknownUser => wit::Verdict::UnknownUser,
        Verdict::Refused => wit::Verdict::Refused,
    }
}

fn told(failure: &LdapFailure) -> Failure {
    let kind = match failure.kind() {
        Kind::Config => FailureKind::Config,
        Kind::Auth => FailureKind::Auth,
        Kind::Denied => FailureKind::Denied,
        Kind::Unavailable => FailureKind::Unavailable,
        Kind::Data => FailureKind::Data,
        Kind::Drifted => FailureKind::Drifted,
        Kind::Unsupported => FailureKind::Unsupported,
        Kind::Internal => FailureKind::Internal,
    };
    Failure {
        hint: failure.hint(),
        ..failed(kind, failure.to_string())
    }
}
