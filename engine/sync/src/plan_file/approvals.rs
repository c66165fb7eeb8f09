//! Approvals in a plan file: behind its seal, so that they are no part of what they
//! approve of, and bound to these very bytes.
//!
//! An approval that was given where the state is carries the state's seal: nobody
//! else can write one. An approval by key carries a signature, which whoever has
//! the policy can check, and which can be given where the state is not.

use super::{SealedPlan, Unreadable, same};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use muster_model::Approval;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::fmt;

/// Tells this key from all others that are derived from a state's.
const CONTEXT: &str = "muster 2026-11-28 plan file, approvals";

/// What a signature begins with: it can be taken for nothing else.
const PURPOSE: &str = "muster.approval/1";

/// Where approvals begin, behind the seal.
pub(super) const APPROVALS: &str = ",\n  \"approvals\": [";

/// The public half of an approver's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

/// Base64, as it stands in policies.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

/// An approver's key.
pub struct SigningKey(Ed25519KeyPair);

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// The operating system gives no random number.
    #[error("the operating system gives no random number")]
    NoRandomness,
    /// The text is no private key.
    #[error("this is no private ed25519 key in PEM form (PKCS #8)")]
    NotAKey,
}

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

impl SigningKey {
    /// Makes a new key, as a text to be kept: PKCS #8 in PEM form.
    pub fn make() -> Result<String, NoKey> {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new());
        let key = key.map_err(|_| NoKey::NoRandomness)?;
        let mut text = format!("{BEGIN}\n");
        let packed = STANDARD.encode(key);
        for line in packed.as_bytes().chunks(64) {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        Ok(format!("{text}{END}\n"))
    }

    /// Reads a key: one of [`Self::make`], or of `openssl genpkey -algorithm ed25519`.
    pub fn read(text: &str) -> Result<Self, NoKey> {
        let (_, rest) = text.split_once(BEGIN).ok_or(NoKey::NotAKey)?;
        let (packed, _) = rest.split_once(END).ok_or(NoKey::NotAKey)?;
        let packed: String = packed.split_whitespace().collect();
        let key = STANDARD.decode(packed).map_err(|_| NoKey::NotAKey)?;
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key);
        key.map(Self).map_err(|_| NoKey::NotAKey)
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        let public = self.0.public_key().as_ref();
        bytes
            .iter_mut()
            .zip(public)
            .for_each(|(to, from)| *to = *from);
        PublicKey(bytes)
    }
}

/// What an approval is given with. At least one of them makes it worth something.
#[derive(Default)]
pub struct Hands<'a> {
    /// The approver's key.
    pub key: Option<&'a SigningKey>,
    /// The state's key.
    pub state: Option<&'a [u8; 32]>,
}

/// Approves of a plan file: signs and seals what `approval` says.
pub fn approve(file: &SealedPlan, approval: Approval, hands: &Hands<'_>) -> Option<Approval> {
    let text = message(file, &approval)?;
    let signature = hands.key.map(|key| STANDARD.encode(key.0.sign(&text)));
    let signed = Approval {
        signature,
        ..approval
    };
    let seal = match hands.state {
        Some(state) => Some(seal(file, &signed, state)?),
        None => None,
    };
    Some(Approval { seal, ..signed })
}

/// True if a signature is that of a key's owner, under this very plan.
pub fn is_signed_by(file: &SealedPlan, approval: &Approval, key: PublicKey) -> bool {
    let signature = approval.signature.as_ref();
    let signature = signature.and_then(|text| STANDARD.decode(text).ok());
    let (Some(signature), Some(text)) = (signature, message(file, approval)) else {
        return false;
    };
    let key = UnparsedPublicKey::new(&ED25519, key.0);
    key.verify(&text, &signature).is_ok()
}

/// What is signed: unambiguous, whatever names and notes hold.
fn message(file: &SealedPlan, approval: &Approval) -> Option<Vec<u8>> {
    serde_json::to_vec(&(
        PURPOSE,
        &file.digest,
        &file.content,
        &approval.name,
        &approval.actor,
        &approval.at,
        &approval.note,
    ))
    .ok()
}

/// The state's seal on an approval and its signature.
fn seal(file: &SealedPlan, approval: &Approval, state: &[u8; 32]) -> Option<String> {
    let key = blake3::derive_key(CONTEXT, state);
    let text = serde_json::to_vec(&(message(file, approval)?, &approval.signature)).ok()?;
    Some(blake3::keyed_hash(&key, &text).to_hex().to_string())
}

/// Refuses approvals that carry a seal which does not fit, or nothing at all.
pub(super) fn check(file: &SealedPlan, state: &[u8; 32]) -> Result<(), Unreadable> {
    for approval in &file.approvals {
        let fits = match &approval.seal {
            Some(given) => seal(file, approval, state)
                .is_some_and(|wanted| same(wanted.as_bytes(), given.as_bytes())),
            None => approval.signature.is_some(),
        };
        if !fits {
            let name = approval.name.clone();
            return Err(Unreadable::Approval { name });
        }
    }
    Ok(())
}

/// Reads what stands behind the seal.
pub(super) fn read(rest: &str) -> Result<Vec<Approval>, Unreadable> {
    if rest == super::CLOSE {
        return Ok(Vec::new());
    }
    let list = rest.strip_prefix(APPROVALS).ok_or(Unreadable::Broken)?;
    let list = list.strip_suffix("\n  ]\n}\n").ok_or(Unreadable::Broken)?;
    serde_json::from_str(&format!("[{list}]")).map_err(|_| Unreadable::Broken)
}

/// Writes what stands behind the seal.
pub(super) fn write(approvals: &[Approval]) -> Result<String, serde_json::Error> {
    if approvals.is_empty() {
        return Ok(super::CLOSE.to_owned());
    }
    let lines: Result<Vec<String>, _> = approvals.iter().map(serde_json::to_string).collect();
    let lines = lines?.join(",\n    ");
    Ok(format!("{APPROVALS}\n    {lines}\n  ]\n}}\n"))
}
