//! Loading a plugin: read, inspect, compile.

use crate::binding::{BindError, Binding};
use crate::bindings::SourcePre;
use crate::grants::Granted;
use crate::host::{Host, Shared};
use crate::inspect::Inspected;
use crate::instance::State;
use crate::load_error::LoadError;
use crate::manifest::{Manifest, Needs};
use crate::settings::Schema;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wasmtime::component::Component;

/// Plugins that are part of the program, by name: written by the build script.
const BUNDLED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// Other names of bundled plugins: what they were called before, or what their
/// users look for.
const ALIASES: [(&str, &str); 1] = [("csv", "files")];

/// Largest file that is read.
const FILE_BYTES: u64 = 256 << 20;

/// Names of the plugins that are part of the program.
pub fn bundled() -> impl Iterator<Item = &'static str> {
    BUNDLED.iter().map(|(name, _)| *name)
}

/// Where a plugin comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    Bundled,
    /// It was read from a file.
    File(PathBuf),
    /// It was fetched from a registry, at this address.
    Registry(String),
}

/// What is known of a plugin without running it.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of the interface that it was made for.
    pub api: String,
    /// What it is, in a sentence.
    pub summary: String,
    /// True if it can read only what has changed.
    pub delta: bool,
    /// True if it can verify a login.
    pub login: bool,
    /// Memory that it may use, in MiB.
    pub memory_mib: u32,
    /// What it needs, and which settings and secrets grant it.
    pub needs: Needs,
    /// Interfaces that it imports: all that it can ever use.
    pub imports: Vec<String>,
    /// Interfaces that it exports: what it can be asked.
    pub exports: Vec<String>,
    /// JSON Schema of its settings, as its author wrote it.
    pub settings_schema: String,
    /// SHA-256 of the file, in hex.
    pub digest: String,
    /// Size of the file in bytes.
    pub size: u64,
    /// Where it comes from.
    pub origin: Origin,
}

/// A plugin's file, read and inspected, not yet compiled.
#[derive(Clone)]
pub struct PluginFile {
    bytes: Cow<'static, [u8]>,
    about: About,
    schema: Schema,
    /// The exported interface for logins.
    login: Option<String>,
}

impl PluginFile {
    /// Reads a bundled plugin by name, or a file: a name with a `/` or a `\`, or
    /// that ends in `.wasm`, is a path relative to `folder`.
    pub fn read(name: &str, folder: &Path) -> Result<Self, LoadError> {
        if is_file(name) {
            let path = folder.join(name);
            return Self::of(component(&path)?, name, Origin::File(path));
        }
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
        let wanted = alias.map_or(name, |(_, plugin)| plugin);
        let &(_, bytes) = BUNDLED
            .iter()
            .find(|(known, _)| *known == wanted)
            .ok_or_else(|| LoadError::Unknown {
                name: name.to_owned(),
            })?;
        Self::inspect(bytes.into(), name, Origin::Bundled)
    }

    /// Takes a component of whatever origin: what the policy calls it is for
    /// messages.
    pub fn of(bytes: Vec<u8>, plugin: &str, origin: Origin) -> Result<Self, LoadError> {
        Self::inspect(bytes.into(), plugin, origin)
    }

    fn inspect(bytes: Cow<'static, [u8]>, plugin: &str, origin: Origin) -> Result<Self, LoadError> {
        let plugin = || plugin.to_owned();
        let found = match origin {
            // Whoever built the program built these; validating them again at
            // each start would take longer than a small read.
            Origin::Bundled => Inspected::read(&bytes),
            Origin::File(_) | Origin::Registry(_) => Inspected::validated(&bytes),
        };
        let found = found.map_err(|source| LoadError::File {
            plugin: plugin(),
            source,
        })?;
        let Some(text) = &found.manifest else {
            return Err(LoadError::NoManifest { plugin: plugin() });
        };
        let manifest = Manifest::parse(text).map_err(|source| LoadError::Manifest {
            plugin: plugin(),
            source,
        })?;
        found
            .check_imports(&manifest.needs)
            .map_err(|source| LoadError::Imports {
                plugin: plugin(),
                source,
            })?;
        let login = found.login().map(str::to_owned);
        let settings_schema = found
            .settings_schema
            .unwrap_or_else(|| r#"{"type":"object"}"#.to_owned());
        let schema = Schema::parse(&settings_schema).map_err(|why| LoadError::Schema {
            plugin: plugin(),
            why,
        })?;
        let about = About {
            name: manifest.name,
            version: manifest.version,
            api: manifest.api,
            summary: manifest.summary,
            delta: manifest.delta,
            login: login.is_some(),
            memory_mib: manifest.memory_mib,
            needs: manifest.needs,
            imports: found.imports,
            exports: found.exports,
            settings_schema,
            digest: format!("{:x}", Sha256::digest(&bytes)),
            size: bytes.len() as u64,
            origin,
        };
        Ok(Self {
            bytes,
            about,
            schema,
            login,
        })
    }

    /// What is known of the plugin.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Holds a policy's settings and the names of its secrets against what the
    /// plugin takes, without compiling it. What grants something is looked at only
    /// when it is bound.
    pub fn check(&self, settings: &Map<String, Value>, secrets: &[&str]) -> Vec<BindError> {
        let plugin = &self.about.name;
        let problems = self.schema.check(settings).err();
        let wrong = problems.map(|problems| BindError::Settings {
            plugin: plugin.clone(),
            problems,
        });
        let known = self.about.needs.secrets();
        let unknown = secrets.iter().filter(|secret| !known.contains(**secret));
        let unknown = unknown.map(|secret| BindError::UnknownSecret {
            plugin: plugin.clone(),
            secret: (*secret).to_owned(),
            known: known.iter().map(|name| (*name).to_owned()).collect(),
        });
        wrong.into_iter().chain(unknown).collect()
    }

    /// Says what a policy grants of what the plugin asks for. No secret is looked
    /// at, nothing is opened but files of authorities.
    pub fn granted(&self, binding: &Binding<'_>) -> Granted {
        let checked = self.schema.check(binding.settings);
        let (settings, problems) = match checked {
            Ok(settings) => (settings, Vec::new()),
            Err(problems) => {
                let told = problems.iter().map(ToString::to_string);
                (binding.settings.clone(), told.collect())
            }
        };
        let filled = Binding {
            settings: &settings,
            ..binding.clone()
        };
        Granted::new(&self.about.needs, &filled, problems)
    }

    /// Compiles the plugin, or takes it from the host's cache.
    pub fn compile(self, host: &Host) -> Result<Plugin, LoadError> {
        let (wanted, limit) = (self.about.memory_mib, host.shared.limits.memory_mib);
        if wanted > limit {
            return Err(LoadError::Memory {
                plugin: self.about.name,
                wanted,
                limit,
            });
        }
        let plugin = self.about.name.clone();
        let linked = Component::new(&host.shared.engine, &self.bytes)
            .and_then(|component| host.shared.linker.instantiate_pre(&component))
            .and_then(SourcePre::new)
            .map_err(|error| LoadError::Interface {
                plugin,
                why: format!("{error:#}"),
            })?;
        Ok(Plugin {
            shared: host.shared.clone(),
            linked,
            about: Arc::new(self.about),
            schema: self.schema,
            login: self.login,
        })
    }
}

/// True if a policy that names this plugin means a file: it has a `/` or a `\`,
/// or ends in `.wasm`.
pub fn is_file(name: &str) -> bool {
    name.contains(['/', '\\']) || name.ends_with(".wasm")
}

/// Reads a component's bytes, without looking at them.
pub fn component(path: &Path) -> Result<Vec<u8>, LoadError> {
    let unreadable = |source| LoadError::Read {
        path: path.to_owned(),
        source,
    };
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() || about.len() > FILE_BYTES {
        let what = std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            "it is no file, or too large",
        );
        return Err(unreadable(what));
    }
    std::fs::read(path).map_err(unreadable)
}

/// A plugin, ready to be bound to a policy's settings.
#[derive(Clone)]
pub struct Plugin {
    pub(crate) shared: Arc<Shared>,
    pub(crate) linked: SourcePre<State>,
    pub(crate) about: Arc<About>,
    pub(crate) schema: Schema,
    pub(crate) login: Option<String>,
}

impl Plugin {
    /// Reads and compiles a plugin: [`PluginFile::read`], then
    /// [`PluginFile::compile`].
    pub fn load(host: &Host, name: &str, folder: &Path) -> Result<Self, LoadError> {
        PluginFile::read(name, folder)?.compile(host)
    }

    /// What is known of the plugin.
    pub fn about(&self) -> &About {
        &self.about
    }
}
