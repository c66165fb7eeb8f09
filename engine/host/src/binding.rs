//! What a policy says to a plugin, and why it may not fit.

use crate::http::EndpointFault;
use crate::ldap;
use crate::settings::SettingProblem;
use crate::words::{listed, nearest};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a policy says to a plugin.
#[derive(Clone, Debug)]
pub struct Binding<'a> {
    /// `provider.config`.
    pub settings: &'a Map<String, Value>,
    /// `provider.secrets`, fetched from where they come from.
    pub secrets: &'a BTreeMap<String, Secret>,
    /// The policy's folder, which paths are relative to.
    pub folder: &'a Path,
    /// The run's instant, in milliseconds since 1970 (UTC).
    pub now_ms: u64,
}

/// Why a plugin cannot be bound to a policy's settings.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The settings do not fit the plugin's schema.
    #[error("the settings of plugin `{plugin}` are wrong: {}", joined(.problems))]
    Settings {
        /// Which plugin.
        plugin: String,
        /// Everything that is wrong.
        problems: Vec<SettingProblem>,
    },
    /// A setting that grants something is of another type.
    #[error("`{setting}` must be {wanted}")]
    Kind {
        /// Which setting.
        setting: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A secret is missing.
    #[error("the secret `{secret}` is missing")]
    NoSecret {
        /// Which secret.
        secret: String,
    },
    /// A secret is given that the plugin does not know.
    #[error("plugin `{plugin}` knows no secret `{secret}`")]
    UnknownSecret {
        /// Which plugin.
        plugin: String,
        /// Which secret.
        secret: String,
        /// Those that it knows.
        known: Vec<String>,
    },
    /// The file of authorities cannot be read.
    #[error("the file of authorities `{}` cannot be read", .path.display())]
    Authorities {
        /// Which file.
        path: PathBuf,
        /// In the system's words.
        #[source]
        source: std::io::Error,
    },
    /// The settings of an LDAP server are wrong.
    #[error("the LDAP server cannot be used with these settings")]
    Ldap(#[source] ldap::Failure),
    /// A base URL is wrong.
    #[error("`{setting}` cannot be used")]
    Endpoint {
        /// Which setting.
        setting: String,
        /// Why.
        #[source]
        source: EndpointFault,
    },
}

fn joined(problems: &[SettingProblem]) -> String {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

impl BindError {
    /// Says what to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Settings { problems, .. } => {
                problems.first().and_then(|problem| problem.hint.clone())
            }
            Self::Kind { setting, .. } => Some(format!("look at `provider.config.{setting}`")),
            Self::NoSecret { secret } => Some(format!(
                "add to `provider.secrets`: `{secret}: {{env: VARIABLE}}`"
            )),
            Self::UnknownSecret { secret, known, .. } => {
                let known = || known.iter().map(String::as_str);
                Some(match nearest(secret, known()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None if known().next().is_none() => "it takes none".to_owned(),
                    None => format!("known are {}", listed(known())),
                })
            }
            Self::Authorities { .. } => {
                Some("the path is relative to the policy's folder".to_owned())
            }
            Self::Ldap(failure) => failure.hint(),
            Self::Endpoint { source, .. } => Some(source.hint().to_owned()),
        }
    }
}
