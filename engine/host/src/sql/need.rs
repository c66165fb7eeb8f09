//! What a plugin asks for that wants to read a database.

use serde::Deserialize;

/// A database: names of settings, and of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlNeed {
    /// The setting that holds the URL: `postgresql://host:5432/database`.
    pub url: String,
    /// The setting that holds the name to log in with.
    #[serde(default)]
    pub user: Option<String>,
    /// The secret that holds its password.
    #[serde(default)]
    pub password: Option<String>,
    /// The setting that names a PEM file of authorities.
    #[serde(default)]
    pub ca: Option<String>,
    /// The setting that allows a connection without TLS.
    #[serde(default)]
    pub allow_plaintext: Option<String>,
    /// The setting that holds how many seconds a statement may take.
    #[serde(default)]
    pub statement_timeout: Option<String>,
}
