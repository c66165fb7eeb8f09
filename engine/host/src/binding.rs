//! What a policy says to a plugin, and why it may not fit.

use crate::http::{CertificateFault, EndpointFault, IdentityFault, KeyFault};
use crate::ldap;
use crate::settings::SettingProblem;
use crate::words::{listed, nearest};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    stands_in: bool,
}

impl Secret {
    /// Takes the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            stands_in: false,
        }
    }

    /// Stands in for a secret that could not be fetched, so that a plugin can
    /// be bound all the same and its settings are checked. It opens nothing.
    pub fn stand_in() -> Self {
        Self {
            text: "stands in for a missing secret".to_owned(),
            stands_in: true,
        }
    }

    pub(crate) fn stands_in(&self) -> bool {
        self.stands_in
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.text
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
    /// A file is named in none of the ways in which it can be.
    #[error("neither `{path}` nor `{url}` says where the file is")]
    NoFile {
        /// The setting for a path.
        path: String,
        /// The setting for a URL.
        url: String,
    },
    /// A secret is missing.
    #[error("the secret `{secret}` is missing")]
    NoSecret {
        /// Which secret.
        secret: String,
    },
    /// No way to log in is chosen.
    #[error("a credential is missing: {}", ways(.known))]
    NoLogin {
        /// Secrets that would choose a way, and what each way is.
        known: Vec<(String, &'static str)>,
    },
    /// Several ways to log in are chosen.
    #[error("the secrets {} are different ways to log in", listed(.given.iter().map(String::as_str)))]
    ManyLogins {
        /// Secrets that each choose a way.
        given: Vec<String>,
    },
    /// A setting is missing that a way to log in needs.
    #[error("`{setting}` is missing, which goes with the secret `{secret}`")]
    NoSetting {
        /// Which setting.
        setting: String,
        /// The secret that chose the way.
        secret: String,
    },
    /// A secret holds no key that can be used.
    #[error("the secret `{secret}` cannot be used")]
    Key {
        /// Which secret.
        secret: String,
        /// Why.
        #[source]
        source: KeyFault,
    },
    /// A certificate does not go with its key.
    #[error("the certificate `{}` cannot be used", .path.display())]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: CertificateFault,
    },
    /// A certificate cannot be read.
    #[error("the certificate `{}` cannot be read", .path.display())]
    CertificateFile {
        /// Which file.
        path: PathBuf,
        /// In the system's words.
        #[source]
        source: std::io::Error,
    },
    /// A secret holds no client certificate.
    #[error("the secret `{secret}` cannot be used as a client certificate")]
    Identity {
        /// Which secret.
        secret: String,
        /// Why.
        #[source]
        source: IdentityFault,
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
    /// The settings of a database are wrong.
    #[error("the database cannot be used with these settings")]
    Sql(#[source] crate::sql::Failure),
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

fn ways(known: &[(String, &'static str)]) -> String {
    let ways: Vec<String> = known
        .iter()
        .map(|(secret, what)| format!("the secret `{secret}` for {what}"))
        .collect();
    ways.join(", or ")
}

impl BindError {
    /// Says what to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Settings { problems, .. } => {
                problems.first().and_then(|problem| problem.hint.clone())
            }
            Self::NoFile { path, .. } => {
                Some(format!("add to the policy: `provider.config.{path}`"))
            }
            Self::Kind { setting, .. } => Some(format!("look at `provider.config.{setting}`")),
            Self::NoSecret { secret } => Some(format!(
                "add to `provider.secrets`: `{secret}: {{env: VARIABLE}}`"
            )),
            Self::NoLogin { known } => known.first().map(|(secret, _)| {
                format!("add one of them to `provider.secrets`: `{secret}: {{env: VARIABLE}}`")
            }),
            Self::ManyLogins { .. } => Some("keep one of them in `provider.secrets`".to_owned()),
            Self::NoSetting { setting, .. } => {
                Some(format!("add to the policy: `provider.config.{setting}`"))
            }
            Self::Key { source, .. } => Some(source.hint().to_owned()),
            Self::Certificate { .. } => Some(
                "the file holds, as PEM, the certificate that was made for the private key"
                    .to_owned(),
            ),
            Self::Identity { .. } => Some(
                "give one PEM text with the certificate, those that it hangs on, and its private key"
                    .to_owned(),
            ),
            Self::UnknownSecret { secret, known, .. } => {
                let known = || known.iter().map(String::as_str);
                Some(match nearest(secret, known()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None if known().next().is_none() => "it takes none".to_owned(),
                    None => format!("known are {}", listed(known())),
                })
            }
            Self::Authorities { .. } | Self::CertificateFile { .. } => {
                Some("the path is relative to the policy's folder".to_owned())
            }
            Self::Ldap(failure) => failure.hint(),
            Self::Sql(failure) => failure.hint(),
            Self::Endpoint { source, .. } => Some(source.hint().to_owned()),
        }
    }
}
