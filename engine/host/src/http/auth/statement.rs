//! Signed statements (JWT): three texts in base64url with dots between them.

use super::key::Signer;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::error::Unspecified;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Why a file is not the certificate of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// There is none in it.
    #[error("there is no certificate in it")]
    None,
    /// It is another key's.
    #[error("it does not belong to the private key")]
    Other,
}

/// What names a certificate to a service that has it.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    thumbprint: String,
}

impl Certificate {
    /// Reads the first certificate of a PEM text.
    pub fn new(pem: &[u8], signer: &Signer) -> Result<Self, CertificateFault> {
        let certificate = CertificateDer::pem_slice_iter(pem)
            .next()
            .and_then(Result::ok)
            .ok_or(CertificateFault::None)?;
        // The public key stands in it byte for byte.
        let public = signer.public();
        if !certificate.windows(public.len()).any(|part| part == public) {
            return Err(CertificateFault::Other);
        }
        Ok(Self {
            thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate)),
        })
    }

    /// What it is called in a statement's header.
    fn name(&self) -> &str {
        &self.thumbprint
    }
}

/// Adds what there is to an object.
pub(super) fn with<'a>(
    mut object: Value,
    more: impl IntoIterator<Item = (&'static str, Option<&'a str>)>,
) -> Value {
    if let Value::Object(members) = &mut object {
        for (name, value) in more {
            members.extend(value.map(|value| (name.to_owned(), value.into())));
        }
    }
    object
}

/// Signs statements in a client's or an account's name.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub signer: Arc<Signer>,
    pub key_id: Option<String>,
    pub certificate: Option<Certificate>,
}

impl Statement {
    /// Signs claims.
    pub fn of(&self, claims: &Value) -> Result<String, Unspecified> {
        let header = with(
            json!({"alg": self.signer.algorithm().to_string(), "typ": "JWT"}),
            [
                ("kid", self.key_id.as_deref().or(self.signer.key_id())),
                ("x5t#S256", self.certificate.as_ref().map(Certificate::name)),
            ],
        );
        signed(&header, claims, |message| self.signer.sign(message))
    }
}

/// Puts a signed statement together (RFC 7515, compact).
pub(super) fn signed(
    header: &Value,
    claims: &Value,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, Unspecified>,
) -> Result<String, Unspecified> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = sign(message.as_bytes())?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Seconds since 1970 by this machine's clock. Statements are held against the
/// clock of a service, which knows nothing of a run's instant.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// A name that nobody has used before, written as a UUID.
pub(super) fn fresh_name() -> Result<String, Unspecified> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| Unspecified)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or(""));
    Ok(parts.join("-"))
}
