//! What every format makes of its bytes.

use crate::cells::Cells;
use crate::input::Input;
use muster_sdk::Failure;

/// A format: finds the next record, and in it what was asked for.
pub trait Records {
    /// Reads on to the next event. For a record, `cells` holds its values; for
    /// a broken one, those values that can be believed.
    fn next(&mut self, input: &mut Input, cells: &mut Cells) -> Result<Event, Failure>;

    /// Names that records have: all of them for a file with a header, else
    /// those of the first hundred records.
    fn names(&self) -> &[Name];
}

/// A name that the file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As the file spells it.
    pub name: String,
    /// True if a record was seen that has several values of it.
    pub several: bool,
}

/// What comes next in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A record that begins on this line, counted from 1.
    Record {
        /// Where it begins.
        line: u64,
    },
    /// A record that cannot be taken as it is.
    Broken {
        /// Where it begins.
        line: u64,
        /// What is wrong, as a sentence without its place.
        fault: String,
        /// How far the damage goes.
        reach: Reach,
    },
    /// The declared end marker.
    Marker {
        /// Where it stands.
        line: u64,
    },
    /// What the program that wrote the file says about its own success.
    Verdict {
        /// Where it stands.
        line: u64,
        /// True if it says that everything was written.
        success: bool,
        /// Its words.
        text: String,
    },
    /// The end of the file.
    End,
}

/// How far the damage of a broken record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It ends with the record.
    Record,
    /// The record has run over several lines and may have swallowed others.
    Neighbours,
    /// The file ends inside the record.
    Cut,
}

/// Names of the first records, each once.
#[derive(Debug, Default)]
pub struct Names {
    names: Vec<Name>,
    records: u32,
}

/// Records that are looked through for names.
const LOOKED_THROUGH: u32 = 100;
/// Names that are kept; a file with more is no list of people.
const KEPT: usize = 1000;

impl Names {
    /// Counts a record; true while names are still collected.
    pub fn collecting(&mut self) -> bool {
        self.records = self.records.saturating_add(1);
        self.records <= LOOKED_THROUGH
    }

    /// Adds a name.
    pub fn add(&mut self, name: &str, several: bool) {
        if let Some(known) = self.names.iter_mut().find(|known| known.name == name) {
            known.several |= several;
        } else if self.names.len() < KEPT {
            self.names.push(Name {
                name: name.to_owned(),
                several,
            });
        }
    }

    /// Returns the names in the order in which they were met.
    pub fn all(&self) -> &[Name] {
        &self.names
    }
}
