//! People from Microsoft Entra ID, through Microsoft Graph v1.0.
//!
//! The plugin knows nothing about policies, accounts, sockets and tokens; the
//! last two are the host's. It asks Graph for people, and says how far the
//! answers can be believed.
//!
//! Reading order: [`settings`] is what the operator says, [`graph`] sends
//! requests and [`fault`] understands refusals, [`batch`] packs twenty requests
//! into one. [`names`] turns requested attributes into `$select`, [`groups`] finds
//! the groups, [`members`] who is in them, [`reports`] who is in those that are
//! only told, [`people`] makes rows of users, with
//! what [`extras`] asked for apart. [`read`] is a whole read, [`feeds`] follows
//! Graph's change feeds and [`delta`] makes a read of what they tell; [`cursor`]
//! keeps both between runs. [`check`] goes the same way for an operator who asks.
//!
//! INVARIANTS
//! - Nothing is taken for a person's absence but a list that was read to its
//!   last page and is as long as Graph says.
//! - A user of whom Graph shows the id alone is a missing right, not an update.
//! - Every page is asked for with `ConsistencyLevel: eventual`: a next link does
//!   not remember it.
//! - Change feeds only name who is to be looked at. What is delivered is what
//!   Graph says of that person now, so a replay changes nothing.

mod batch;
mod check;
mod cursor;
mod delta;
mod extras;
mod fault;
mod feeds;
mod graph;
mod groups;
mod key;
mod members;
mod names;
mod people;
mod properties;
mod read;
mod reports;
mod settings;
mod tally;
#[cfg(test)]
mod tests;

use delta::Delta;
use muster_sdk::prelude::*;
use read::Read;
use settings::Settings;

/// One tenant.
pub struct Tenant {
    settings: Settings,
    reading: Reading,
}

enum Reading {
    Nothing,
    Everybody(Box<Read>),
    Changes(Box<Delta>),
}

impl Source for Tenant {
    type Settings = Settings;

    fn open(settings: Settings) -> Result<Self, Failure> {
        Ok(Self {
            settings,
            reading: Reading::Nothing,
        })
    }

    fn check(&mut self, scope: &Scope) -> Vec<CheckStep> {
        check::check(&self.settings, scope)
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        Ok(properties::list(graph::extensions()))
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        self.reading = Reading::Nothing;
        self.reading = match &request.start_at {
            ReadFrom::Start => Reading::Everybody(Box::new(Read::start(&self.settings, &request)?)),
            ReadFrom::Resume(at) => {
                Reading::Everybody(Box::new(Read::resume(&self.settings, &request, at)?))
            }
            ReadFrom::Since(at) => {
                Reading::Changes(Box::new(Delta::start(&self.settings, &request, at)?))
            }
        };
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        match &mut self.reading {
            Reading::Everybody(read) => read.next(),
            Reading::Changes(delta) => delta.next(),
            Reading::Nothing => Err(Failure::internal("no read was begun")),
        }
    }
}

muster_sdk::plugin!(Tenant);
