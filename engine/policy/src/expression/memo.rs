//! Remembers results for equal inputs.

use hashbrown::HashMap;

/// Results that are kept at most, and the bytes of their inputs.
const MOST: usize = 4096;
const MOST_BYTES: usize = 1 << 20;
/// Look-ups after which it must have been of use.
const TRIAL: u64 = 2048;

/// A bounded memory of results. It never forgets a result while it is of use,
/// and gives up where inputs hardly repeat: names of people, say.
#[derive(Debug)]
pub(super) struct Memo<R> {
    results: HashMap<Box<[u8]>, R>,
    bytes: usize,
    hits: u64,
    misses: u64,
    given_up: bool,
}

impl<R> Memo<R> {
    pub(super) fn new() -> Self {
        Self {
            results: HashMap::new(),
            bytes: 0,
            hits: 0,
            misses: 0,
            given_up: false,
        }
    }

    /// False once it has given up: then no key need be made.
    pub(super) fn is_on(&self) -> bool {
        !self.given_up
    }

    /// The result for a key, if it is remembered.
    pub(super) fn get(&mut self, key: &[u8]) -> Option<&R> {
        let found = self.results.get(key);
        match found {
            Some(_) => self.hits += 1,
            None => self.misses += 1,
        }
        found
    }

    /// Remembers a result, if there is room.
    pub(super) fn put(&mut self, key: &[u8], result: R) {
        if self.hits + self.misses >= TRIAL && self.hits < self.misses {
            self.given_up = true;
            self.results = HashMap::new();
            return;
        }
        if self.results.len() < MOST && self.bytes + key.len() <= MOST_BYTES {
            self.bytes += key.len();
            self.results.insert(key.into(), result);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_within_its_bounds_and_gives_up_where_it_is_of_no_use() {
        let mut memo = Memo::new();
        for input in 0..100_000_u32 {
            let key = (input % 10).to_le_bytes();
            if memo.get(&key).is_none() {
                memo.put(&key, input);
            }
        }
        assert!(memo.is_on());
        assert_eq!(memo.results.len(), 10);

        let mut memo = Memo::new();
        for input in 0..10_000_u32 {
            let key = input.to_le_bytes();
            if memo.is_on() && memo.get(&key).is_none() {
                memo.put(&key, input);
            }
        }
        assert!(!memo.is_on());
        assert_eq!(memo.results.len(), 0);
    }

    #[test]
    fn large_inputs_count() {
        let mut memo = Memo::new();
        for input in 0..100_u8 {
            memo.put(&vec![input; 100_000], ());
        }
        assert_eq!(memo.results.len(), 10);
    }
}
