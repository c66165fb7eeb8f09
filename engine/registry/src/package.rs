//! What a package looks like in a registry: a manifest with a configuration and
//! one layer, which is the component
//! (<https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/>).
//! Packages of other tools are taken, whatever their configuration is.

use crate::digest::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The kind of a manifest.
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The kind of a configuration that Muster writes.
const CONFIG: &str = "application/vnd.wasm.config.v0+json";

/// The kind of a component.
const COMPONENT: &str = "application/wasm";

/// What older tools call it.
const COMPONENT_BEFORE: &str = "application/vnd.wasm.content.layer.v1+wasm";

/// Largest component that is fetched, in bytes.
pub const LARGEST: u64 = 256 << 20;

/// A manifest, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    pub schema_version: u32,
    #[serde(default)]
    pub media_type: String,
    pub config: Descriptor,
    #[serde(default)]
    pub layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// What a manifest says of a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub media_type: String,
    pub digest: String,
    pub size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// Why a package holds no plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPackage {
    /// Its manifest is nothing that can be read.
    #[error("its manifest cannot be read: {0}")]
    Manifest(String),
    /// It stands for several packages.
    #[error("it is an index of several packages")]
    Index,
    /// It has no layer, or several.
    #[error("it has {0} layers; a plugin's package has one, the component")]
    Layers(usize),
    /// It holds something else.
    #[error("it holds `{found}`; a plugin's package holds `{COMPONENT}`")]
    Kind {
        /// The kind of its layer.
        found: String,
    },
    /// Its layer is named by another kind of digest.
    #[error("its component has the digest `{found}`, which is no `sha256:`")]
    Digest {
        /// As the manifest has it.
        found: String,
    },
    /// Its component is too large.
    #[error("its component has {size} bytes, more than {LARGEST}")]
    Size {
        /// As the manifest has it.
        size: u64,
    },
}

impl NoPackage {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Index => "name one of them by its digest: `oci://HOST/REPOSITORY@sha256:…`",
            Self::Size { .. } => "ask its author for a smaller one",
            _ => {
                "check the address; its author publishes a plugin by `muster provider push`, or by any tool that makes one layer of `application/wasm`"
            }
        }
    }
}

/// Where the component of a package lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Component {
    pub digest: Digest,
    pub size: u64,
}

impl Manifest {
    pub fn new(kind: &str, config: &[u8], layers: Vec<Descriptor>) -> Self {
        Self {
            schema_version: 2,
            media_type: MANIFEST.to_owned(),
            config: Descriptor::of(kind, config),
            layers,
            annotations: BTreeMap::new(),
        }
    }

    /// Reads a manifest and says where the component lies.
    pub fn component(bytes: &[u8]) -> Result<Component, NoPackage> {
        #[derive(Deserialize)]
        struct Index {
            #[serde(default)]
            manifests: Option<serde_json::Value>,
        }
        let unread = |error: serde_json::Error| NoPackage::Manifest(error.to_string());
        let index: Index = serde_json::from_slice(bytes).map_err(unread)?;
        if index.manifests.is_some() {
            return Err(NoPackage::Index);
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(unread)?;
        let [layer] = manifest.layers.as_slice() else {
            return Err(NoPackage::Layers(manifest.layers.len()));
        };
        if ![COMPONENT, COMPONENT_BEFORE].contains(&layer.media_type.as_str()) {
            return Err(NoPackage::Kind {
                found: layer.media_type.clone(),
            });
        }
        if layer.size > LARGEST {
            return Err(NoPackage::Size { size: layer.size });
        }
        let digest = layer.digest.parse().map_err(|_| NoPackage::Digest {
            found: layer.digest.clone(),
        })?;
        Ok(Component {
            digest,
            size: layer.size,
        })
    }

    /// The bytes that a digest is of.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

impl Descriptor {
    pub fn of(kind: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: kind.to_owned(),
            digest: Digest::of(bytes).to_string(),
            size: bytes.len() as u64,
            annotations: BTreeMap::new(),
        }
    }
}

/// A component, ready to be published.
#[derive(Clone, Debug)]
pub struct Package<'a> {
    /// The component.
    pub bytes: &'a [u8],
    /// What its manifest calls it.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// What it is, in a sentence.
    pub summary: &'a str,
    /// Interfaces that it imports.
    pub imports: &'a [String],
    /// Interfaces that it exports.
    pub exports: &'a [String],
}

impl Package<'_> {
    /// The manifest and the configuration. The same component gives the same
    /// bytes: no time is in them.
    pub(crate) fn layout(&self) -> (Manifest, Vec<u8>) {
        let layer = Descriptor {
            annotations: BTreeMap::from([(
                "org.opencontainers.image.title".to_owned(),
                format!("{}.wasm", self.name),
            )]),
            ..Descriptor::of(COMPONENT, self.bytes)
        };
        let config = serde_json::json!({
            "created": "1970-01-01T00:00:00Z",
            "architecture": "wasm",
            "os": "wasip2",
            "layerDigests": [layer.digest],
            "component": {"exports": self.exports, "imports": self.imports},
        });
        let config = config.to_string().into_bytes();
        let mut manifest = Manifest::new(CONFIG, &config, vec![layer]);
        manifest.annotations = [
            ("org.opencontainers.image.title", self.name),
            ("org.opencontainers.image.version", self.version),
            ("org.opencontainers.image.description", self.summary),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        (manifest, config)
    }
}
