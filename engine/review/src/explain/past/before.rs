//! The intranet as it was before a run, as far as the audit tells.

use muster_model::plan::{BLOCK_REASONS, reasons_of};
use muster_model::{
    Account, AccountId, Action, AuditRecord, Cause, DirectoryRecord, ExternalId, FieldChange,
    Owner, RunId, Username, Value,
};
use muster_policy::{Mode, Policy};
use muster_store::{Commit, MemoryStore, Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Takes back what a run, and everybody since, has done. What sync remembered of
/// people beside their values is not in the audit.
pub fn before(store: &dyn Store, run: RunId, policy: &Policy) -> Result<MemoryStore, StoreError> {
    let mut accounts: BTreeMap<AccountId, Account> = BTreeMap::new();
    store.scan(&mut |view| {
        let account = view.to_account();
        accounts.extend(account.map(|account| (account.id, account)));
    })?;
    let mut since: Vec<AuditRecord> = Vec::new();
    store.audit(None, &mut |record| {
        if record.run >= run {
            since.push(record);
        }
    })?;
    for record in since.iter().rev() {
        take_back(&mut accounts, record, policy);
    }
    let own = Owner::Directory(policy.directory.clone());
    let was_synced = accounts.values().any(|account| account.owner == own);
    let mut before = MemoryStore::from_accounts(accounts.into_values().collect())?;
    if was_synced {
        let expected = before.version()?;
        before.commit(Commit {
            expected,
            directories: vec![remembered(policy)],
            ..Commit::default()
        })?;
    }
    Ok(before)
}

/// What was remembered of the directory: that it was mapped as the run maps it.
fn remembered(policy: &Policy) -> DirectoryRecord {
    let names = |wanted: fn(&muster_policy::FieldMapping) -> bool| {
        let fields = policy.fields.iter().filter(|field| wanted(field));
        fields
            .map(|field| field.name.clone())
            .collect::<BTreeSet<_>>()
    };
    DirectoryRecord {
        name: policy.directory.clone(),
        key: policy.identity.key.as_str().to_owned(),
        policy_file: policy.file.clone(),
        policy: policy.digest.clone(),
        mappings: policy.mappings(),
        sensitive: policy.sensitive(),
        cursor: None,
        feed: None,
        pending: Default::default(),
        references: names(|field| field.reference().is_some()),
        merged: names(muster_policy::FieldMapping::is_merged),
    }
}

fn take_back(accounts: &mut BTreeMap<AccountId, Account>, record: &AuditRecord, policy: &Policy) {
    if record.action == Action::Create.as_str() {
        accounts.remove(&record.account_id);
        return;
    }
    let account = accounts
        .entry(record.account_id)
        .or_insert_with(|| Account {
            id: record.account_id,
            username: record.username.clone(),
            owner: Owner::Local,
            external_id: None,
            block_reasons: BTreeSet::new(),
            fields: BTreeMap::new(),
            synced: BTreeMap::new(),
        });
    for field in &record.fields {
        take_back_field(account, field, policy);
    }
}

fn take_back_field(account: &mut Account, field: &FieldChange, policy: &Policy) {
    let old = field.old.as_ref();
    match field.name.as_str() {
        "username" => {
            let text = old.map(ToString::to_string);
            if let Some(name) = text.as_deref().and_then(Username::new) {
                let is_synced = account.synced.contains_key("username");
                if is_synced && field.cause == Cause::Source {
                    let last = Some(Value::from(name.as_str()));
                    account.synced.insert("username".into(), last);
                }
                account.username = name;
            }
        }
        "external_id" => {
            let id = old.map(ToString::to_string);
            account.external_id = id.map(|id| ExternalId::from(id.as_str()));
        }
        "directory" => {
            if let Some(owner) = old.map(ToString::to_string) {
                account.owner = Owner::from_name(&owner);
            }
        }
        BLOCK_REASONS => account.block_reasons = reasons_of(old),
        _ => value(account, field, policy),
    }
}

/// A value goes back, and with it what sync remembers of it: see the causes.
fn value(account: &mut Account, field: &FieldChange, policy: &Policy) {
    let name = &field.name;
    match &field.old {
        Some(old) => drop(account.fields.insert(name.clone(), old.clone())),
        None => drop(account.fields.remove(name)),
    }
    let mapping = policy.fields.iter().find(|one| one.name == *name);
    if mapping.is_none_or(|mapping| mapping.mode != Mode::Always) {
        return;
    }
    match field.cause {
        Cause::Source => drop(account.synced.insert(name.clone(), field.old.clone())),
        Cause::LocalEdit => {}
        Cause::Policy if field.old.is_none() => drop(account.synced.remove(name)),
        Cause::Policy => drop(account.synced.insert(name.clone(), field.old.clone())),
    }
}
