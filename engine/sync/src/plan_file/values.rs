//! Sensitive values in a plan file: encrypted, so that the file can be reviewed,
//! mailed and kept, and is applied exactly all the same.
//!
//! The plan itself is written without them. They follow in a member of their own,
//! `sealed_values`: base64 of a nonce and of their JSON, encrypted with AES-256-GCM
//! under a key that is derived from the state's. Only who has the state can read
//! them, and who has the state has them anyway.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use muster_model::{FieldChange, Plan, Value};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Tells this key from all others that are derived from a state's.
const CONTEXT: &str = "muster 2026-11-27 plan file, sensitive values";

/// What is encrypted is as long as a multiple of this: how long a value is, is
/// nobody's business.
const BLOCK: usize = 1024;

/// The random number of one plan file.
///
/// It must never be used for two files of one state; a random one of 96 bits
/// never is.
#[derive(Clone, Copy)]
pub struct Once(pub [u8; NONCE_LEN]);

/// An old and a new value, in the order of the plan.
type Pair = (Option<Value>, Option<Value>);

/// True if a plan has sensitive fields.
pub(super) fn has_any(plan: &Plan) -> bool {
    let mut changes = plan.changes.iter().flat_map(|change| &change.fields);
    changes.any(|field| field.sensitive)
}

/// Encrypts a plan's sensitive values; `None` if they cannot be.
pub(super) fn seal(
    plan: &Plan,
    key: &[u8; 32],
    once: Once,
) -> Result<Option<String>, serde_json::Error> {
    let changes = plan.changes.iter().flat_map(|change| &change.fields);
    let pairs: Vec<(Option<&Value>, Option<&Value>)> = changes
        .filter(|field| field.sensitive)
        .map(|field| (field.old.as_ref(), field.new.as_ref()))
        .collect();
    let mut text = serde_json::to_vec(&pairs)?;
    // White space behind it is no part of JSON's meaning.
    text.resize(text.len().next_multiple_of(BLOCK), b' ');
    Ok(encrypt(text, key, once).map(|sealed| STANDARD.encode(sealed)))
}

fn encrypt(mut text: Vec<u8>, key: &[u8; 32], once: Once) -> Option<Vec<u8>> {
    let nonce = Nonce::assume_unique_for_key(once.0);
    cipher(key)?
        .seal_in_place_append_tag(nonce, Aad::empty(), &mut text)
        .ok()?;
    Some([once.0.as_slice(), &text].concat())
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    let key = blake3::derive_key(CONTEXT, key);
    UnboundKey::new(&AES_256_GCM, &key)
        .ok()
        .map(LessSafeKey::new)
}

/// Puts the values back in their places. `None` if they do not fit the plan, or
/// are not what was sealed.
pub(super) fn unseal(plan: &mut Plan, sealed: Option<&str>, key: &[u8; 32]) -> Option<()> {
    let mut pairs = match sealed {
        Some(sealed) => open(sealed, key)?,
        None => Vec::new(),
    }
    .into_iter();
    let changes = plan
        .changes
        .iter_mut()
        .flat_map(|change| &mut change.fields);
    for field in changes.filter(|field| field.sensitive) {
        put(field, pairs.next()?)?;
    }
    pairs.next().is_none().then_some(())
}

fn open(sealed: &str, key: &[u8; 32]) -> Option<Vec<Pair>> {
    let mut sealed = STANDARD.decode(sealed).ok()?;
    let (once, text) = sealed.split_first_chunk_mut::<NONCE_LEN>()?;
    let nonce = Nonce::assume_unique_for_key(*once);
    let text = cipher(key)?.open_in_place(nonce, Aad::empty(), text).ok()?;
    serde_json::from_slice(text).ok()
}

/// Absence is told by the plan itself, and must be the same in both.
fn put(field: &mut FieldChange, (old, new): Pair) -> Option<()> {
    let fits = field.old.is_some() == old.is_some() && field.new.is_some() == new.is_some();
    (field.old, field.new) = (old, new);
    fits.then_some(())
}
