//! Where plugins come from, and why they are believed.
//!
//! Knows nothing about WebAssembly, policies, accounts or terminals: a plugin is
//! some bytes with a digest. Three things are here:
//!
//! - [`Lock`]: `muster.lock` names each plugin that may run by the digest of its
//!   bytes. [`Place::of`] finds the one that counts for a policy's folder.
//! - [`Registry`]: packages with a plugin in them, fetched from an OCI registry
//!   and published there; signatures in the form of cosign, demanded and made.
//! - [`Cache`]: what was fetched, on this machine.
//!
//! INVARIANTS
//! - A lock permits; whatever it does not name does not run.
//! - Running resolves no tag: a component is fetched by the digest of its
//!   manifest, and hashed before it is used, wherever it came from.
//! - Where the lock names a key, nothing is fetched that its owner has not
//!   signed.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)
)]

mod bundle;
mod cache;
mod digest;
mod key;
mod lock;
mod package;
mod reference;
mod remote;
mod signature;
mod words;

pub use cache::{Cache, CacheFault};
pub use digest::{Digest, NoDigest};
pub use key::{NoChance, NoKey, PrivateKey, PublicKey};
pub use lock::{Change, Entry, FILE, Found, Lock, LockFault, Place, Refused, changes};
pub use package::{NoPackage, Package};
pub use reference::{NoReference, Reference, SCHEME};
pub use remote::{Access, Fetched, Login, NoCredential, Registry, RegistryError};
pub use signature::{Unsigned, tag as signature_tag};
pub use words::word;
