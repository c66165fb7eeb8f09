//! Where a plugin is tried: its component, the source, and the people in it.

mod faults;
mod read;
mod watch;

pub(crate) use faults::{Fault, Harm};
pub(crate) use read::{End, Read};
pub(crate) use watch::Watch;

use crate::case::Case;
use crate::check::Baseline;
use crate::people::Person;
use crate::source::{Said, Source, SourceError, Unknown, filled};
use muster_host::{BindError, Binding, Bound, Plugin, ReadFrom, ReadRequest, Scope, Secret};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use tempfile::TempDir;

/// Why the suite cannot go on. The plugin is not to blame.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The source does not serve people.
    #[error("the source of the case does not work")]
    Source(#[from] SourceError),
    /// The case's config has a placeholder that stands for nothing.
    #[error("`config` of the case: {0}")]
    Placeholder(#[source] Unknown),
    /// The case's config does not fit the plugin.
    #[error("`config` of the case does not fit the plugin")]
    Bind(#[from] BindError),
    /// There is no folder for temporary files.
    #[error("there is no folder for temporary files")]
    Folder(#[source] std::io::Error),
    /// Nothing can be run.
    #[error(transparent)]
    Host(#[from] muster_host::HostError),
}

impl Trouble {
    /// Says what to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Source(error) => Some(error.hint().to_owned()),
            Self::Placeholder(_) => Some(
                "`{url}` or `{file}` comes from `source`; a command says what else there is"
                    .to_owned(),
            ),
            Self::Bind(error) => error.hint(),
            Self::Folder(_) | Self::Host(_) => None,
        }
    }

    /// True if the case is to be corrected, and nothing else.
    pub fn is_of_the_case(&self) -> bool {
        match self {
            Self::Placeholder(_) | Self::Bind(_) => true,
            Self::Source(error) => matches!(error, SourceError::Template(_)),
            Self::Folder(_) | Self::Host(_) => false,
        }
    }
}

/// Where a plugin is tried.
pub(crate) struct Stage {
    pub case: Case,
    pub plugin: Plugin,
    /// Who is in the source.
    pub people: Vec<Person>,
    /// Made-up secrets, by name.
    pub secrets: BTreeMap<String, String>,
    source: Source,
    said: Said,
    bound: Bound,
    now_ms: u64,
    /// People of the large read; none leaves it out.
    pub large: Option<usize>,
    /// What was measured.
    pub figures: Vec<(&'static str, String)>,
    /// The ordinary read, once it was made.
    pub baseline: Option<Arc<Baseline>>,
    /// Holds the files that are written.
    _folder: TempDir,
}

impl Stage {
    /// Starts the source, with these people in it.
    pub fn new(
        plugin: Plugin,
        case: Case,
        people: Vec<Person>,
        now_ms: u64,
    ) -> Result<Self, Trouble> {
        let folder = tempfile::Builder::new()
            .prefix("muster-conformance-")
            .tempdir()
            .map_err(Trouble::Folder)?;
        let secrets: BTreeMap<String, String> = case
            .secrets
            .iter()
            .map(|name| (name.clone(), canary(name)))
            .collect();
        let mut source = Source::start(&case, &secrets, folder.path())?;
        let said = source.set(&people)?;
        let bound = bound(&plugin, &case, &said, &secrets, now_ms, |_| {})?;
        Ok(Self {
            case,
            plugin,
            people,
            secrets,
            source,
            said,
            bound,
            now_ms,
            large: None,
            figures: Vec::new(),
            baseline: None,
            _folder: folder,
        })
    }

    /// Puts other people into the source, unless they are there already.
    pub fn set(&mut self, people: Vec<Person>) -> Result<(), Trouble> {
        if people == self.people {
            return Ok(());
        }
        self.said = self.source.set(&people)?;
        self.people = people;
        self.bound = self.bind(|_| {})?;
        Ok(())
    }

    /// Changes who is in the source while somebody reads: the plugin is not bound
    /// anew.
    pub fn change(&mut self, people: Vec<Person>) -> Result<(), Trouble> {
        self.source.set(&people)?;
        self.people = people;
        Ok(())
    }

    /// Binds the plugin anew, with other settings.
    pub fn bind(&self, edit: impl FnOnce(&mut Map<String, Value>)) -> Result<Bound, Trouble> {
        let Self {
            plugin,
            case,
            said,
            secrets,
            now_ms,
            ..
        } = self;
        bound(plugin, case, said, secrets, *now_ms, edit)
    }

    /// What may never be shown: the made-up secrets, and those that the source
    /// made.
    pub fn canaries(&self) -> Vec<&str> {
        let all = self.secrets.values().chain(self.said.secrets.values());
        all.map(String::as_str).collect()
    }

    /// What the source said its URL is.
    pub fn url(&self) -> Option<&str> {
        self.said.values.get("url").map(String::as_str)
    }

    /// The plugin with something between it and the source.
    pub fn watched(&self, watch: &Arc<Watch>) -> Bound {
        self.bound.tapped(watch.clone())
    }

    /// The request for everybody, in pages of this size.
    pub fn request(&self, page_size: u32) -> ReadRequest {
        ReadRequest {
            page_size,
            ..ReadRequest::new(self.case.wanted(), self.scope())
        }
    }

    /// Everybody, and the groups that the case wants told.
    pub fn scope(&self) -> Scope {
        Scope {
            report: self.case.reported(),
            ..Scope::default()
        }
    }

    /// Reads everybody from a point on.
    pub fn read(&self, page_size: u32, from: ReadFrom, watch: &Arc<Watch>) -> Read {
        let request = ReadRequest {
            from,
            ..self.request(page_size)
        };
        Read::collect(&self.watched(watch), request)
    }

    /// Reads everybody, and looks on.
    pub fn plainly(&self, page_size: u32) -> (Read, Arc<Watch>) {
        let watch = Watch::onlooker();
        let read = self.read(page_size, ReadFrom::Start, &watch);
        (read, watch)
    }
}

fn bound(
    plugin: &Plugin,
    case: &Case,
    said: &Said,
    secrets: &BTreeMap<String, String>,
    now_ms: u64,
    edit: impl FnOnce(&mut Map<String, Value>),
) -> Result<Bound, Trouble> {
    let find = |name: &str| {
        said.values.get(name).cloned().ok_or_else(|| Unknown {
            name: name.to_owned(),
            known: said.values.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    };
    let settings = filled(&Value::Object(case.config.clone()), &find);
    let Value::Object(mut settings) = settings.map_err(Trouble::Placeholder)? else {
        return Ok(plugin.bind(binding(&Map::new(), &BTreeMap::new(), case, now_ms))?);
    };
    edit(&mut settings);
    let given = secrets.iter().chain(&said.secrets);
    let secrets = given.map(|(name, secret)| (name.clone(), Secret::new(secret.clone())));
    Ok(plugin.bind(binding(&settings, &secrets.collect(), case, now_ms))?)
}

fn binding<'a>(
    settings: &'a Map<String, Value>,
    secrets: &'a BTreeMap<String, Secret>,
    case: &'a Case,
    now_ms: u64,
) -> Binding<'a> {
    Binding {
        settings,
        secrets,
        folder: &case.folder,
        now_ms,
    }
}

/// A secret that stands nowhere else.
fn canary(name: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!(
        "canary-{name}-{hash:016x}{:016x}",
        hash.rotate_left(23) ^ 0x5bd1_e995
    )
}
