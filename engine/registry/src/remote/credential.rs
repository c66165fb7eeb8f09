//! Who asks a registry: found where the users of such tools keep it.

use crate::reference::Reference;
use docker_credential::{
    CredentialRetrievalError as Unfound, DockerCredential, get_credential, get_podman_credential,
};
use oci_client::secrets::RegistryAuth;
use std::fmt;

/// A name and a password for one registry, from the environment.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Whose they are: `HOST` or `HOST:PORT`.
    pub registry: String,
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({} at {})", self.user, self.registry)
    }
}

/// Why there is no credential where one should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCredential {
    /// What was found cannot be used.
    #[error("the login for `{host}` in Docker's configuration cannot be used: {why}")]
    Unusable {
        /// Which registry.
        host: String,
        /// Why.
        why: &'static str,
    },
}

/// The credential for a registry: the environment's if it is for this very
/// registry, else that of `docker login` or of its relatives; else none.
pub(super) fn credential(
    reference: &Reference,
    login: Option<&Login>,
) -> Result<RegistryAuth, NoCredential> {
    let host = reference.host();
    if let Some(login) = login.filter(|login| login.registry.eq_ignore_ascii_case(host)) {
        return Ok(RegistryAuth::Basic(
            login.user.clone(),
            login.password.clone(),
        ));
    }
    let kept = match host {
        // The name under which Docker keeps its own registry.
        "docker.io" | "index.docker.io" => "https://index.docker.io/v1/",
        host => host,
    };
    let found = match get_credential(kept) {
        Err(Unfound::NoCredentialConfigured | Unfound::ConfigNotFound) => {
            get_podman_credential(kept)
        }
        found => found,
    };
    let unusable = |why| {
        Err(NoCredential::Unusable {
            host: host.to_owned(),
            why,
        })
    };
    // What a helper has printed may be a secret, and is not repeated.
    match found {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(RegistryAuth::Basic(user, password))
        }
        Ok(DockerCredential::IdentityToken(_)) => unusable("it is an identity token"),
        Err(Unfound::NoCredentialConfigured | Unfound::ConfigNotFound) => {
            Ok(RegistryAuth::Anonymous)
        }
        Err(Unfound::HelperFailure { .. }) => unusable("its credential helper failed"),
        Err(Unfound::HelperCommunicationError) => unusable("its credential helper cannot be run"),
        Err(Unfound::MalformedHelperResponse) => {
            unusable("its credential helper answered nonsense")
        }
        Err(Unfound::CredentialMismatchError) => {
            unusable("`auth` and `username` with `password` are different")
        }
        Err(Unfound::CredentialDecodingError) => unusable("`auth` is no `USER:PASSWORD` in base64"),
        Err(Unfound::ConfigReadError) => unusable("the file cannot be read"),
    }
}
