//! People from files: CSV, TSV and XLSX with a header, JSON, JSON Lines or LDIF,
//! at a path, in a folder, or behind a URL.
//!
//! The plugin knows nothing about policies or accounts: it turns records into
//! people, and says how far the file can be believed.
//!
//! Reading order: [`settings`] is what the operator says, [`source`] which files
//! that means and whether they are as they were, and [`open`] what becomes of
//! one; [`input`] and [`encoding`] bring bytes, [`table`], [`xlsx`], [`json`],
//! [`json_lines`] and [`ldif`] find records in them, whose wanted values stand
//! in [`cells`]; [`reading`] makes people of them with [`scope`], and [`tally`] tells at the end what the read proves, with
//! [`checksum`]; [`traps`] are what spreadsheets do; [`check`] is the same read
//! for an operator who asks.
//!
//! INVARIANT: the file is never held in memory: one chunk, one record, one page
//! and 16 bytes for each identifier that was met. A workbook is, and so its size
//! has a limit.
//!
//! What counts as what:
//!
//! - In a table, an empty cell is an *empty* value. A column that the policy reads
//!   and the header lacks is a failure before the first row, with the names that
//!   were likely meant: a typo must not empty a field for everybody.
//! - In JSON, a missing name or `null` is *absent*, `""` is empty, a list
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
//!   as declared, the declared end marker as its last line and the declared
//!   checksum, and if every syncing group was met in it.
//! - A file that is as it was when it was last read, to the same question, has
//!   no changes: it is not read again. That is so only for a read that was
//!   complete, and in which nothing was odd.

mod cells;
mod check;
mod checksum;
mod encoding;
mod input;
mod json;
mod json_lines;
mod json_scan;
mod ldif;
mod ldif_lines;
mod lines;
mod nearest;
mod objects;
mod open;
mod quoting;
mod reading;
mod records;
mod scope;
mod settings;
mod source;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod traps;
mod xlsx;
mod xlsx_cell;

use muster_sdk::prelude::*;
use reading::Reading;
use settings::Settings;
use source::State;

/// Files with people.
pub struct People {
    settings: Settings,
    read: Option<Read>,
}

/// A read that was begun.
enum Read {
    /// The files are as they were: nobody has changed.
    Unchanged(State),
    Whole(Box<Reading>),
}

impl Source for People {
    type Settings = Settings;

    fn open(settings: Settings) -> Result<Self, Failure> {
        settings.check()?;
        Ok(Self {
            settings,
            read: None,
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
        let files = source::pick(&self.settings)?;
        self.read = Some(match &request.start_at {
            ReadFrom::Start => {
                let reading = Reading::new(&self.settings, files, &request)?;
                Read::Whole(Box::new(reading))
            }
            ReadFrom::Since(cursor) => {
                let mut state = State::new(&self.settings, &request);
                state.unchanged(cursor, &files)?;
                Read::Unchanged(state)
            }
            ReadFrom::Resume(_) => {
                return Err(Failure::stale_cursor(
                    "a file can only be read from its beginning",
                ));
            }
        });
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        match &mut self.read {
            Some(Read::Whole(reading)) => reading.next(),
            Some(Read::Unchanged(state)) => {
                let mut nobody = Rows::new(&[] as &[String]);
                let coverage = Coverage::delta().fact("files", "as they were");
                Ok(Batch::last(&mut nobody, coverage).delta_from(state.cursor()))
            }
            None => Err(Failure::internal("`next` was called before `start`")),
        }
    }
}

muster_sdk::plugin!(People);
