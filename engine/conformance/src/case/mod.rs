//! The case: what the suite has to know about a plugin to try it.

mod read;
mod written;

pub use read::CaseError;
pub use written::{Changes, Feed, Json, Paging, Without};

use crate::people::{FIELDS, GROUPS};
use muster_model::page::PlainRow;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A case, read and checked.
#[derive(Clone, Debug)]
pub struct Case {
    /// The file, for messages.
    pub file: String,
    /// The folder that paths and commands are relative to.
    pub folder: PathBuf,
    /// `provider.config`, with placeholders.
    pub config: Map<String, Value>,
    /// Names of the secrets that the suite makes up.
    pub secrets: Vec<String>,
    /// Attributes that are asked for, and the field of a made-up person that
    /// each holds.
    pub attributes: BTreeMap<String, &'static str>,
    /// The field that people are told apart by: the external id, unless the source
    /// makes identifiers of its own.
    pub id: &'static str,
    /// The attribute that holds it then.
    pub known_by: Option<String>,
    /// Whom the source has of its own accord, by what people are told apart by.
    pub also: Vec<String>,
    /// True if the plugin tells groups.
    pub groups: bool,
    /// True if the plugin tells who may not log in.
    pub status: bool,
    /// What the source cannot carry.
    pub without: Vec<Without>,
    /// What the plugin's deltas tell.
    pub changes: Changes,
    /// People of the large read.
    pub large: Option<usize>,
    /// Where people come from.
    pub source: Source,
}

/// Where people come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A service that the suite itself runs.
    Json(Box<Json>),
    /// A file that the suite writes.
    File(File),
    /// A program that serves people.
    Command(Vec<String>),
}

/// A file that the suite writes.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name; the ending says the format.
    pub name: String,
    /// Its format.
    pub format: FileFormat,
    /// How a person is written; none writes all fields.
    pub person: Option<Value>,
}

/// Formats that the suite can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// Comma-separated, every cell quoted; several values are joined by `;`.
    Csv,
    /// One array.
    Json,
    /// One object a line.
    JsonLines,
}

impl Case {
    /// What a row says of who it is.
    pub(crate) fn who<'a>(&self, row: &'a PlainRow) -> &'a str {
        let who = match &self.known_by {
            None => row.id.as_deref(),
            Some(attribute) => {
                let at = self.attributes.keys().position(|name| name == attribute);
                let values = at.and_then(|at| row.values.get(at));
                values.and_then(|values| values.first()).map(String::as_str)
            }
        };
        who.unwrap_or("")
    }

    /// True for whom the source has of its own accord: nobody asks for them, and
    /// nobody minds.
    pub(crate) fn is_of_the_source(&self, who: &str) -> bool {
        self.also.iter().any(|also| also == who)
    }

    /// Attributes in the order of the request.
    pub fn wanted(&self) -> Vec<String> {
        self.attributes.keys().cloned().collect()
    }

    /// Groups that are asked for.
    pub fn reported(&self) -> Vec<String> {
        match self.groups {
            true => GROUPS.map(str::to_owned).into(),
            false => Vec::new(),
        }
    }
}

/// The field of this name.
fn field(name: &str) -> Option<&'static str> {
    FIELDS.into_iter().find(|field| *field == name)
}
