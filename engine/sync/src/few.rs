//! The accounts that a small delta can speak of, looked up one by one: with
//! few people, a scan of all accounts would be most of the work.

use crate::chart;
use jiff::Timestamp;
use muster_model::{
    Account, AccountId, DirectoryRecord, EntryView, ExternalId, Owner, Page, SourceStatus,
    UsernameKey,
};
use muster_plan::{AccountTable, Counts, TooLarge, knows_people_by_look};
use muster_policy::{ExceptionDeed, Key, Person, Policy, Texts, Usernames};
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

/// True if people may have to change whom a delta does not deliver: somebody's
/// grace is over, or somebody waits for a seat.
pub(crate) fn is_anybody_due(
    policy: &Policy,
    record: Option<&DirectoryRecord>,
    now: Timestamp,
) -> bool {
    let Some(pending) = record.map(|record| &record.pending) else {
        return false;
    };
    let is_due = |due: &String| due.parse::<Timestamp>().map_or(true, |due| due <= now);
    pending.due.as_ref().is_some_and(is_due) || (policy.licences.is_some() && pending.waiting > 0)
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
    decided(policy, store, &mut found).map_err(Few::Store)?;
    let mut people = Vec::new();
    for page in pages {
        if !page.problems().is_empty() {
            return Ok(None);
        }
        for entry in page.entries() {
            let Ok(names) = usernames.of(entry) else {
                return Ok(None);
            };
            let known = look_up(policy, store, entry, &names, &mut found).map_err(Few::Store)?;
            let is_removed = matches!(entry.status(), SourceStatus::Removed(_));
            if !is_removed && needs_all(policy, known) {
                return Ok(None);
            }
            people.extend((!is_removed).then_some(entry));
        }
    }
    let is_known = chart::look_up(policy, store, &people, &mut found).map_err(Few::Store)?;
    if !is_known {
        return Ok(None);
    }
    let population = store.population(&policy.directory).map_err(Few::Store)?;
    let everybody = store.everybody().map_err(Few::Store)?;
    let mut table = AccountTable::new(policy);
    for account in found.values() {
        table.add(&account.view()).map_err(Few::TooLarge)?;
    }
    table.stands_for(Counts {
        own: population.accounts,
        active: population.active,
        intranet: everybody.active,
    });
    Ok(Some(table))
}

/// What is known of an entry's person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// They have an account of the directory.
    Own,
    /// Somebody has one of their usernames.
    Named,
    /// Nothing.
    Not,
}

/// True if only a scan can tell who somebody is: known under another name, made
/// anew at the source, or with an account that is not the directory's own.
fn needs_all(policy: &Policy, known: Known) -> bool {
    let decided_by_row = !policy.identity.adopt.rows.is_empty();
    match known {
        Known::Own => decided_by_row,
        Known::Named if policy.identity.key == Key::Username => policy.looks_beyond(),
        Known::Named | Known::Not => {
            policy.identity.key == Key::Username
                || policy.looks_beyond()
                || knows_people_by_look(policy)
        }
    }
}

/// Accounts that the policy names by itself.
fn decided(
    policy: &Policy,
    store: &dyn Store,
    found: &mut BTreeMap<AccountId, Account>,
) -> Result<(), StoreError> {
    for exception in &policy.exceptions {
        let person = exception.deed.person();
        let account = match &exception.deed {
            ExceptionDeed::Rename { to, .. } => Some(to),
            ExceptionDeed::Pin { account, .. } => Some(account),
            ExceptionDeed::Exclude(_) | ExceptionDeed::Hold(_) => None,
        };
        let known = match &person {
            Person::Id(id) => store.find_external(&policy.directory, id)?,
            Person::Username(name) => store.find(&name.key())?,
        };
        found.extend(known.map(|account| (account.id, account)));
        if let Some(name) = account {
            let known = store.find(&name.key())?;
            found.extend(known.map(|account| (account.id, account)));
        }
    }
    Ok(())
}

/// Finds whoever has the entry's identifier or one of its usernames.
fn look_up(
    policy: &Policy,
    store: &dyn Store,
    entry: EntryView<'_>,
    names: &Texts<'_>,
    found: &mut BTreeMap<AccountId, Account>,
) -> Result<Known, StoreError> {
    let mut known = Known::Not;
    if let Some(id) = entry.id() {
        let same = store.find_external(&policy.directory, &ExternalId::from(id))?;
        if same.is_some() && policy.identity.key == Key::ExternalId {
            known = Known::Own;
        }
        found.extend(same.map(|account| (account.id, account)));
    }
    for name in names.as_slice() {
        let Some(named) = store.find(&UsernameKey::of(name))? else {
            continue;
        };
        let is_own = named.owner == Owner::Directory(policy.directory.clone());
        if known == Known::Not {
            known = Known::Named;
        }
        if is_own && policy.identity.key == Key::Username {
            known = Known::Own;
        }
        found.insert(named.id, named);
    }
    Ok(known)
}
