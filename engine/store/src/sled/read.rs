//! Reading single things, and rows of them.

use super::border::Border;
use super::keys;
use super::meta::People;
use super::names::Name;
use crate::contract::{Population, StoreError};
use crate::record::{Block, Bucket, Unreadable, from_json, visit_accounts, visit_audit};
use muster_model::{
    Account, AccountId, AccountView, AuditRecord, DirectoryName, DirectoryRecord, Run, RunId,
};
use std::collections::BTreeMap;

const NOT_A_BLOCK: Unreadable = Unreadable::Content("its key is no block");
const BLANK: Unreadable = Unreadable::Content("a username is blank");

pub(super) fn block(
    border: &Border,
    block: Block,
) -> Result<BTreeMap<AccountId, Account>, StoreError> {
    let read = |record: &[u8]| {
        let mut accounts = BTreeMap::new();
        let mut blank = false;
        visit_accounts(block, record, &mut |view| match view.to_account() {
            Some(account) => _ = accounts.insert(account.id, account),
            None => blank = true,
        })?;
        if blank { Err(BLANK) } else { Ok(accounts) }
    };
    Ok(border
        .get(&keys::accounts(block), read)?
        .unwrap_or_default())
}

pub(super) fn account(border: &Border, id: AccountId) -> Result<Option<Account>, StoreError> {
    let block = Block::of(id);
    let read = |record: &[u8]| {
        let mut found = None;
        visit_accounts(block, record, &mut |view| {
            if view.id == id {
                found = Some(view.to_account().ok_or(BLANK));
            }
        })?;
        found.transpose()
    };
    Ok(border.get(&keys::accounts(block), read)?.flatten())
}

pub(super) fn find(border: &Border, name: &Name) -> Result<Option<Account>, StoreError> {
    let (bucket, hash) = name.place();
    let found = border.get(&bucket, |record| Bucket::search(record, hash))?;
    for id in found.unwrap_or_default() {
        if let Some(account) = account(border, id)?
            && name.fits(&account)
        {
            return Ok(Some(account));
        }
    }
    Ok(None)
}

pub(super) fn scan(
    border: &Border,
    visit: &mut dyn FnMut(AccountView<'_>),
) -> Result<(), StoreError> {
    border.each(keys::ACCOUNTS, |rest, record| {
        let block = keys::block(rest).ok_or(NOT_A_BLOCK)?;
        visit_accounts(block, record, &mut |view| visit(view))
    })
}

/// Counts everybody's accounts.
pub(super) fn people(border: &Border) -> Result<People, StoreError> {
    let mut people = People::new();
    scan(border, &mut |account| {
        let is_active = account.block_reasons.is_empty();
        match people.get_mut(account.owner) {
            Some(population) => population.add(is_active),
            None => {
                let mut population = Population::default();
                population.add(is_active);
                people.insert(account.owner.to_owned(), population);
            }
        }
    })?;
    Ok(people)
}

pub(super) fn directory(
    border: &Border,
    name: &DirectoryName,
) -> Result<Option<DirectoryRecord>, StoreError> {
    border.get(&keys::directory(name), from_json)
}

pub(super) fn directories(border: &Border) -> Result<Vec<DirectoryRecord>, StoreError> {
    all(border, keys::DIRECTORIES)
}

pub(super) fn run(border: &Border, id: RunId) -> Result<Option<Run>, StoreError> {
    border.get(&keys::run(id), from_json)
}

pub(super) fn runs(border: &Border) -> Result<Vec<Run>, StoreError> {
    all(border, keys::RUNS)
}

fn all<T: serde::de::DeserializeOwned>(
    border: &Border,
    prefix: &[u8],
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    border.each(prefix, |_, record| {
        found.push(from_json(record)?);
        Ok(())
    })?;
    Ok(found)
}

pub(super) fn audit(
    border: &Border,
    run: Option<RunId>,
    visit: &mut dyn FnMut(AuditRecord),
) -> Result<(), StoreError> {
    let prefix = run.map_or_else(|| keys::AUDIT.to_vec(), keys::audit);
    border.each(&prefix, |_, record| visit_audit(record, visit))
}

pub(super) fn applied(border: &Border, plan: &str) -> Result<Option<RunId>, StoreError> {
    border.get(&keys::plan(plan), from_json)
}
