//! A part of an index: which accounts have names with certain hashes.

use super::pack::{read_number, write_number};
use super::seal::{Kind, Unreadable, seal, unseal};
use muster_model::AccountId;
use std::collections::BTreeSet;

/// Pairs of a name's hash and an account. Names with one hash are told apart by
/// looking at the accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bucket(BTreeSet<(u64, AccountId)>);

impl Bucket {
    pub(crate) fn insert(&mut self, hash: u64, id: AccountId) {
        self.0.insert((hash, id));
    }

    pub(crate) fn remove(&mut self, hash: u64, id: AccountId) {
        self.0.remove(&(hash, id));
    }

    /// The accounts whose name has this hash.
    pub(crate) fn with(&self, hash: u64) -> impl Iterator<Item = AccountId> {
        let all = (hash, AccountId(0))..=(hash, AccountId(u64::MAX));
        self.0.range(all).map(|(_, id)| *id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, AccountId)> {
        self.0.iter().copied()
    }

    pub(crate) fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 12);
        for (hash, id) in &self.0 {
            out.extend_from_slice(&hash.to_le_bytes());
            write_number(&mut out, id.0);
        }
        seal(Kind::Bucket, &out)
    }

    pub(crate) fn unpack(record: &[u8]) -> Result<Self, Unreadable> {
        let mut pairs = Vec::with_capacity(record.len() / 10);
        each(record, |hash, id| pairs.push((hash, id)))?;
        Ok(Self(pairs.into_iter().collect()))
    }

    /// The accounts whose name has this hash, without unpacking all.
    pub(crate) fn search(record: &[u8], wanted: u64) -> Result<Vec<AccountId>, Unreadable> {
        let mut found = Vec::new();
        each(record, |hash, id| {
            if hash == wanted {
                found.push(id);
            }
        })?;
        Ok(found)
    }
}

fn each(record: &[u8], mut visit: impl FnMut(u64, AccountId)) -> Result<(), Unreadable> {
    let mut content = unseal(Kind::Bucket, record)?;
    while let Some((hash, rest)) = content.split_first_chunk() {
        content = rest;
        let id = read_number(&mut content)?;
        visit(u64::from_le_bytes(*hash), AccountId(id));
    }
    if content.is_empty() {
        Ok(())
    } else {
        Err(Unreadable::Content("it goes on after its end"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn a_bucket_finds_all_accounts_of_a_hash() {
        let mut bucket = Bucket::default();
        for (hash, id) in [(7, 1), (7, 300), (8, 2), (u64::MAX, u64::MAX)] {
            bucket.insert(hash, AccountId(id));
        }
        bucket.remove(8, AccountId(2));
        let record = bucket.pack();
        let back = Bucket::unpack(&record).unwrap();
        assert_eq!(back, bucket);
        assert_eq!(
            back.with(7).collect::<Vec<_>>(),
            [AccountId(1), AccountId(300)]
        );
        assert_eq!(back.with(8).count(), 0);
        assert_eq!(
            Bucket::search(&record, 7).unwrap(),
            [AccountId(1), AccountId(300)]
        );
        assert!(Bucket::unpack(&record[..record.len() - 1]).is_err());
    }
}
