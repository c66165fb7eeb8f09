//! A plugin that tries what it is told to, for the grant tests of the host.
//!
//! Each file of `examples` is the same body (`body.rs`), built for one version of
//! the plugin interface: what a plugin must not get, it must get through none of
//! them. What a test tells it to try stands in its settings.

use serde::Deserialize;

/// What is tried.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// Delivers one person.
    Nothing,
    /// Sends a request.
    Http {
        need: String,
        target: String,
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// In one call with others.
        #[serde(default)]
        together: bool,
    },
    /// Looks at what a need is bound to.
    Look { need: String },
    /// Opens a file and reads it.
    Open { need: String, name: Option<String> },
    /// Searches a directory.
    Search { need: String },
    /// Asks for the name of a directory's server.
    Server { need: String },
    /// Asks a database.
    Query { need: String },
    /// Writes lines to the log.
    Log { lines: u32 },
    /// Takes memory, in MiB.
    Hoard { mib: usize },
    /// Computes without end.
    Spin,
    /// Delivers a page of so many people.
    Rows { rows: u32 },
    /// Gives a cursor of so many bytes.
    Cursor { bytes: usize },
    /// Uses what this version of the interface has more than the one before.
    Newest,
}

/// The settings; the others are for the host.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    #[serde(rename = "try")]
    pub act: Act,
}
