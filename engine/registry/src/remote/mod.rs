//! A registry on the network: packages fetched and published, signatures looked
//! for and made.
//!
//! INVARIANT: whatever is fetched by its digest is hashed before it is used;
//! nothing larger than was announced is kept.

mod credential;
mod fault;
mod push;
mod signed;

pub use credential::{Login, NoCredential};
pub use fault::RegistryError;

use crate::digest::Digest;
use crate::key::PublicKey;
use crate::package::{Component, LARGEST, MANIFEST, Manifest};
use crate::reference::Reference;
use oci_client::Client;
use oci_client::client::{ClientConfig, ClientProtocol, LayerDescriptor};
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::AsyncWrite;
use tokio::runtime::{Builder, Runtime};

/// How long a registry may take to give a small thing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of a manifest; registries keep none that is larger.
const LARGEST_MANIFEST: usize = 4 << 20;

/// Kinds of manifests that are asked for.
const MANIFESTS: [&str; 4] = [
    MANIFEST,
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// How registries are asked.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// A login from the environment.
    pub login: Option<Login>,
    /// Files in which Docker and its relatives keep logins, the first choice first.
    pub files: Vec<PathBuf>,
    /// Registries that are asked without TLS, beside those on this machine.
    pub plain: Vec<String>,
}

/// A package, found in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The digest of its manifest.
    pub manifest: Digest,
    /// The component.
    pub component: Vec<u8>,
}

/// One registry, ready to be asked about one repository.
pub struct Registry {
    client: Client,
    reference: Reference,
    runtime: Runtime,
}

impl Registry {
    /// Makes ready to ask; nothing is sent yet.
    ///
    /// # Errors
    /// [`RegistryError`] if this machine cannot ask, or a login cannot be used.
    pub fn open(reference: &Reference, access: &Access) -> Result<Self, RegistryError> {
        // One implementation for all: whoever was here before has put in the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let host = reference.host();
        let plain = access
            .plain
            .iter()
            .any(|plain| plain.eq_ignore_ascii_case(host));
        let protocol = match plain || reference.is_loopback() {
            true => ClientProtocol::HttpsExcept(vec![host.to_owned()]),
            false => ClientProtocol::Https,
        };
        let config = ClientConfig {
            protocol,
            platform_resolver: None,
            connect_timeout: Some(Duration::from_secs(15)),
            read_timeout: Some(PATIENCE),
            user_agent: concat!("muster/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        let client = Client::try_from(config).map_err(|error| machine(error.into()))?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| machine(error.into()))?;
        let auth = credential::credential(reference, access.login.as_ref(), &access.files)?;
        let asked = reference.wanted();
        runtime.block_on(client.store_auth_if_needed(asked.resolve_registry(), &auth));
        Ok(Self {
            client,
            reference: reference.clone(),
            runtime,
        })
    }

    /// Fetches what the address leads to now. With a key, somebody who holds its
    /// other half must have signed it.
    ///
    /// # Errors
    /// [`RegistryError`] says what is wrong, and whether a person has to look.
    pub fn newest(&self, key: Option<&PublicKey>) -> Result<Fetched, RegistryError> {
        self.fetch(&self.reference.wanted(), key)
    }

    /// Fetches the package with this very manifest, wherever tags lead now.
    ///
    /// # Errors
    /// As [`Registry::newest`].
    pub fn pinned(
        &self,
        manifest: Digest,
        key: Option<&PublicKey>,
    ) -> Result<Fetched, RegistryError> {
        self.fetch(&self.reference.at(manifest), key)
    }

    fn fetch(
        &self,
        wanted: &oci_client::Reference,
        key: Option<&PublicKey>,
    ) -> Result<Fetched, RegistryError> {
        self.runtime.block_on(async {
            let (bytes, manifest) = self.manifest(wanted).await?;
            if let Some(key) = key {
                self.signed(manifest, key).await?;
            }
            let component =
                Manifest::component(&bytes).map_err(|source| RegistryError::Package {
                    package: self.at(manifest),
                    source,
                })?;
            let component = self.component(component).await?;
            Ok(Fetched {
                manifest,
                component,
            })
        })
    }

    /// The repository and a digest in it, for messages.
    fn at(&self, digest: Digest) -> String {
        let (host, repository) = (self.reference.host(), self.reference.repository());
        format!("oci://{host}/{repository}@{digest}")
    }

    async fn manifest(
        &self,
        wanted: &oci_client::Reference,
    ) -> Result<(Vec<u8>, Digest), RegistryError> {
        let host = self.reference.host();
        let what = format!("oci://{}", wanted.whole());
        let auth = oci_client::secrets::RegistryAuth::Anonymous;
        // The credential was stored before; this one is not looked at.
        let pulled = self.client.pull_manifest_raw(wanted, &auth, &MANIFESTS);
        let pulled = in_time(pulled, host).await?;
        let (bytes, _) = pulled.map_err(|error| RegistryError::of(error, host, &what))?;
        let found = Digest::of(&bytes);
        let asked = wanted.digest().unwrap_or_default();
        if bytes.len() > LARGEST_MANIFEST {
            return Err(RegistryError::TooLarge {
                what: format!("the manifest of `{what}`"),
            });
        }
        // The client has looked as well; it is ours to be sure.
        if wanted.digest().is_some() && asked != found.to_string() {
            return Err(RegistryError::Altered {
                what: format!("`{what}`"),
                wanted: asked.to_owned(),
                found: found.to_string(),
            });
        }
        Ok((bytes.to_vec(), found))
    }

    async fn component(&self, component: Component) -> Result<Vec<u8>, RegistryError> {
        let bytes = self
            .blob(component.digest, component.size.min(LARGEST))
            .await?;
        match bytes.len() as u64 == component.size {
            true => Ok(bytes),
            false => Err(RegistryError::Answer {
                host: self.reference.host().to_owned(),
                why: format!(
                    "{} bytes, where its manifest says {}",
                    bytes.len(),
                    component.size
                ),
            }),
        }
    }

    async fn blob(&self, digest: Digest, most: u64) -> Result<Vec<u8>, RegistryError> {
        let what = self.at(digest);
        let mut out = Capped {
            bytes: Vec::new(),
            most,
            was_full: false,
        };
        let text = digest.to_string();
        let layer = LayerDescriptor {
            digest: &text,
            urls: &None,
        };
        let pulled = self
            .client
            .pull_blob(&self.reference.wanted(), &layer, &mut out)
            .await;
        if out.was_full {
            return Err(RegistryError::TooLarge {
                what: format!("`{what}`"),
            });
        }
        pulled.map_err(|error| RegistryError::of(error, self.reference.host(), &what))?;
        match Digest::of(&out.bytes) {
            found if found == digest => Ok(out.bytes),
            found => Err(RegistryError::Altered {
                what: format!("`{what}`"),
                wanted: text,
                found: found.to_string(),
            }),
        }
    }
}

fn machine(error: Box<dyn std::error::Error + Send + Sync>) -> RegistryError {
    RegistryError::Machine(error)
}

async fn in_time<T>(answer: impl Future<Output = T>, host: &str) -> Result<T, RegistryError> {
    let late = |error: tokio::time::error::Elapsed| RegistryError::Unreachable {
        host: host.to_owned(),
        source: error.into(),
    };
    tokio::time::timeout(PATIENCE, answer).await.map_err(late)
}

/// Takes bytes up to a number.
struct Capped {
    bytes: Vec<u8>,
    most: u64,
    was_full: bool,
}

impl AsyncWrite for Capped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        more: &[u8],
    ) -> Poll<io::Result<usize>> {
        if (self.bytes.len() + more.len()) as u64 > self.most {
            self.was_full = true;
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        self.bytes.extend_from_slice(more);
        Poll::Ready(Ok(more.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
