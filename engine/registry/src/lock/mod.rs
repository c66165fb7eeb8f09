//! `muster.lock`: which plugins may run, each by the digest of its bytes.
//!
//! INVARIANT: a lock permits; whatever it does not name does not run.

mod change;
mod fault;
mod parse;
mod place;
mod refused;
mod write;

pub use change::{Change, changes};
pub use fault::LockFault;
pub use place::{FILE, Found, Place};
pub use refused::Refused;

use crate::digest::Digest;
use crate::key::PublicKey;
use std::collections::BTreeMap;

/// The version of the format that is written.
const FORMAT: u32 = 1;

/// What a `muster.lock` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<String, Entry>,
}

/// A plugin that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it comes from: a path relative to the lock's folder (`./hris.wasm`),
    /// an absolute path, or an address in a registry (`oci://…`).
    pub source: String,
    /// What its manifest calls it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The interface that it was made for.
    pub api: String,
    /// The digest of the component.
    pub digest: Digest,
    /// The digest of the package's manifest, if it comes from a registry.
    pub manifest: Option<Digest>,
    /// Memory that it may use, in MiB.
    pub memory_mib: u32,
    /// What it was accepted to need, in words, in order.
    pub needs: Vec<String>,
    /// Whose signature it has to carry, now and in each later version.
    pub key: Option<PublicKey>,
}

impl Lock {
    /// Reads a lock's text.
    ///
    /// # Errors
    /// [`LockFault`] with the line on which the trouble stands.
    pub fn parse(text: &str) -> Result<Self, LockFault> {
        parse::parse(text)
    }

    /// The entry of a source.
    pub fn entry(&self, source: &str) -> Option<&Entry> {
        self.entries.get(source)
    }

    /// All entries, by their source.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Puts an entry in, or in the place of the one with its source.
    pub fn put(&mut self, entry: Entry) {
        self.entries.insert(entry.source.clone(), entry);
    }

    /// The entries of other sources that are this very component.
    pub fn same(&self, digest: Digest) -> impl Iterator<Item = &Entry> {
        self.entries().filter(move |entry| entry.digest == digest)
    }
}

#[cfg(test)]
mod tests;
