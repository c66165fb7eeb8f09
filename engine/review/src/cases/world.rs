//! The intranet of a test, with what it remembers of the last sync.

use super::scene::Covers;
use crate::accounts::Intranet;
use muster_model::{
    Account, BlockReason, DirectoryRecord, FeedRecord, FieldName, Memory, Owner, Pending,
    UsernameKey,
};
use muster_policy::{FieldMapping, Policy};
use muster_store::{Commit, MemoryStore, Store, StoreError};
use std::collections::BTreeSet;

/// The digest of the plugin that no test has.
pub(super) fn plugin_digest() -> String {
    "0".repeat(64)
}

/// The place in the feed at which the last sync has stopped.
const CURSOR: &[u8] = b"last";

/// Makes an intranet. Where the directory has accounts there was a sync, under the
/// same policy; an export says itself what was. Accounts that cannot be together
/// were reported.
pub(super) fn store(intranet: Intranet, policy: &Policy, covers: Covers) -> MemoryStore {
    let accounts = match intranet {
        Intranet::Exported(store) => return *store,
        Intranet::Accounts(accounts) => accounts,
    };
    filled(accounts, policy, covers).unwrap_or_default()
}

fn filled(
    accounts: Vec<Account>,
    policy: &Policy,
    covers: Covers,
) -> Result<MemoryStore, StoreError> {
    let owner = Owner::Directory(policy.directory.clone());
    let was_synced = accounts.iter().any(|account| account.owner == owner);
    let record = record(&accounts, policy, covers == Covers::Changes);
    let mut store = MemoryStore::from_accounts(accounts)?;
    if was_synced || covers == Covers::Changes {
        let expected = store.version()?;
        store.commit(Commit {
            expected,
            directories: vec![record],
            ..Commit::default()
        })?;
    }
    Ok(store)
}

fn record(accounts: &[Account], policy: &Policy, has_feed: bool) -> DirectoryRecord {
    let names = |wanted: fn(&FieldMapping) -> bool| -> BTreeSet<FieldName> {
        let fields = policy.fields.iter().filter(|field| wanted(field));
        fields.map(|field| field.name.clone()).collect()
    };
    DirectoryRecord {
        name: policy.directory.clone(),
        key: policy.identity.key.as_str().to_owned(),
        policy_file: policy.file.clone(),
        policy: policy.digest.clone(),
        mappings: policy.mappings(),
        sensitive: policy.sensitive(),
        cursor: has_feed.then(|| CURSOR.to_vec()),
        feed: has_feed.then(|| FeedRecord {
            plugin: plugin_digest(),
            full_read: "2020-01-01T00:00:00Z".to_owned(),
            held: None,
        }),
        pending: pending(accounts, policy),
        references: names(|field| field.reference().is_some()),
        merged: names(FieldMapping::is_merged),
    }
}

/// What waits. When the first grace ends is for the planner to find out.
fn pending(accounts: &[Account], policy: &Policy) -> Pending {
    let owner = Owner::Directory(policy.directory.clone());
    let own = || accounts.iter().filter(|account| account.owner == owner);
    let waits = |account: &&Account| account.block_reasons.contains(&BlockReason::NoLicence);
    let remembers = |account: &Account| !Memory::of(account).is_empty();
    Pending {
        due: own()
            .any(remembers)
            .then(|| "2020-01-01T00:00:00Z".to_owned()),
        waiting: own().filter(waits).count() as u64,
    }
}

/// The account with a username.
pub(super) fn called<'s>(store: &'s MemoryStore, name: &UsernameKey) -> Option<&'s Account> {
    let mut accounts = store.accounts();
    accounts.find(|account| account.username.key() == *name)
}
