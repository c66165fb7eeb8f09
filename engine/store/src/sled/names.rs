//! The two indexes: usernames, and directories' people.

use super::border::{Batch, Border};
use super::{keys, read};
use crate::check::Report;
use crate::contract::StoreError;
use crate::record::Bucket;
use muster_model::{Account, AccountId, DirectoryName, ExternalId, Owner, UsernameKey};
use std::collections::{BTreeMap, BTreeSet};

/// Something that one account alone may be called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// In the intranet.
    Username(UsernameKey),
    /// In its directory.
    Person(DirectoryName, ExternalId),
}

/// A bucket of one of the indexes.
type BucketKey = [u8; 2];

impl Name {
    /// All that an account is called.
    pub(super) fn all(account: &Account) -> impl Iterator<Item = Self> {
        let person = match (&account.owner, &account.external_id) {
            (Owner::Directory(name), Some(id)) => Some(Self::Person(name.clone(), id.clone())),
            _ => None,
        };
        std::iter::once(Self::Username(account.username.key())).chain(person)
    }

    /// True if an account is called so.
    pub(super) fn fits(&self, account: &Account) -> bool {
        Self::all(account).any(|name| name == *self)
    }

    /// Where the name is kept, and the hash that it has there.
    pub(super) fn place(&self) -> (BucketKey, u64) {
        let (index, hash) = match self {
            Self::Username(key) => (keys::USERNAMES, blake3::hash(key.as_str().as_bytes())),
            Self::Person(directory, id) => {
                let mut hasher = blake3::Hasher::new();
                hasher.update(&(directory.as_str().len() as u64).to_le_bytes());
                hasher.update(directory.as_str().as_bytes());
                hasher.update(id.as_str().as_bytes());
                (keys::PEOPLE, hasher.finalize())
            }
        };
        let [first, ..] = *hash.as_bytes();
        let short = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        ([index, first], u64::from_le_bytes(short))
    }

    fn taken(self, holder: AccountId, claimant: AccountId) -> StoreError {
        match self {
            Self::Username(username) => StoreError::UsernameTaken {
                username,
                holder,
                claimant,
            },
            Self::Person(directory, external_id) => StoreError::ExternalIdTaken {
                directory,
                external_id,
                holder,
                claimant,
            },
        }
    }
}

/// Names that a commit lets go and takes.
#[derive(Default)]
pub(super) struct Names(BTreeMap<BucketKey, Moves>);

/// What changes in one bucket.
#[derive(Default)]
struct Moves {
    released: Vec<(u64, AccountId)>,
    claimed: Vec<(u64, Name, AccountId)>,
}

impl Names {
    /// Notes what an account was called and is to be called.
    pub(super) fn change(&mut self, old: Option<&Account>, new: Option<&Account>) {
        if let (Some(old), Some(new)) = (old, new)
            && old.username == new.username
            && old.owner == new.owner
            && old.external_id == new.external_id
        {
            return;
        }
        let names = |account: Option<&Account>| -> Vec<Name> {
            account.into_iter().flat_map(Name::all).collect()
        };
        let (before, after) = (names(old), names(new));
        for name in before.iter().filter(|name| !after.contains(name)) {
            let (bucket, hash) = name.place();
            let moves = self.0.entry(bucket).or_default();
            moves.released.extend(old.map(|old| (hash, old.id)));
        }
        for name in after {
            if !before.contains(&name) {
                let (bucket, hash) = name.place();
                let moves = self.0.entry(bucket).or_default();
                moves.claimed.extend(new.map(|new| (hash, name, new.id)));
            }
        }
    }

    /// Lets go, then takes; refuses a name that somebody else keeps or takes.
    pub(super) fn write(
        self,
        border: &Border,
        account: &dyn Fn(AccountId) -> Result<Option<Account>, StoreError>,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        for (key, mut moves) in self.0 {
            let mut bucket = load(border, &key)?;
            for (hash, id) in moves.released {
                bucket.remove(hash, id);
            }
            moves.claimed.sort_unstable();
            for (first, second) in moves.claimed.iter().zip(moves.claimed.iter().skip(1)) {
                if first.1 == second.1 {
                    return Err(first.1.clone().taken(first.2, second.2));
                }
            }
            for (hash, name, claimant) in &moves.claimed {
                for holder in bucket.with(*hash) {
                    if account(holder)?.is_some_and(|account| name.fits(&account)) {
                        return Err(name.clone().taken(holder, *claimant));
                    }
                }
            }
            for (hash, _, id) in moves.claimed {
                bucket.insert(hash, id);
            }
            batch.insert(key, bucket.pack());
        }
        Ok(())
    }
}

/// Reads a bucket; one that was never written is empty.
fn load(border: &Border, key: &[u8]) -> Result<Bucket, StoreError> {
    Ok(border.get(key, Bucket::unpack)?.unwrap_or_default())
}

/// Says where the indexes and the accounts disagree.
pub(super) fn check(border: &Border, report: &mut Report) -> Result<(), StoreError> {
    let mut expected: Vec<(BucketKey, u64, AccountId)> = Vec::new();
    read::scan(border, &mut |view| {
        for name in view.to_account().iter().flat_map(Name::all) {
            let (bucket, hash) = name.place();
            expected.push((bucket, hash, view.id));
        }
    })?;
    let mut found = Vec::with_capacity(expected.len());
    let key = |index: u8, rest: &[u8]| [index, rest.first().copied().unwrap_or_default()];
    for index in [keys::USERNAMES, keys::PEOPLE] {
        border.each(&[index], |rest, record| {
            let bucket = Bucket::unpack(record)?;
            found.extend(bucket.iter().map(|(hash, id)| (key(index, rest), hash, id)));
            Ok(())
        })?;
    }
    let expected: BTreeSet<_> = expected.into_iter().collect();
    let found: BTreeSet<_> = found.into_iter().collect();
    for (_, _, id) in expected.difference(&found) {
        report.problem(format!("account {id} is not found by one of its names"));
    }
    for (_, _, id) in found.difference(&expected) {
        report.problem(format!(
            "account {id} is found by a name that it does not have"
        ));
    }
    Ok(())
}
