//! People from Okta.
//!
//! A read walks lists page by page: the members of the syncing groups, or
//! everybody, and then the deactivated, whom no other list of Okta's has. A delta
//! asks the System Log who was touched and reads those people whole.
//!
//! [`read`] and [`changes`] are the two ways to read; [`api`] is how Okta is
//! asked, [`fault`] what its refusals mean; [`columns`] and [`status`] turn a user
//! into a row. The plugin retries nothing and never waits: that is the host's
//! business, which goes on from the last page's cursor.

mod api;
mod changes;
mod check;
mod clock;
mod columns;
mod cursor;
mod fault;
mod groups;
mod links;
mod log;
mod read;
mod reported;
mod schema;
mod settings;
mod status;
#[cfg(test)]
mod tests;

use api::Api;
use changes::Changes;
use muster_sdk::prelude::*;
use read::Read;
use settings::Settings;

/// One org.
#[derive(Debug)]
pub struct Okta {
    settings: Settings,
    reading: Reading,
}

#[derive(Debug)]
enum Reading {
    Nothing,
    Everybody(Box<Read>),
    Changes(Box<Changes>),
}

impl Source for Okta {
    type Settings = Settings;

    fn open(settings: Settings) -> Result<Self, Failure> {
        settings.check()?;
        Ok(Self {
            settings,
            reading: Reading::Nothing,
        })
    }

    fn check(&mut self, scope: &Scope) -> Vec<CheckStep> {
        check::check(&self.settings, scope)
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        Ok(schema::Schema::read(&Api::default())?.attributes())
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        self.reading = Reading::Nothing;
        self.reading = match &request.start_at {
            ReadFrom::Start => Reading::Everybody(Box::new(Read::start(&self.settings, &request)?)),
            ReadFrom::Resume(at) => {
                Reading::Everybody(Box::new(Read::resume(&self.settings, &request, at)?))
            }
            ReadFrom::Since(at) => {
                Reading::Changes(Box::new(Changes::start(&self.settings, &request, at)?))
            }
        };
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        if host::cancelled() {
            return Err(Failure::cancelled());
        }
        match &mut self.reading {
            Reading::Everybody(read) => read.next(),
            Reading::Changes(changes) => changes.next(),
            Reading::Nothing => Err(Failure::internal("no read was begun")),
        }
    }
}

muster_sdk::plugin!(Okta);
