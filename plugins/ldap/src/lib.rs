//! People from an LDAP directory: Active Directory, OpenLDAP, 389 Directory
//! Server and others.
//!
//! The plugin knows nothing about policies or accounts, and nothing about
//! sockets, TLS and logins, which are the host's: it turns entries into people,
//! and says how far the read can be believed.
//!
//! Reading order: [`settings`] is what the operator says, [`context`] what the
//! server says of itself ([`root`], [`schema`]); [`read`] is one read from the
//! first question to the last page, [`groups`] finds who is in scope, [`people`]
//! makes rows of entries with [`mapping`] and [`status`], [`missing`] asks after
//! members whom nobody found, [`tally`] tells at the end what the read proves;
//! [`feed`] is what the server offers to find changes by, [`changed`] the read of
//! them;
//! [`check`] goes the same way for an operator who asks, and [`login`] tries a
//! person's password.
//!
//! INVARIANTS
//! - Names are compared by [`dn`], never by text.
//! - The server is asked for what the request names and what is needed to
//!   identify people and to judge their status and membership, for nothing else.
//! - A name that the server's schema does not know stops the read before its
//!   first row: a typo must not empty a field for everybody.
//! - Members are kept as digests, and no list of a group is held as text.
//! - A read is complete only if every base was there, every search came to its
//!   last page, every syncing group was found and read, every reported group that
//!   is there could be read, somebody was found, and no member may exist unseen.

mod attributes;
mod bases;
mod changed;
mod check;
mod columns;
mod context;
mod directory;
mod dn;
mod feed;
mod filter;
mod groups;
mod guid;
mod login;
mod mapping;
mod missing;
mod outcome;
mod people;
mod read;
mod record;
mod root;
mod schema;
mod settings;
mod status;
mod tally;
#[cfg(test)]
mod tests;
mod time;

use muster_sdk::Login;
use muster_sdk::ldap::{Password, Verdict};
use muster_sdk::prelude::*;
use read::Read;
use root::Root;
use schema::Schema;
use settings::Settings;

/// One directory.
pub struct Directory {
    settings: Settings,
    read: Option<Read>,
}

impl Source for Directory {
    type Settings = Settings;

    fn open(settings: Settings) -> Result<Self, Failure> {
        settings.check()?;
        Ok(Self {
            settings,
            read: None,
        })
    }

    fn check(&mut self, scope: &Scope) -> Vec<CheckStep> {
        check::check(&self.settings, scope)
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        let root = Root::read(&self.settings)?;
        Ok(attributes::list(&Schema::read(root.subschema.as_deref())?))
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        self.read = None;
        self.read = Some(Read::start(&self.settings, &request)?);
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        let read = self.read.as_mut();
        read.ok_or_else(|| Failure::internal("no read was begun"))?
            .next()
    }
}

impl Login for Directory {
    fn authenticate(&mut self, id: &str, password: Password<'_>) -> Result<Verdict, Failure> {
        login::authenticate(&self.settings, id, password)
    }
}

muster_sdk::plugin!(Directory);
