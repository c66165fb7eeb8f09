//! Which texts were met before.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// A set of 64-bit hashes: nine bytes a person. Two persons of one hash would be
/// taken for a repetition, which makes a read partial and blocks nobody.
#[derive(Debug, Default)]
pub struct Seen {
    hashes: HashSet<u64, BuildHasherDefault<Plain>>,
}

impl Seen {
    /// Adds a text; false if it was there.
    pub fn insert(&mut self, text: &str) -> bool {
        self.hashes.insert(hash(text))
    }
}

fn hash(text: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

/// What is hashed already.
#[derive(Debug, Default)]
pub struct Plain(u64);

impl std::hash::Hasher for Plain {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
