//! Private keys of a policy, and signatures by them.

use crate::manifest::Algorithm;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use std::fmt;

/// Why a text is no private key to sign with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It is neither PEM nor JWK.
    #[error("it is no private key")]
    NoKey,
    /// It needs a passphrase.
    #[error("it is encrypted with a passphrase")]
    Encrypted,
    /// It is the other half.
    #[error("it is a public key or a certificate, not a private key")]
    Public,
    /// The key is damaged, too short or of another kind.
    #[error("the private key cannot be used: {0}")]
    Rejected(String),
    /// Its kind does not make the signatures that are wanted.
    #[error("{kind} does not sign with {algorithm}")]
    Algorithm {
        /// What the key is.
        kind: &'static str,
        /// What is wanted.
        algorithm: Algorithm,
    },
    /// It is no key file of a service account.
    #[error("it is no key file of a service account: {0}")]
    Account(String),
}

impl KeyFault {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoKey | Self::Public => {
                "give the whole PEM text, from `-----BEGIN PRIVATE KEY-----` to the end, or the JWK"
            }
            Self::Encrypted => {
                "take the passphrase off: `openssl pkcs8 -in KEY -out NEW -topk8 -nocrypt`"
            }
            Self::Rejected(_) => "RSA from 2048 bits, P-256 and P-384 can be used",
            Self::Algorithm { .. } => "have a key of the right kind made and registered",
            Self::Account(_) => "give the whole JSON text of the key file, as it was downloaded",
        }
    }
}

/// A private key, and how it signs.
pub(crate) struct Signer {
    key: Key,
    algorithm: Algorithm,
    /// The name that a JWK has for itself.
    key_id: Option<String>,
}

enum Key {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.algorithm)
    }
}

impl Signer {
    /// Reads a PEM text (PKCS#8, PKCS#1 or SEC1) or a JWK.
    pub fn new(text: &str, wanted: Option<Algorithm>) -> Result<Self, KeyFault> {
        let (key, key_id) = match text.trim_start().starts_with('{') {
            true => of_jwk(text)?,
            false => (of_pem(text)?, None),
        };
        let algorithm = wanted.unwrap_or_else(|| key.usual_algorithm());
        match key.makes(algorithm) {
            true => Ok(Self {
                key,
                algorithm,
                key_id,
            }),
            false => Err(KeyFault::Algorithm {
                kind: key.kind(),
                algorithm,
            }),
        }
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Signs a message; an error is a defect of the machine's randomness.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ring::error::Unspecified> {
        let random = SystemRandom::new();
        match &self.key {
            Key::P256(pair) | Key::P384(pair) => Ok(pair.sign(&random, message)?.as_ref().to_vec()),
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(padding(self.algorithm), &random, message, &mut signature)?;
                Ok(signature)
            }
        }
    }

    /// The public half, as it stands within a certificate.
    pub fn public(&self) -> &[u8] {
        match &self.key {
            Key::Rsa(pair) => pair.public_key().as_ref(),
            Key::P256(pair) | Key::P384(pair) => pair.public_key().as_ref(),
        }
    }
}

impl Key {
    fn usual_algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::RS256,
            Self::P256(_) => Algorithm::ES256,
            Self::P384(_) => Algorithm::ES384,
        }
    }

    fn makes(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa(_) => !matches!(algorithm, Algorithm::ES256 | Algorithm::ES384),
            Self::P256(_) => algorithm == Algorithm::ES256,
            Self::P384(_) => algorithm == Algorithm::ES384,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "an RSA key",
            Self::P256(_) => "a P-256 key",
            Self::P384(_) => "a P-384 key",
        }
    }
}

/// The padding of an RSA signature.
fn padding(algorithm: Algorithm) -> &'static dyn RsaEncoding {
    match algorithm {
        Algorithm::RS256 | Algorithm::ES256 | Algorithm::ES384 => &RSA_PKCS1_SHA256,
        Algorithm::RS384 => &RSA_PKCS1_SHA384,
        Algorithm::RS512 => &RSA_PKCS1_SHA512,
        Algorithm::PS256 => &RSA_PSS_SHA256,
        Algorithm::PS384 => &RSA_PSS_SHA384,
        Algorithm::PS512 => &RSA_PSS_SHA512,
    }
}

fn rejected(why: impl fmt::Display) -> KeyFault {
    KeyFault::Rejected(why.to_string())
}

/// Line breaks that became `\n` on their way through an environment variable
/// are put right.
fn of_pem(text: &str) -> Result<Key, KeyFault> {
    if text.contains("ENCRYPTED") {
        return Err(KeyFault::Encrypted);
    }
    let mended = match text.trim().contains('\n') {
        true => text.to_owned(),
        false => text.replace("\\n", "\n"),
    };
    let der = PrivateKeyDer::from_pem_slice(mended.as_bytes()).map_err(|_| {
        match text.contains("BEGIN PUBLIC KEY") || text.contains("BEGIN CERTIFICATE") {
            true => KeyFault::Public,
            false => KeyFault::NoKey,
        }
    })?;
    match der {
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der())
            .map(Key::Rsa)
            .map_err(rejected),
        PrivateKeyDer::Sec1(der) => {
            let p256 = wrapped(der.secret_sec1_der(), P256);
            let p384 = wrapped(der.secret_sec1_der(), P384);
            elliptic(&p256).or_else(|_| elliptic(&p384))
        }
        PrivateKeyDer::Pkcs8(der) => {
            let der = der.secret_pkcs8_der();
            // Of a key that is RSA the elliptic readers only say that it is not
            // elliptic, and the other way round.
            match RsaKeyPair::from_pkcs8(der) {
                Ok(pair) => Ok(Key::Rsa(pair)),
                Err(why) => elliptic(der).map_err(|other| match why.to_string().as_str() {
                    "WrongAlgorithm" => other,
                    why => rejected(why),
                }),
            }
        }
        _ => Err(KeyFault::NoKey),
    }
}

fn elliptic(pkcs8: &[u8]) -> Result<Key, KeyFault> {
    let pair = |curve: &'static EcdsaSigningAlgorithm| {
        EcdsaKeyPair::from_pkcs8(curve, pkcs8, &SystemRandom::new())
    };
    pair(&ECDSA_P256_SHA256_FIXED_SIGNING)
        .map(Key::P256)
        .or_else(|_| pair(&ECDSA_P384_SHA384_FIXED_SIGNING).map(Key::P384))
        .map_err(rejected)
}

/// `AlgorithmIdentifier` of keys on P-256: ecPublicKey, prime256v1.
const P256: &[u8] = &[
    0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x03, 0x01, 0x07,
];

/// `AlgorithmIdentifier` of keys on P-384: ecPublicKey, secp384r1.
const P384: &[u8] = &[
    0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04,
    0x00, 0x22,
];

/// Puts a SEC1 key into the PKCS#8 envelope (RFC 5958): version 0, algorithm,
/// key.
fn wrapped(sec1: &[u8], algorithm: &[u8]) -> Vec<u8> {
    let mut inner = vec![0x02, 0x01, 0x00];
    inner.extend_from_slice(algorithm);
    inner.extend(der(0x04, sec1));
    der(0x30, &inner)
}

/// One DER value of at most 65,535 bytes.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let [_, _, high, low] = u32::try_from(content.len()).unwrap_or(0).to_be_bytes();
    let mut out = vec![tag];
    match (high, low) {
        (0, 0..=0x7f) => out.push(low),
        (0, _) => out.extend([0x81, low]),
        _ => out.extend([0x82, high, low]),
    }
    out.extend_from_slice(content);
    out
}

/// A JSON Web Key (RFC 7517, 7518).
#[derive(Deserialize)]
#[serde(tag = "kty")]
enum Jwk {
    #[serde(rename = "RSA")]
    Rsa {
        n: Part,
        e: Part,
        d: Part,
        p: Part,
        q: Part,
        dp: Part,
        dq: Part,
        qi: Part,
        kid: Option<String>,
    },
    #[serde(rename = "EC")]
    Elliptic {
        crv: String,
        x: Part,
        y: Part,
        d: Part,
        kid: Option<String>,
    },
}

/// A number of a JWK.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Part(Vec<u8>);

impl TryFrom<String> for Part {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
        // The error would show a part of the key.
        bytes.map(Self).map_err(|_| "a number is no base64url")
    }
}

fn of_jwk(text: &str) -> Result<(Key, Option<String>), KeyFault> {
    let jwk: Jwk = serde_json::from_str(text).map_err(|error| match text.contains("\"d\"") {
        true => rejected(format_args!("the JWK is not as RFC 7518 has it: {error}")),
        false => KeyFault::Public,
    })?;
    match jwk {
        Jwk::Rsa {
            n,
            e,
            d,
            p,
            q,
            dp,
            dq,
            qi,
            kid,
        } => {
            let pair = RsaKeyPair::from_components(&KeyPairComponents {
                public_key: PublicKeyComponents { n: n.0, e: e.0 },
                d: d.0,
                p: p.0,
                q: q.0,
                dP: dp.0,
                dQ: dq.0,
                qInv: qi.0,
            });
            Ok((Key::Rsa(pair.map_err(rejected)?), kid))
        }
        Jwk::Elliptic { crv, x, y, d, kid } => {
            let point: Vec<u8> = [&[4], x.0.as_slice(), &y.0].concat();
            let pair = |curve: &'static EcdsaSigningAlgorithm| {
                let random = SystemRandom::new();
                EcdsaKeyPair::from_private_key_and_public_key(curve, &d.0, &point, &random)
                    .map_err(rejected)
            };
            let key = match crv.as_str() {
                "P-256" => Key::P256(pair(&ECDSA_P256_SHA256_FIXED_SIGNING)?),
                "P-384" => Key::P384(pair(&ECDSA_P384_SHA384_FIXED_SIGNING)?),
                other => return Err(rejected(format_args!("its curve is `{other}`"))),
            };
            Ok((key, kid))
        }
    }
}
