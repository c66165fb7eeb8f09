//! Publishing: a package, and signatures beside it.

use super::{Registry, RegistryError, in_time, machine};
use crate::digest::Digest;
use crate::key::PrivateKey;
use crate::package::Package;
use crate::signature::{self, Proof};

impl Registry {
    /// Publishes a package under the address's tag, and says which digest its
    /// manifest has.
    ///
    /// # Errors
    /// [`RegistryError`] if the registry does not take it.
    pub fn push(&self, package: &Package<'_>) -> Result<Digest, RegistryError> {
        let (manifest, config) = package.layout();
        let bytes = manifest.to_bytes().map_err(|error| machine(error.into()))?;
        let tag = self.reference.tag().unwrap_or("latest").to_owned();
        self.runtime.block_on(async {
            self.put_blob(package.bytes).await?;
            self.put_blob(&config).await?;
            self.put_manifest(&tag, &bytes).await
        })
    }

    /// Signs a manifest in the form of cosign. Signatures of others stay.
    ///
    /// # Errors
    /// [`RegistryError`] if the registry does not take it.
    pub fn sign(&self, manifest: Digest, key: &PrivateKey) -> Result<(), RegistryError> {
        let name = format!("{}/{}", self.reference.host(), self.reference.repository());
        let statement = signature::statement(&name, manifest);
        let statement = statement.map_err(|error| machine(error.into()))?;
        let layer = signature::signed(&statement, key).map_err(|error| machine(error.into()))?;
        let tag = signature::tag(manifest);
        self.runtime.block_on(async {
            let before = self.signatures(&tag).await?;
            let mut layers = before.map(|before| before.layers).unwrap_or_default();
            // An older signature of the same key over the same words says the same.
            let public = key.public();
            layers.retain(|known| {
                known.digest != layer.digest
                    || signature::judge(known, &statement, manifest, &public) != Proof::Good
            });
            layers.push(layer);
            let (envelope, config) = signature::envelope(layers);
            let bytes = envelope.to_bytes().map_err(|error| machine(error.into()))?;
            self.put_blob(&statement).await?;
            self.put_blob(&config).await?;
            self.put_manifest(&tag, &bytes).await.map(drop)
        })
    }

    async fn put_blob(&self, bytes: &[u8]) -> Result<(), RegistryError> {
        let (host, digest) = (self.reference.host(), Digest::of(bytes));
        let what = self.at(digest);
        let image = self.reference.wanted();
        let pushed = self
            .client
            .push_blob(&image, bytes.to_vec(), &digest.to_string())
            .await;
        pushed
            .map(drop)
            .map_err(|error| RegistryError::of(error, host, &what))
    }

    async fn put_manifest(&self, tag: &str, bytes: &[u8]) -> Result<Digest, RegistryError> {
        let host = self.reference.host();
        let image = self.reference.tagged(tag);
        let what = format!("oci://{}", image.whole());
        let kind = crate::package::MANIFEST.parse();
        let kind = kind.map_err(|_| RegistryError::Answer {
            host: host.to_owned(),
            why: "no kind of manifest".to_owned(),
        })?;
        let pushed = self.client.push_manifest_raw(&image, bytes.to_vec(), kind);
        let pushed = in_time(pushed, host).await?;
        pushed.map_err(|error| RegistryError::of(error, host, &what))?;
        Ok(Digest::of(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::Manifest;

    #[test]
    fn the_same_component_gives_the_same_manifest() {
        let package = Package {
            bytes: b"component",
            name: "hris",
            version: "1.2.0",
            summary: "People of an HRIS",
            imports: &["muster:provider/http@0.1.0".to_owned()],
            exports: &[],
        };
        let bytes = || package.layout().0.to_bytes().unwrap();
        assert_eq!(bytes(), bytes());
        let component = Manifest::component(&bytes()).unwrap();
        assert_eq!(component.digest, Digest::of(b"component"));
        assert_eq!(component.size, 9);
    }
}
