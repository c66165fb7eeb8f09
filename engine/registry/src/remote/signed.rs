//! Whether somebody whose key is believed has signed a package.

use super::{Registry, RegistryError};
use crate::bundle;
use crate::digest::Digest;
use crate::key::PublicKey;
use crate::package::{Manifest, NoPackage};
use crate::signature::{self, Proof, Unsigned};

/// What was found on the way to a good signature.
#[derive(Default)]
struct Search {
    found: usize,
    about: Option<String>,
}

impl Search {
    /// True if it may end.
    fn ends_with(&mut self, proof: Proof) -> bool {
        self.found += 1;
        match proof {
            Proof::Good => true,
            Proof::Stranger => false,
            Proof::Other(about) => {
                self.about = Some(about);
                false
            }
        }
    }
}

impl Registry {
    /// Looks for a signature of the key's owner, in both places in which there may
    /// be some.
    pub(super) async fn signed(
        &self,
        manifest: Digest,
        key: &PublicKey,
    ) -> Result<(), RegistryError> {
        let mut search = Search::default();
        if self.statement_signs(manifest, key, &mut search).await?
            || self.bundle_signs(manifest, key, &mut search).await?
        {
            return Ok(());
        }
        let package = self.at(manifest);
        Err(match (search.found, search.about) {
            (0, _) => Unsigned::Missing {
                package,
                tag: signature::tag(manifest),
            },
            (_, Some(about)) => Unsigned::Other { package, about },
            (found, None) => Unsigned::Stranger {
                package,
                key: key.to_string(),
                found,
            },
        }
        .into())
    }

    /// Looks at the statements under the package's tag for signatures.
    async fn statement_signs(
        &self,
        manifest: Digest,
        key: &PublicKey,
        search: &mut Search,
    ) -> Result<bool, RegistryError> {
        let Some(found) = self.signatures(&signature::tag(manifest)).await? else {
            return Ok(false);
        };
        for layer in found.layers.iter().take(signature::MOST) {
            let Ok(digest) = layer.digest.parse::<Digest>() else {
                continue;
            };
            if layer.media_type != signature::STATEMENT || layer.size > signature::LARGEST {
                continue;
            }
            let statement = self.blob(digest, layer.size).await?;
            if search.ends_with(signature::judge(layer, &statement, manifest, key)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks at the bundles that refer to the package.
    async fn bundle_signs(
        &self,
        manifest: Digest,
        key: &PublicKey,
        search: &mut Search,
    ) -> Result<bool, RegistryError> {
        let (host, what) = (self.reference.host(), self.at(manifest));
        let package = self.reference.at(manifest);
        let asked = self.client.pull_referrers(&package, Some(bundle::BUNDLE));
        let index = super::in_time(asked, host).await?;
        let index = index.map_err(|error| RegistryError::of(error, host, &what))?;
        // Not every registry picks them itself.
        let is_bundle = |kind: &Option<String>| kind.as_deref() == Some(bundle::BUNDLE);
        let all = index.manifests.iter();
        let bundles = all.filter(|entry| is_bundle(&entry.artifact_type));
        for entry in bundles.take(signature::MOST) {
            let Ok(digest) = entry.digest.parse::<Digest>() else {
                continue;
            };
            let (bytes, _) = self.manifest(&self.reference.at(digest)).await?;
            let Ok(refers) = serde_json::from_slice::<Manifest>(&bytes) else {
                continue;
            };
            for layer in refers.layers.iter().take(1) {
                let Ok(digest) = layer.digest.parse::<Digest>() else {
                    continue;
                };
                if layer.media_type != bundle::BUNDLE || layer.size > bundle::LARGEST {
                    continue;
                }
                let text = self.blob(digest, layer.size).await?;
                if search.ends_with(bundle::judge(&text, manifest, key)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The manifest of the signatures under a tag; none if there are none.
    pub(super) async fn signatures(&self, tag: &str) -> Result<Option<Manifest>, RegistryError> {
        let (bytes, digest) = match self.manifest(&self.reference.tagged(tag)).await {
            Ok(found) => found,
            Err(RegistryError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let manifest = serde_json::from_slice(&bytes);
        manifest.map(Some).map_err(|error| RegistryError::Package {
            package: self.at(digest),
            source: NoPackage::Manifest(error.to_string()),
        })
    }
}
