//! Who asks a registry: found where the users of such tools keep it.

use crate::reference::Reference;
use docker_credential::{
    CredentialRetrievalError as Unfound, DockerCredential, get_credential_from_reader,
};
use oci_client::secrets::RegistryAuth;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

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
#[error("the login for `{host}` in `{}` cannot be used: {why}", .file.display())]
pub struct NoCredential {
    host: String,
    file: PathBuf,
    why: &'static str,
}

/// The credential for a registry: the environment's if it is for this very
/// registry, else that of the first of these files (Docker's or its relatives')
/// that has one; else none.
pub(super) fn credential(
    reference: &Reference,
    login: Option<&Login>,
    files: &[PathBuf],
) -> Result<RegistryAuth, NoCredential> {
    let host = reference.host();
    if let Some(login) = login.filter(|login| login.registry.eq_ignore_ascii_case(host)) {
        return Ok(RegistryAuth::Basic(
            login.user.clone(),
            login.password.clone(),
        ));
    }
    for file in files {
        let found = kept(file, host).map_err(|why| NoCredential {
            host: host.to_owned(),
            file: file.clone(),
            why,
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Ok(RegistryAuth::Anonymous)
}

/// What one file has for a registry. What a helper printed may be a secret, and is
/// not repeated.
fn kept(file: &Path, host: &str) -> Result<Option<RegistryAuth>, &'static str> {
    let unreadable = "the file cannot be read";
    let open = match File::open(file) {
        Ok(open) => BufReader::new(open),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(unreadable),
    };
    let name = match host {
        // The name under which Docker keeps its own registry.
        "docker.io" | "index.docker.io" => "https://index.docker.io/v1/",
        host => host,
    };
    match get_credential_from_reader(open, name) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(Some(RegistryAuth::Basic(user, password)))
        }
        Ok(DockerCredential::IdentityToken(_)) => Err("it is an identity token"),
        Err(Unfound::NoCredentialConfigured | Unfound::ConfigNotFound) => Ok(None),
        // So say helpers that have none.
        Err(Unfound::HelperFailure { stdout, .. }) if stdout.contains("credentials not found") => {
            Ok(None)
        }
        Err(Unfound::HelperFailure { .. }) => Err("its credential helper failed"),
        Err(Unfound::HelperCommunicationError) => Err("its credential helper cannot be run"),
        Err(Unfound::MalformedHelperResponse) => Err("its credential helper answered nonsense"),
        Err(Unfound::CredentialMismatchError) => {
            Err("`auth` and `username` with `password` are different")
        }
        Err(Unfound::CredentialDecodingError) => Err("`auth` is no `USER:PASSWORD` in base64"),
        Err(Unfound::ConfigReadError) => Err(unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// The credential for a registry with these files.
    fn found(host: &str, files: &[&str]) -> Result<RegistryAuth, NoCredential> {
        let folder = tempfile::tempdir().unwrap();
        let write = |(number, text): (usize, &&str)| {
            let path = folder.path().join(number.to_string());
            if !text.is_empty() {
                fs::write(&path, text).unwrap();
            }
            path
        };
        let files: Vec<PathBuf> = files.iter().enumerate().map(write).collect();
        let login = Login {
            registry: "env.example.org".to_owned(),
            user: "env".to_owned(),
            password: "S3cret".to_owned(),
        };
        let reference = Reference::parse(&format!("oci://{host}/x:1")).unwrap();
        credential(&reference, Some(&login), &files)
    }

    fn basic(user: &str, password: &str) -> Result<RegistryAuth, NoCredential> {
        Ok(RegistryAuth::Basic(user.to_owned(), password.to_owned()))
    }

    const DOCKER: &str = r#"{"auths": {
        "r.example.org": {"auth": "bWU6UzNjcmV0OndpdGg6Y29sb25z"},
        "https://index.docker.io/v1/": {"username": "hub", "password": "S3cret"},
        "t.example.org": {"identitytoken": "S3cret"},
        "b.example.org": {"auth": "!"}
    }, "credHelpers": {"h.example.org": "muster-has-no-such-helper"}}"#;

    #[test]
    fn each_registry_has_its_own() {
        let files = [
            "",
            DOCKER,
            r#"{"auths": {"p.example.org": {"username": "p", "password": "q"}}}"#,
        ];
        assert_eq!(found("env.example.org", &files), basic("env", "S3cret"));
        assert_eq!(found("ENV.example.org", &files), basic("env", "S3cret"));
        assert_eq!(
            found("r.example.org", &files),
            basic("me", "S3cret:with:colons")
        );
        assert_eq!(found("docker.io", &files), basic("hub", "S3cret"));
        assert_eq!(
            found("p.example.org", &files),
            basic("p", "q"),
            "the next file"
        );
        assert_eq!(
            found("r.example.org:5000", &files),
            Ok(RegistryAuth::Anonymous)
        );
        assert_eq!(found("other.example.org", &[]), Ok(RegistryAuth::Anonymous));
    }

    #[test]
    fn what_cannot_be_used_says_why_and_is_not_shown() {
        for (host, why) in [
            ("t.example.org", "identity token"),
            ("b.example.org", "base64"),
            ("h.example.org", "helper cannot be run"),
        ] {
            let told = found(host, &[DOCKER]).unwrap_err();
            assert!(told.to_string().contains(why), "{told}");
            assert!(!format!("{told} {told:?}").contains("S3cret"));
        }
        assert!(
            found("r.example.org", &["{"])
                .unwrap_err()
                .to_string()
                .contains("cannot be read")
        );
    }
}
