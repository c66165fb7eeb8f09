//! People from services that speak SCIM 2.0 (RFC 7643, 7644, 9865).
//!
//! The plugin knows nothing about policies or accounts, and believes no service
//! more than it shows: a list is complete only if its pages fit together, its
//! count is right and nothing stands behind its end.
//!
//! Reading order: [`settings`] is what the operator says; [`service`] asks and
//! turns errors into sentences; [`discovery`] is what the service declares;
//! [`listing`] reads a list page by page, by index or by cursor, and collects
//! doubts; [`attributes`] turns names into paths; [`groups`] finds the syncing
//! groups and who is in them; [`people`] makes rows; [`read`] puts a read
//! together, whole or since a [`position`]; [`check`] is for an operator who asks.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)
)]

mod attributes;
mod check;
mod discovery;
mod groups;
mod listing;
mod people;
mod position;
mod read;
mod service;
mod settings;
mod time;

#[cfg(test)]
mod tests;

use muster_sdk::prelude::*;
use read::Read;
use settings::Settings;

/// A SCIM service.
pub struct Scim {
    settings: Settings,
    read: Option<Read>,
}

impl Source for Scim {
    type Settings = Settings;

    fn open(settings: Settings) -> Result<Self, Failure> {
        Ok(Self {
            settings,
            read: None,
        })
    }

    fn check(&mut self, scope: &Scope) -> Vec<CheckStep> {
        check::steps(&self.settings, scope)
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        Ok(discovery::attributes())
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        self.read = Some(Read::start(&self.settings, request)?);
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        match &mut self.read {
            Some(read) => read.next(),
            None => Err(Failure::internal("`next` was called before `start`")),
        }
    }
}

muster_sdk::plugin!(Scim);
