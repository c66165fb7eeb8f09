//! Why a plugin cannot be loaded, and what to do about it.

use crate::inspect::{FileFault, ImportFault};
use crate::manifest::ManifestError;
use crate::plugin::bundled;
use crate::words::listed;
use std::path::PathBuf;

/// Why a plugin cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such bundled plugin.
    #[error("there is no plugin `{name}`; bundled are {}", listed(bundled()))]
    Unknown {
        /// The name.
        name: String,
    },
    /// The file cannot be read.
    #[error("plugin `{}` cannot be read", .path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// In the system's words.
        #[source]
        source: std::io::Error,
    },
    /// The file is no plugin.
    #[error("`{plugin}` is no plugin")]
    File {
        /// Which file.
        plugin: String,
        /// What it is.
        #[source]
        source: FileFault,
    },
    /// The file does not say what it is.
    #[error("`{plugin}` has no manifest")]
    NoManifest {
        /// Which file.
        plugin: String,
    },
    /// The manifest cannot be used.
    #[error("the manifest of `{plugin}` cannot be used")]
    Manifest {
        /// Which file.
        plugin: String,
        /// Why.
        #[source]
        source: ManifestError,
    },
    /// The schema of the settings cannot be used.
    #[error("the settings schema of `{plugin}` cannot be used: {why}")]
    Schema {
        /// Which file.
        plugin: String,
        /// Why.
        why: String,
    },
    /// The file could do more than its manifest asks for, or more than any
    /// plugin may.
    #[error("`{plugin}` wants more than it may have")]
    Imports {
        /// Which file.
        plugin: String,
        /// What.
        #[source]
        source: ImportFault,
    },
    /// The manifest asks for more memory than the host gives.
    #[error("`{plugin}` asks for {wanted} MiB of memory; this host gives {limit}")]
    Memory {
        /// Which file.
        plugin: String,
        /// In MiB.
        wanted: u32,
        /// In MiB.
        limit: u32,
    },
    /// The file does not export what a plugin must.
    #[error("`{plugin}` does not fit the plugin interface: {why}")]
    Interface {
        /// Which file.
        plugin: String,
        /// In the engine's words.
        why: String,
    },
}

impl LoadError {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => {
                "name a bundled plugin, or a file: a path with a `/`, or ending in `.wasm`"
            }
            Self::Read { .. } => {
                "check the path; in a policy, it is relative to the policy's folder"
            }
            Self::NoManifest { .. } => {
                "`muster provider pack` gives it one; a plugin that was built with `muster-sdk` has one"
            }
            Self::File { .. } | Self::Interface { .. } => {
                "build the plugin with `muster-sdk` for `wasm32-unknown-unknown`"
            }
            Self::Manifest {
                source: ManifestError::Api { .. },
                ..
            } => "get the plugin in a version for this Muster, or another Muster",
            Self::Manifest { .. } | Self::Schema { .. } => {
                "this is a defect of the plugin: report it to its author"
            }
            Self::Imports {
                source: ImportFault::Wasi(_),
                ..
            } => "build it for `wasm32-unknown-unknown`, or with WASI stubbed",
            Self::Imports {
                source: ImportFault::Undeclared { .. },
                ..
            } => "its author must declare what it needs in `plugin.toml`",
            Self::Imports { .. } => "use a newer Muster",
            Self::Memory { .. } => "raise the host's limit, if you trust the plugin with it",
        }
    }
}
