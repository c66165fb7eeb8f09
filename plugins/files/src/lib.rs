//! People from a file: CSV with a header, JSON Lines or LDIF.
//!
//! The plugin knows nothing about policies or accounts: it turns records into
//! people, and says how far the file can be believed.
//!
//! Reading order: [`settings`] is what the operator says and [`open`] what
//! becomes of it; [`input`] and [`encoding`] bring bytes, [`table`],
//! [`json_lines`] and [`ldif`] find records in them, whose wanted values stand
//! in [`cells`]; [`reading`] makes people of them with [`words`], [`scope`] and
//! [`seen`], and [`tally`] tells at the end what the read proves; [`check`] is
//! the same read for an operator who asks.
//!
//! INVARIANT: the file is never held in memory: one chunk, one record, one page
//! and 16 bytes for each identifier that was met.
//!
//! What counts as what:
//!
//! - In a CSV, an empty cell is an *empty* value. A column that the policy reads
//!   and the header lacks is a failure before the first row, with the names that
//!   were likely meant: a typo must not empty a field for everybody.
//! - In JSON Lines, a missing name or `null` is *absent*, `""` is empty, a list
//!   is several values, numbers keep their digits, and dots lead into objects.
//!   In LDIF, a missing attribute is absent. A name that *no* record has can
//!   only be known at the end: then the read fails, for the same reason. Who
//!   knows better lists the name under `optional`.
//! - A broken record is a problem of its person and stops nobody else. Only
//!   cells that surely stand where they belong tell who that is; if none does,
//!   the read no longer proves anybody's absence.
//! - Two records with one identifier are believed neither: the first was
//!   delivered, and the problem with the second holds the person.
//! - The read is complete if the file ends with a whole record, has as many rows
//!   as declared and the declared end marker as its last line, and if every
//!   syncing group was met in it.

mod cells;
mod check;
mod encoding;
mod input;
mod json_lines;
mod ldif;
mod ldif_lines;
mod lines;
mod nearest;
mod open;
mod quoting;
mod reading;
mod records;
mod scope;
mod seen;
mod settings;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod words;

use muster_sdk::prelude::*;
use reading::Reading;
use settings::Settings;

/// A file with people.
pub struct People {
    settings: Settings,
    reading: Option<Reading>,
}

impl Source for People {
    type Settings = Settings;

    fn open(settings: Settings) -> Result<Self, Failure> {
        settings.check()?;
        Ok(Self {
            settings,
            reading: None,
        })
    }

    fn check(&mut self, scope: &Scope) -> Vec<CheckStep> {
        check::steps(&self.settings, scope)
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        let several = |name: &records::Name| name.several || self.settings.is_multi(&name.name);
        let attribute = |name: records::Name| match several(&name) {
            true => Attribute::multiple(name.name),
            false => Attribute::single(name.name),
        };
        let names = check::names(&self.settings)?.into_iter();
        Ok(names
            .filter(|name| !name.name.is_empty())
            .map(attribute)
            .collect())
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        if !matches!(request.start_at, ReadFrom::Start) {
            return Err(Failure::new(
                FailureKind::StaleCursor,
                "a file can only be read from its beginning",
            ));
        }
        let input = open::input(&self.settings)?;
        let opened = open::records(input, &self.settings, &request.attributes)?;
        let reading = Reading::new(opened, &self.settings, &request.scope, request.page_size)?;
        self.reading = Some(reading);
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        match &mut self.reading {
            Some(reading) => reading.next(),
            None => Err(Failure::internal("`next` was called before `start`")),
        }
    }
}

muster_sdk::plugin!(People);
