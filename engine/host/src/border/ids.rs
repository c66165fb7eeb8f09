//! Whether an external id has come before in this read.

use super::Breach;
use crate::words::tame;
use hashbrown::{DefaultHashBuilder, HashSet};
use muster_model::Page;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

/// Identifiers seen, as 128-bit digests: 16 bytes a person, whatever the source
/// calls them. With a million people, two of them share a digest once in 10²⁶
/// reads.
#[derive(Default)]
pub(super) struct Ids {
    seen: HashSet<u128, BuildHasherDefault<Digested>>,
    hashers: [DefaultHashBuilder; 2],
}

impl Ids {
    pub fn add(&mut self, page: &Page) -> Result<(), Breach> {
        self.seen.reserve(page.len());
        for id in page.entries().filter_map(|entry| entry.id()) {
            let [high, low] = self
                .hashers
                .each_ref()
                .map(|hasher| u128::from(hasher.hash_one(id)));
            if !self.seen.insert(high << 64 | low) {
                return Err(Breach::DoubledId { id: tame(id, 200) });
            }
        }
        Ok(())
    }
}

/// What is hashed is a digest already.
#[derive(Default)]
struct Digested(u64);

impl Hasher for Digested {
    fn write_u128(&mut self, digest: u128) {
        // Any 64 of its bits are as good as any others.
        self.0 = digest as u64;
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
