//! Which identifiers were met before.

use std::hash::{DefaultHasher, Hasher};

/// A set of 128-bit hashes: 16 bytes a person, whatever their identifier.
///
/// Hashes are kept in many short sorted lists, so that the set grows by small
/// steps: one big table would need two thirds of the plugin's memory at the
/// moment when it doubles.
#[derive(Debug)]
pub struct Seen {
    lists: Vec<Vec<u128>>,
}

const LISTS: usize = 4096;

impl Default for Seen {
    fn default() -> Self {
        Self {
            lists: vec![Vec::new(); LISTS],
        }
    }
}

impl Seen {
    /// Adds an identifier; false if it was there.
    pub fn insert(&mut self, id: &[u8]) -> bool {
        let hash = hash(id);
        let Some(list) = self.lists.get_mut(hash as usize % LISTS) else {
            return true;
        };
        match list.binary_search(&hash) {
            Ok(_) => false,
            Err(place) => {
                list.insert(place, hash);
                true
            }
        }
    }
}

/// Two independent halves of SipHash: two different texts have two different ones.
pub fn hash(id: &[u8]) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(salt);
        hasher.write(id);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_time_is_noticed() {
        let mut seen = Seen::default();
        for round in [true, false] {
            for number in 0..20_000u32 {
                assert_eq!(seen.insert(number.to_string().as_bytes()), round);
            }
        }
    }
}
