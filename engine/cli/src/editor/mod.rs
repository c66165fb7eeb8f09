//! What stands around the language server: the disk, plugins, people of a
//! snapshot. Everything is answered from what is known; what takes longer is
//! found out beside, for the next time.

mod facts;
mod people;

use crate::args::LspArgs;
use crate::exit::Exit;
use crate::session::{self, Session};
use crate::trouble::Trouble;
use facts::Facts;
use jiff::Timestamp;
use muster_host::{PluginFile, bundled};
use muster_lsp::{PluginFacts, Sample, Surroundings, Wanted};
use muster_model::DirectoryName;
use muster_policy::Diagnostic;
use people::People;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What stands around the language server.
pub struct Editor {
    values: Option<String>,
    plugins: Vec<(String, String)>,
    facts: Facts,
    people: People,
}

impl Editor {
    /// Takes options and environment together.
    pub fn new(args: &LspArgs, session: &Session) -> Result<Self, Trouble> {
        let values = session.values.as_deref().map(absolute).transpose()?;
        let summary = |name: &str| {
            let file = PluginFile::read(name, Path::new(".")).ok();
            let summary = file.map(|file| file.about().summary.clone());
            (name.to_owned(), summary.unwrap_or_default())
        };
        Ok(Self {
            values,
            plugins: bundled().map(summary).collect(),
            facts: Facts::new(session),
            people: People::new(args.snapshot.clone(), args.person.clone(), session),
        })
    }
}

/// A path as the server knows documents: from the root, without detours.
fn absolute(path: &Path) -> Result<String, Trouble> {
    let absolute = std::path::absolute(path).map_err(|error| {
        let summary = format!("`{}` is no path", path.display());
        Trouble::new(Exit::Invalid, summary).because(Some(&error))
    })?;
    let mut whole = PathBuf::new();
    for part in absolute.components() {
        match part {
            std::path::Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    Ok(whole.to_string_lossy().into_owned())
}

impl Surroundings for Editor {
    fn now(&self) -> Timestamp {
        // The clock was right when the program began.
        session::now().unwrap_or_else(|_| Timestamp::now())
    }

    fn read(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|error| error.to_string())
    }

    fn values(&self) -> Option<String> {
        self.values.clone()
    }

    fn plugins(&self) -> Vec<(String, String)> {
        self.plugins.clone()
    }

    fn plugin(&self, wanted: &Wanted<'_>) -> Option<Arc<PluginFacts>> {
        let directory = wanted.draft.map(|draft| draft.directory());
        let recorded = directory.and_then(|directory| self.people.known(directory));
        self.facts.of(wanted, recorded.as_deref())
    }

    fn settings(&self, wanted: &Wanted<'_>) -> Vec<Diagnostic> {
        self.facts.wrong(wanted)
    }

    fn sample(&self, directory: &DirectoryName) -> Option<Arc<Sample>> {
        self.people.of(directory)
    }
}
