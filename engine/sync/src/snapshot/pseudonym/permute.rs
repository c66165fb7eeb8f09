//! A keyed permutation of numbers in which none stays where it is.
//!
//! A Feistel network over as many bits as are needed, walked on until the number is
//! in the range again: one to one, whatever the range. With it, each number goes to
//! its neighbour on a circle that only the key knows, so that no number is its own
//! pseudonym.

const ROUNDS: u8 = 8;

/// Numbers below `size`, in an order that only the key knows.
pub(super) struct Circle<'k> {
    key: &'k [u8; 32],
    size: u64,
    /// Bits of one half.
    half: u32,
}

impl<'k> Circle<'k> {
    /// At least two numbers are needed to exchange any.
    pub(super) fn new(key: &'k [u8; 32], size: u64) -> Self {
        let bits = 64 - size.saturating_sub(1).leading_zeros();
        Self {
            key,
            size,
            half: bits.div_ceil(2).max(1),
        }
    }

    /// The number behind this one.
    pub(super) fn next(&self, number: u64) -> u64 {
        let place = self.walk(number, Self::forth);
        self.walk((place + 1) % self.size, Self::back)
    }

    fn walk(&self, number: u64, step: fn(&Self, u64) -> u64) -> u64 {
        let mut number = step(self, number);
        while number >= self.size {
            number = step(self, number);
        }
        number
    }

    fn forth(&self, number: u64) -> u64 {
        (0..ROUNDS).fold(number, |number, round| {
            let (left, right) = self.halves(number);
            self.joined(right, left ^ self.round(round, right))
        })
    }

    fn back(&self, number: u64) -> u64 {
        (0..ROUNDS).rev().fold(number, |number, round| {
            let (left, right) = self.halves(number);
            self.joined(right ^ self.round(round, left), left)
        })
    }

    fn mask(&self) -> u64 {
        match self.half {
            32.. => u64::from(u32::MAX),
            bits => (1 << bits) - 1,
        }
    }

    fn halves(&self, number: u64) -> (u64, u64) {
        (number >> self.half & self.mask(), number & self.mask())
    }

    fn joined(&self, left: u64, right: u64) -> u64 {
        left << self.half | right
    }

    fn round(&self, round: u8, half: u64) -> u64 {
        let mut hasher = blake3::Hasher::new_keyed(self.key);
        hasher.update(b"round");
        hasher.update(&[round]);
        hasher.update(&self.size.to_le_bytes());
        hasher.update(&half.to_le_bytes());
        number(&hasher.finalize()) & self.mask()
    }
}

/// The first bytes of a digest as a number.
pub(super) fn number(digest: &blake3::Hash) -> u64 {
    let bytes = digest.as_bytes().iter().take(8);
    bytes.fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_number_has_one_pseudonym_and_is_not_its_own() {
        for size in [2, 3, 5, 9, 10, 26, 90, 100, 676, 1_000] {
            let circle = Circle::new(&[7; 32], size);
            let all: BTreeSet<u64> = (0..size).map(|number| circle.next(number)).collect();
            assert_eq!(all, (0..size).collect(), "{size}");
            assert!(
                (0..size).all(|number| circle.next(number) != number),
                "{size}"
            );
        }
        for size in [u64::from(u32::MAX) + 5, u64::MAX] {
            let circle = Circle::new(&[7; 32], size);
            for number in [0, 1, size / 2, size - 1] {
                let next = circle.next(number);
                assert!(next < size && next != number);
            }
        }
    }

    #[test]
    fn another_key_is_another_circle() {
        let of = |key: u8| -> Vec<u64> {
            let key = [key; 32];
            let circle = Circle::new(&key, 1_000_000);
            (0..50).map(|number| circle.next(number)).collect()
        };
        assert_ne!(of(1), of(2));
    }
}
