//! Why a registry does not give, or take, a package.

use super::NoCredential;
use crate::digest::Digest;
use crate::package::NoPackage;
use crate::signature::Unsigned;
use oci_client::errors::{DigestError, OciDistributionError, OciErrorCode};
use std::error::Error;

/// Why a registry does not give, or take, a package.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// It cannot be asked.
    #[error("the registry `{host}` cannot be reached")]
    Unreachable {
        /// Which registry.
        host: String,
        /// In the network's words.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// It has no such thing.
    #[error("the registry has no `{what}`")]
    Missing {
        /// Address, or address and digest.
        what: String,
    },
    /// It gives this to others only.
    #[error("the registry does not let us have `{what}`")]
    Denied {
        /// Address, or address and digest.
        what: String,
    },
    /// It answers what no registry should.
    #[error("the registry `{host}` answers `{why}`")]
    Answer {
        /// Which registry.
        host: String,
        /// In its words, shortened.
        why: String,
    },
    /// What it gives is not what its name says.
    #[error("{what} has been altered: it is {found}, and {wanted} is wanted")]
    Altered {
        /// What.
        what: String,
        /// What was asked for.
        wanted: String,
        /// What came.
        found: String,
    },
    /// What it gives is no plugin.
    #[error("`{package}` is no package of a plugin")]
    Package {
        /// Address.
        package: String,
        /// Why.
        #[source]
        source: NoPackage,
    },
    /// It is not signed as it has to be.
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    /// It gives more than it announced.
    #[error("{what} is larger than its manifest says")]
    TooLarge {
        /// What.
        what: String,
    },
    /// There is a login, and it cannot be used.
    #[error(transparent)]
    Login(#[from] NoCredential),
    /// This machine cannot do it.
    #[error("registries cannot be asked from here")]
    Machine(#[source] Box<dyn Error + Send + Sync>),
    /// It must not be fetched now, and is not on this machine.
    #[error("the plugin was accepted, and is not on this machine yet ({digest})")]
    Elsewhere {
        /// Which component.
        digest: Digest,
    },
}

impl RegistryError {
    /// Says what to do about it.
    pub fn hint(&self) -> String {
        let hint = match self {
            Self::Unreachable { host, .. } => {
                return format!(
                    "check the name `{host}`, the network and, behind a proxy, HTTPS_PROXY"
                );
            }
            Self::Missing { .. } => "check repository and tag",
            Self::Denied { .. } => {
                "log in by `docker login HOST`, or set MUSTER_REGISTRY (the host), MUSTER_REGISTRY_USER and MUSTER_REGISTRY_PASSWORD"
            }
            Self::Answer { .. } => "try again later; if it stays so, ask whoever runs the registry",
            Self::Altered { .. } | Self::TooLarge { .. } => {
                "nothing was taken; whoever runs the registry must find out who wrote there"
            }
            Self::Package { source, .. } => source.hint(),
            Self::Unsigned(Unsigned::Missing { .. }) => {
                "ask its author for a signature in the form of cosign (`cosign sign --key`, `muster provider push --sign`)"
            }
            Self::Unsigned(Unsigned::Stranger { .. } | Unsigned::Other { .. }) => {
                "do not use it before its author has said what happened"
            }
            Self::Login(_) => "log in again by `docker login HOST`",
            Self::Machine(_) => "check the certificates that this machine trusts",
            Self::Elsewhere { .. } => "`muster check --online` fetches it",
        };
        hint.to_owned()
    }

    /// True if nobody is to be believed before a person has looked; false if it
    /// may help to try again.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Altered { .. } | Self::Package { .. } | Self::Unsigned(_) | Self::TooLarge { .. }
        )
    }

    /// What a client's error means for what was asked.
    pub(super) fn of(error: OciDistributionError, host: &str, what: &str) -> Self {
        let (host, what) = (host.to_owned(), what.to_owned());
        match error {
            OciDistributionError::DigestError(DigestError::VerificationError {
                expected,
                actual,
            }) => Self::Altered {
                what: format!("`{what}`"),
                wanted: expected,
                found: actual,
            },
            OciDistributionError::UnauthorizedError { .. }
            | OciDistributionError::AuthenticationFailure(_)
            | OciDistributionError::ServerError {
                code: 401 | 403, ..
            } => Self::Denied { what },
            OciDistributionError::ServerError { code: 404, .. }
            | OciDistributionError::ImageManifestNotFoundError(_) => Self::Missing { what },
            OciDistributionError::RegistryError { envelope, .. } => {
                let code = envelope.errors.first().map(|error| &error.code);
                match code {
                    Some(
                        OciErrorCode::ManifestUnknown
                        | OciErrorCode::NameUnknown
                        | OciErrorCode::BlobUnknown
                        | OciErrorCode::NotFound,
                    ) => Self::Missing { what },
                    Some(OciErrorCode::Denied | OciErrorCode::Unauthorized) => {
                        Self::Denied { what }
                    }
                    _ => Self::Answer {
                        host,
                        why: short(&envelope.to_string()),
                    },
                }
            }
            OciDistributionError::RequestError(error) => Self::Unreachable {
                host,
                source: Box::new(error),
            },
            error => Self::Answer {
                host,
                why: short(&error.to_string()),
            },
        }
    }
}

/// What a stranger says fits in a line.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}
