//! Where the plugin under test reads people: a stand-in that the suite runs, a
//! file that it writes, or a program that serves what it was given.

mod command;
mod file;
mod json;
mod template;

use crate::case::{Case, Source as Wanted};
use crate::people::Person;
use command::Command;
use file::Files;
use json::Service;
use std::collections::BTreeMap;
use std::path::Path;

pub use template::{Unknown, filled};

/// Why a source does not serve the people.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file cannot be written.
    #[error("`{path}` cannot be written")]
    File {
        /// Which.
        path: String,
        /// In the system's words.
        #[source]
        source: std::io::Error,
    },
    /// The stand-in cannot listen.
    #[error("the stand-in of the source cannot be started")]
    Listen(#[source] std::io::Error),
    /// The case's program cannot be started.
    #[error("`{command}` cannot be started")]
    Start {
        /// Which.
        command: String,
        /// In the system's words.
        #[source]
        source: std::io::Error,
    },
    /// The case's program does not answer.
    #[error("`{command}` {why}")]
    Silent {
        /// Which.
        command: String,
        /// What it did.
        why: String,
    },
    /// The case's template of a person is wrong.
    #[error("the case's `person`: {0}")]
    Template(#[from] Unknown),
}

impl SourceError {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "look at the folder for temporary files, and at the disk",
            Self::Listen(_) => "look at the system's limits for sockets and threads",
            Self::Start { .. } => "install it, or correct `source.command` in the case",
            Self::Silent { .. } => {
                "a stand-in prints one line, its URL or a JSON object, whenever it gets a line \
                 on its standard input; what it prints on standard error is shown"
            }
            Self::Template(_) => "`plugins/conformance.md` of Muster lists the fields",
        }
    }
}

/// A running source.
pub enum Source {
    /// The suite's own service.
    Json(Service),
    /// A file.
    Files(Files),
    /// A program.
    Command(Command),
}

/// What a source says of itself: placeholders of the case's config, and secrets
/// that only it can make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// By placeholder.
    pub values: BTreeMap<String, String>,
    /// By the secret's name.
    pub secrets: BTreeMap<String, String>,
}

impl Source {
    /// Starts what the case names, with nobody in it.
    pub fn start(
        case: &Case,
        secrets: &BTreeMap<String, String>,
        folder: &Path,
    ) -> Result<Self, SourceError> {
        Ok(match &case.source {
            Wanted::Json(json) => Self::Json(Service::start(json, secrets, case.id)?),
            Wanted::File(file) => Self::Files(Files::new(file, folder)),
            Wanted::Command(command) => {
                Self::Command(Command::start(command, &case.folder, secrets, folder)?)
            }
        })
    }

    /// Has these people from now on, in this order.
    pub fn set(&mut self, people: &[Person]) -> Result<Said, SourceError> {
        match self {
            Self::Json(service) => service.set(people),
            Self::Files(files) => files.set(people),
            Self::Command(command) => command.set(people),
        }
    }
}

fn said(name: &str, value: impl Into<String>) -> Said {
    Said {
        values: BTreeMap::from([(name.to_owned(), value.into())]),
        ..Said::default()
    }
}
