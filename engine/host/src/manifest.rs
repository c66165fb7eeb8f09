//! What a plugin says of itself and what it needs, read without running it.

use crate::words::listed;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Versions of the plugin interface that this host speaks.
pub(crate) const API_VERSIONS: [&str; 1] = ["muster:provider@0.1"];

/// Memory of a plugin that does not ask for any.
const MEMORY_MIB: u32 = 64;

/// The manifest, `plugin.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub name: String,
    pub version: String,
    pub api: String,
    pub summary: String,
    #[serde(default = "memory_mib")]
    pub memory_mib: u32,
    #[serde(default)]
    pub delta: bool,
    #[serde(default)]
    pub needs: Needs,
}

fn memory_mib() -> u32 {
    MEMORY_MIB
}

/// What a plugin needs, by kind and name. Each need says which settings and
/// secrets of a policy grant it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// Files to read.
    #[serde(default)]
    pub files: BTreeMap<String, FileNeed>,
    /// LDAP servers to search.
    #[serde(default)]
    pub ldap: BTreeMap<String, LdapNeed>,
    /// HTTP services to call.
    #[serde(default)]
    pub http: BTreeMap<String, HttpNeed>,
}

/// A file: names of settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileNeed {
    /// The setting that holds the path, relative to the policy's folder.
    pub path: String,
}

/// An LDAP server: names of settings, and of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LdapNeed {
    /// The setting that holds the URL, or several: the first choice first.
    pub url: String,
    /// The setting that holds the name to log in with.
    #[serde(default)]
    pub bind_dn: Option<String>,
    /// The secret that holds its password.
    #[serde(default)]
    pub password: Option<String>,
    /// The secret that holds a client certificate and its key, as PEM.
    #[serde(default)]
    pub client_certificate: Option<String>,
    /// The setting that names a PEM file of authorities.
    #[serde(default)]
    pub ca: Option<String>,
    /// The setting that says whether to begin TLS on an `ldap://` connection.
    #[serde(default)]
    pub starttls: Option<String>,
    /// The setting that allows `ldap://` without TLS.
    #[serde(default)]
    pub allow_plaintext: Option<String>,
}

/// An HTTP service: names of settings, and of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpNeed {
    /// The setting that holds the base URL.
    pub base_url: String,
    /// The secret that is sent as `Authorization: Bearer`.
    #[serde(default)]
    pub bearer: Option<String>,
    /// The setting that names a PEM file of authorities.
    #[serde(default)]
    pub ca: Option<String>,
    /// The setting that allows `http://`.
    #[serde(default)]
    pub allow_plaintext: Option<String>,
}

/// Why a manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is not TOML.
    #[error("it is not TOML: {0}")]
    Toml(String),
    /// It was made for another version of the interface.
    #[error(
        "it was made for `{found}`; this Muster speaks {}",
        listed(API_VERSIONS)
    )]
    Api {
        /// What the manifest says.
        found: String,
    },
    /// A key is missing, unknown or of another type.
    #[error("{0}")]
    Keys(String),
}

impl Manifest {
    /// Reads the version first: what a manifest holds depends on it.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let one_line = |error: toml::de::Error| error.message().to_owned();
        let table: toml::Table =
            toml::from_str(text).map_err(|error| ManifestError::Toml(one_line(error)))?;
        let api = table.get("api").and_then(toml::Value::as_str).unwrap_or("");
        if !API_VERSIONS.contains(&api) {
            return Err(ManifestError::Api {
                found: api.to_owned(),
            });
        }
        table
            .try_into()
            .map_err(|error| ManifestError::Keys(one_line(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        name = "x"
        version = "1.0.0"
        api = "muster:provider@0.1"
        summary = "X"
        [needs.files.people]
        path = "file"
        [needs.ldap.directory]
        url = "url"
        password = "bind_password"
    "#;

    #[test]
    fn needs_name_settings() {
        let manifest = Manifest::parse(WHOLE).unwrap();
        assert_eq!(manifest.memory_mib, 64);
        assert_eq!(manifest.needs.files["people"].path, "file");
        assert_eq!(
            manifest.needs.ldap["directory"].password.as_deref(),
            Some("bind_password")
        );
        assert_eq!(manifest.needs.ldap["directory"].ca, None);
    }

    #[test]
    fn both_versions_are_named() {
        let newer = WHOLE.replace("@0.1", "@0.2").replace("path", "paths");
        let error = Manifest::parse(&newer).unwrap_err().to_string();
        assert_eq!(
            error,
            "it was made for `muster:provider@0.2`; this Muster speaks `muster:provider@0.1`"
        );
    }

    #[test]
    fn slips_are_named() {
        let slip = Manifest::parse(&WHOLE.replace("summary", "sumary")).unwrap_err();
        assert!(slip.to_string().contains("sumary"), "{slip}");
        assert!(matches!(
            Manifest::parse("name ="),
            Err(ManifestError::Toml(_))
        ));
    }
}
