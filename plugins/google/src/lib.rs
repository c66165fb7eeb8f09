//! People from Google Workspace, by the Directory API of the Admin SDK.
//!
//! The plugin knows nothing about policies or accounts, and nothing about
//! tokens, TLS and throttles that end, which are the host's: it turns users
//! into people, and says how far the read can be believed.
//!
//! Reading order: [`settings`] is what the operator says, [`attributes`] what a
//! policy may name, out of the [`catalogue`]; [`api`] asks and [`refusal`] understands what Google says in
//! place of an answer; [`groups`] lists members, [`roster`] makes of them who is
//! expected, [`units`] are the other half of the scope; [`people`] makes rows of
//! users, with [`photos`]; [`read`] is one read from the first group to the last
//! page, [`cursor`] where it goes on, [`tally`] what it proves; [`check`] goes
//! the same way for an operator who asks, with [`schemas`] and [`clock`].
//!
//! INVARIANTS
//! - Whoever is expected is met, asked for, or a reason why the read proves
//!   nothing: lists move while they are read.
//! - A 403 is never taken for one thing: Google throttles with it, too.
//! - An empty list is believed only if the answer says that it is a list.
//! - A name that leads nowhere stops the read before its first row: a typo must
//!   not empty a field for everybody.
//! - Nobody is delivered twice, and a user who was delivered is not delivered as
//!   deleted in the same read.

mod api;
mod attributes;
mod catalogue;
mod check;
mod clock;
mod cursor;
mod groups;
mod people;
mod photos;
mod read;
mod refusal;
mod reported;
mod roster;
mod schemas;
mod settings;
mod tally;
#[cfg(test)]
mod tests;
mod units;

use muster_sdk::prelude::*;
use read::Read;
use settings::Settings;

/// One Workspace account.
pub struct Google {
    settings: Settings,
    read: Option<Read>,
}

impl Source for Google {
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
        let mut found = catalogue::list();
        if schemas::may_be_read(&self.settings) {
            found.extend(schemas::list(&self.settings)?);
        }
        Ok(found)
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        self.read = None;
        self.read = Some(Read::start(&self.settings, request)?);
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        let read = self.read.as_mut();
        read.ok_or_else(|| Failure::internal("no read was begun"))?
            .next()
    }
}

muster_sdk::plugin!(Google);
