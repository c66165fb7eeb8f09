//! Signatures of packages, in the older of cosign's two forms: a statement that names the
//! digest of the package's manifest, signed, and kept beside the package under
//! the tag `sha256-<digest>.sig`
//! (<https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md>).

use crate::digest::Digest;
use crate::key::{NoChance, PrivateKey, PublicKey};
use crate::package::{Descriptor, Manifest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a signed statement is.
pub(crate) const STATEMENT: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The annotation with a statement's signature.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// What a statement about a package says of itself.
const KIND: &str = "cosign container image signature";

/// Statements that are looked at.
pub(crate) const MOST: usize = 64;

/// Bytes of a statement.
pub(crate) const LARGEST: u64 = 64 << 10;

/// Why no signature is good enough.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// Nobody has signed it.
    #[error("`{package}` has no signature: neither `{tag}` nor a bundle is beside it")]
    Missing {
        /// Address and digest.
        package: String,
        /// Where a signature would be.
        tag: String,
    },
    /// None of the signatures is of this key.
    #[error("no signature of `{package}` is by the key `{key}` ({found} there)")]
    Stranger {
        /// Address and digest.
        package: String,
        /// Whose signature is wanted.
        key: String,
        /// How many there are.
        found: usize,
    },
    /// The key's owner has signed something else.
    #[error("the signature beside `{package}` is about something else: {about}")]
    Other {
        /// Address and digest.
        package: String,
        /// What it is about.
        about: String,
    },
}

/// The tag under which the signatures of a manifest are kept.
pub fn tag(manifest: Digest) -> String {
    format!("sha256-{}.sig", manifest.hex())
}

#[derive(Serialize, Deserialize)]
struct Statement {
    #[serde(alias = "Critical")]
    critical: Critical,
    #[serde(alias = "Optional", default)]
    optional: serde_json::Value,
}

#[derive(Serialize, Deserialize)]
struct Critical {
    #[serde(alias = "Identity", default)]
    identity: serde_json::Value,
    #[serde(alias = "Image")]
    image: Image,
    #[serde(alias = "Type", rename = "type")]
    kind: String,
}

#[derive(Serialize, Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest", alias = "Docker-manifest-digest")]
    digest: String,
}

/// The statement that a package's manifest has this digest.
pub(crate) fn statement(repository: &str, manifest: Digest) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Statement {
        critical: Critical {
            identity: serde_json::json!({"docker-reference": repository}),
            image: Image {
                digest: manifest.to_string(),
            },
            kind: KIND.to_owned(),
        },
        optional: serde_json::Value::Null,
    })
}

/// What one signed statement proves to whoever believes a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// That this manifest is the one.
    Good,
    /// Nothing: somebody else signed it, or nobody.
    Stranger,
    /// That the key's owner said this, which is about something else.
    Other(String),
}

/// Judges a statement with the signature that its layer has.
pub(crate) fn judge(
    layer: &Descriptor,
    statement: &[u8],
    manifest: Digest,
    key: &PublicKey,
) -> Proof {
    let text = layer.annotations.get(SIGNATURE);
    let signature = text.and_then(|text| STANDARD.decode(text.trim()).ok());
    if !signature.is_some_and(|signature| key.has_signed(statement, &signature)) {
        return Proof::Stranger;
    }
    match serde_json::from_slice::<Statement>(statement) {
        Err(error) => Proof::Other(format!("it cannot be read ({error})")),
        Ok(said) if said.critical.kind != KIND => Proof::Other(said.critical.kind),
        Ok(said) if said.critical.image.digest != manifest.to_string() => {
            Proof::Other(said.critical.image.digest)
        }
        Ok(_) => Proof::Good,
    }
}

/// A statement's layer: the bytes, and what the signatures' manifest says of
/// them.
pub(crate) fn signed(statement: &[u8], key: &PrivateKey) -> Result<Descriptor, NoChance> {
    let signature = STANDARD.encode(key.sign(statement)?);
    Ok(Descriptor {
        media_type: STATEMENT.to_owned(),
        digest: Digest::of(statement).to_string(),
        size: statement.len() as u64,
        annotations: BTreeMap::from([(SIGNATURE.to_owned(), signature)]),
    })
}

/// The manifest that holds signatures, and its configuration.
pub(crate) fn envelope(layers: Vec<Descriptor>) -> (Manifest, Vec<u8>) {
    let diffs: Vec<&str> = layers.iter().map(|layer| layer.digest.as_str()).collect();
    let config = serde_json::json!({
        "architecture": "",
        "os": "",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": diffs},
    });
    let config = config.to_string().into_bytes();
    let manifest = Manifest::new("application/vnd.oci.image.config.v1+json", &config, layers);
    (manifest, config)
}
