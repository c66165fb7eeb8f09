//! Bytes in JSON: the text that they are, or base64 of what is no text.
//!
//! ```json
//! "Anna Berg"
//! {"base64": "/9j/4AAQ"}
//! ```

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// Some bytes, as they are written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Octets<'a> {
    /// They are UTF-8.
    Text(Cow<'a, str>),
    /// They are not.
    Other {
        /// In base64.
        base64: String,
    },
}

impl<'a> Octets<'a> {
    /// Looks whether they are a text.
    pub fn of(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(_) => Self::Other {
                base64: STANDARD.encode(bytes),
            },
        }
    }

    /// The bytes again.
    pub fn bytes<E: Error>(self) -> Result<Vec<u8>, E> {
        match self {
            Self::Text(text) => Ok(text.into_owned().into_bytes()),
            Self::Other { base64 } => STANDARD.decode(base64).map_err(E::custom),
        }
    }
}

pub(crate) fn serialize<S: Serializer>(bytes: &[u8], out: S) -> Result<S::Ok, S::Error> {
    Octets::of(bytes).serialize(out)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    Octets::deserialize(from)?.bytes()
}

/// Bytes that may be missing.
pub(crate) mod optional {
    use super::Octets;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        bytes.as_deref().map(Octets::of).serialize(out)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let octets = Option::<Octets<'_>>::deserialize(from)?;
        octets.map(Octets::bytes).transpose()
    }
}
