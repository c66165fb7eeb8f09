//! Keys that packages are signed with: ECDSA on P-256, and Ed25519.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, UnparsedPublicKey,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use std::fmt;
use std::str::FromStr;

/// What stands before a public key of each kind in its DER form (RFC 5480,
/// RFC 8410).
const P256: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
const EDWARDS: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

/// The public half: whose signature is believed.
///
/// Its text is what stands between the lines of its PEM file, in one line.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: Kind,
    /// As the mathematics wants it, without what stands before it.
    point: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    P256,
    Ed25519,
}

/// Why a text is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// It is something else.
    #[error("it is no public key in PEM")]
    NotPublic,
    /// It is a key of another kind.
    #[error("it is neither a key of ECDSA on P-256 nor of Ed25519")]
    Kind,
    /// It is something else.
    #[error("it is no private key in PEM (PKCS#8)")]
    NotPrivate,
    /// It is in an older form.
    #[error("it is a private key in an older form than PKCS#8")]
    Older,
    /// Nobody can read it without a password.
    #[error("it is encrypted")]
    Encrypted,
}

impl NoKey {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotPublic => "make one of a private key: openssl pkey -in KEY.pem -pubout",
            Self::Kind | Self::NotPrivate => {
                "make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out KEY.pem"
            }
            Self::Older => {
                "turn it into PKCS#8: openssl pkcs8 -topk8 -nocrypt -in OLD.pem -out KEY.pem"
            }
            Self::Encrypted => {
                "decrypt it into a file that nobody else can read, or sign by the tool that made it"
            }
        }
    }
}

impl PublicKey {
    /// Reads a PEM file.
    ///
    /// # Errors
    /// [`NoKey`] says what it is instead.
    pub fn from_pem(text: &str) -> Result<Self, NoKey> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes());
        Self::from_der(&der.map_err(|_| NoKey::NotPublic)?)
    }

    fn from_der(der: &[u8]) -> Result<Self, NoKey> {
        let (kind, point, length) = match (der.strip_prefix(P256), der.strip_prefix(EDWARDS)) {
            (Some(point), _) => (Kind::P256, point, 65),
            (_, Some(point)) => (Kind::Ed25519, point, 32),
            _ => return Err(NoKey::Kind),
        };
        match point.len() == length {
            true => Ok(Self {
                kind,
                point: point.to_vec(),
            }),
            false => Err(NoKey::Kind),
        }
    }

    fn to_der(&self) -> Vec<u8> {
        let before = match self.kind {
            Kind::P256 => P256,
            Kind::Ed25519 => EDWARDS,
        };
        [before, &self.point].concat()
    }

    /// The key as a PEM file.
    pub fn to_pem(&self) -> String {
        let body = self.to_string();
        let mut out = "-----BEGIN PUBLIC KEY-----\n".to_owned();
        let mut rest = body.as_str();
        while !rest.is_empty() {
            // Base64 has one byte a letter.
            let (line, more) = rest.split_at_checked(64).unwrap_or((rest, ""));
            out.push_str(line);
            out.push('\n');
            rest = more;
        }
        out + "-----END PUBLIC KEY-----\n"
    }

    /// True if this key's owner has signed these bytes.
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.kind {
            Kind::P256 => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.point)
                .verify(message, signature)
                .is_ok(),
            Kind::Ed25519 => UnparsedPublicKey::new(&ED25519, &self.point)
                .verify(message, signature)
                .is_ok(),
        }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.to_der()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {self}", self.kind)
    }
}

impl FromStr for PublicKey {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let der = STANDARD.decode(text).map_err(|_| NoKey::NotPublic)?;
        Self::from_der(&der)
    }
}

/// The private half. It is never shown.
pub struct PrivateKey(Pair);

enum Pair {
    P256(Box<EcdsaKeyPair>, SystemRandom),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Chance gave nothing to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the machine has no randomness to sign with")]
pub struct NoChance;

impl PrivateKey {
    /// Reads a PEM file in PKCS#8, unencrypted.
    ///
    /// # Errors
    /// [`NoKey`] says what it is instead, and never shows it.
    pub fn from_pem(text: &str) -> Result<Self, NoKey> {
        if text.contains("ENCRYPTED") {
            return Err(NoKey::Encrypted);
        }
        let Ok(der) = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()) else {
            return Err(match text.contains("BEGIN EC PRIVATE KEY") {
                true => NoKey::Older,
                false => NoKey::NotPrivate,
            });
        };
        let der = der.secret_pkcs8_der();
        let chance = SystemRandom::new();
        if let Ok(pair) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der, &chance) {
            return Ok(Self(Pair::P256(Box::new(pair), chance)));
        }
        // OpenSSL leaves the public half out.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der);
        let pair = pair.map_err(|_| NoKey::Kind)?;
        Ok(Self(Pair::Ed25519(Box::new(pair))))
    }

    /// The other half.
    pub fn public(&self) -> PublicKey {
        let (kind, point) = match &self.0 {
            Pair::P256(pair, _) => (Kind::P256, pair.public_key().as_ref().to_vec()),
            Pair::Ed25519(pair) => (Kind::Ed25519, pair.public_key().as_ref().to_vec()),
        };
        PublicKey { kind, point }
    }

    /// Signs bytes.
    ///
    /// # Errors
    /// [`NoChance`] if the machine has no randomness.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, NoChance> {
        match &self.0 {
            Pair::P256(pair, chance) => {
                let signature = pair.sign(chance, message).map_err(|_| NoChance)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

#[cfg(test)]
mod tests;
