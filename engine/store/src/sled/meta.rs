//! The counters, and what the store is.

use crate::contract::{Population, StoreError};
use muster_model::{AccountId, StateVersion};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Numbers of accounts, by the name of their owner.
pub(super) type People = BTreeMap<String, Population>;

/// Written anew by every commit, as a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    /// Never changes.
    pub(super) identity: String,
    /// Never changes, and never leaves the store.
    pub(super) seal_key: String,
    /// See [`crate::Store::version`].
    pub(super) version: StateVersion,
    /// See [`crate::Store::next_account_id`].
    pub(super) next_account: AccountId,
    /// Number of accounts.
    pub(super) accounts: u64,
    /// Whose they are; none in a state that was last written by a program that
    /// did not count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) people: Option<People>,
    /// Number of runs, and the last one's id.
    pub(super) runs: u64,
    /// Number of audit records, and the last one's number.
    pub(super) audit: u64,
    /// Number of all commits, whatever they changed.
    pub(super) commits: u64,
}

impl Meta {
    /// Makes a new identity.
    pub(super) fn new(dir: &Path) -> Result<Self, StoreError> {
        let mut identity = [0; 16];
        let mut seal_key = [0; 32];
        getrandom::fill(&mut identity)
            .and_then(|()| getrandom::fill(&mut seal_key))
            .map_err(|error| io::Error::other(error.to_string()))
            .map_err(|source| StoreError::io("make a key for", dir, source))?;
        Ok(Self {
            identity: hex(&identity),
            seal_key: hex(&seal_key),
            version: StateVersion(0),
            next_account: AccountId(1),
            accounts: 0,
            people: Some(People::new()),
            runs: 0,
            audit: 0,
            commits: 0,
        })
    }

    /// True if nothing was ever committed.
    pub(super) fn is_new(&self) -> bool {
        self.commits == 0
    }

    /// The key as bytes; `None` if the record has none.
    pub(super) fn key(&self) -> Option<[u8; 32]> {
        let digits = self.seal_key.as_bytes();
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
        bytes?.try_into().ok()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn byte(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::Meta;

    #[test]
    fn counters_of_an_older_program_are_read() {
        let text = r#"{"identity":"i","seal_key":"k","version":"v7","next_account":"a3","accounts":2,"runs":1,"audit":2,"commits":4}"#;
        let meta: Option<Meta> = serde_json::from_str(text).ok();
        assert_eq!(
            meta.map(|meta| (meta.accounts, meta.people)),
            Some((2, None))
        );
    }
}
