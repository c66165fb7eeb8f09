//! The accounts that a small delta can speak of, looked up one by one: with
//! few people, a scan of all accounts would be most of the work.

use jiff::Timestamp;
use muster_model::{Account, AccountId, EntryView, ExternalId, Page, UsernameKey};
use muster_plan::{AccountTable, TooLarge};
use muster_policy::{Key, Policy, Texts, Usernames};
use muster_store::{Store, StoreError};
use std::collections::BTreeMap;

/// How many accounts are scanned in the time of looking up one person's, with
/// room: of a million accounts in sled, about a hundred and ten were measured.
const SCANNED_MEANWHILE: u64 = 250;

/// Why there is no table.
#[derive(Debug)]
pub(crate) enum Few {
    Store(StoreError),
    TooLarge(TooLarge),
}

/// True if so many people are better looked up than scanned for.
pub(crate) fn are_few(people: u64, accounts: u64) -> bool {
    people.saturating_mul(SCANNED_MEANWHILE) <= accounts
}

/// Looks up the accounts of everybody on the pages, and whoever has a name or
/// an identifier that they want. `None` if the planner needs to see all: who is
/// meant by a broken record or by an entry without a username that can be
/// computed, or looks like somebody new, only a scan can tell.
pub(crate) fn table(
    policy: &Policy,
    store: &dyn Store,
    pages: &[Page],
    now: Timestamp,
) -> Result<Option<AccountTable>, Few> {
    let mut found = BTreeMap::new();
    let mut usernames = Usernames::new(&policy.identity, now);
    for page in pages {
        if !page.problems().is_empty() {
            return Ok(None);
        }
        for entry in page.entries() {
            let Ok(names) = usernames.of(entry) else {
                return Ok(None);
            };
            let known = look_up(policy, store, entry, &names, &mut found).map_err(Few::Store)?;
            let is_removed = matches!(entry.status(), muster_model::SourceStatus::Removed(_));
            if policy.identity.key == Key::Username && !known && !is_removed {
                return Ok(None);
            }
        }
    }
    let population = store.population(&policy.directory).map_err(Few::Store)?;
    let mut table = AccountTable::new(policy);
    for account in found.values() {
        table.add(&account.view()).map_err(Few::TooLarge)?;
    }
    table.stands_for(population.accounts, population.active);
    Ok(Some(table))
}

/// Says whether somebody has one of the entry's usernames.
fn look_up(
    policy: &Policy,
    store: &dyn Store,
    entry: EntryView<'_>,
    names: &Texts<'_>,
    found: &mut BTreeMap<AccountId, Account>,
) -> Result<bool, StoreError> {
    if let Some(id) = entry.id() {
        let known = store.find_external(&policy.directory, &ExternalId::from(id))?;
        found.extend(known.map(|account| (account.id, account)));
    }
    let mut named = false;
    for name in names.as_slice() {
        let known = store.find(&UsernameKey::of(name))?;
        named |= known.is_some();
        found.extend(known.map(|account| (account.id, account)));
    }
    Ok(named)
}
