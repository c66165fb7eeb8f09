//! A plan's changes, carried out on accounts in memory.

use muster_model::plan::{BLOCK_REASONS, created_account};
use muster_model::{
    Account, AccountId, Action, BlockReason, Change, ExternalId, FieldChange, FieldName, Owner,
    Plan, Username, Value,
};
use muster_store::{Store, StoreError};
use std::collections::BTreeMap;

/// Why a change does not fit the account that it is about.
#[derive(Debug, thiserror::Error)]
pub enum Misfit {
    /// There is no such account.
    #[error("account {id} is not there any more")]
    Gone {
        /// The account.
        id: AccountId,
    },
    /// It belongs to somebody else by now.
    #[error("account {id} belongs to {owner} by now")]
    Foreign {
        /// The account.
        id: AccountId,
        /// Who decides about it.
        owner: Owner,
    },
    /// A value is not what the plan was made from.
    #[error("`{field}` of account {id} is not what it was when the plan was made")]
    Moved {
        /// The account.
        id: AccountId,
        /// The field.
        field: FieldName,
    },
    /// A value makes no sense.
    #[error("`{field}` of account {id} cannot become what the plan says")]
    Nonsense {
        /// The account.
        id: AccountId,
        /// The field.
        field: FieldName,
    },
    /// The state could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Computes every account that a plan changes, as it is to be.
pub(crate) fn carry_out(plan: &Plan, store: &dyn Store) -> Result<Vec<Account>, Misfit> {
    let mut accounts: BTreeMap<AccountId, Account> = BTreeMap::new();
    for change in &plan.changes {
        if change.action == Action::Create {
            let account = created_account(change, &plan.directory);
            accounts.insert(account.id, account);
        } else {
            let account = loaded(&mut accounts, store, plan, change.account_id)?;
            carry_out_one(account, change)?;
        }
    }
    for &id in &plan.settled {
        let account = loaded(&mut accounts, store, plan, id)?;
        settle(account, &plan.tracked);
    }
    for (&id, memory) in &plan.remembered {
        let account = loaded(&mut accounts, store, plan, id)?;
        memory.write(&mut account.synced);
    }
    Ok(accounts.into_values().collect())
}

fn loaded<'a>(
    accounts: &'a mut BTreeMap<AccountId, Account>,
    store: &dyn Store,
    plan: &Plan,
    id: AccountId,
) -> Result<&'a mut Account, Misfit> {
    use std::collections::btree_map::Entry;
    let account = match accounts.entry(id) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => entry.insert(store.account(id)?.ok_or(Misfit::Gone { id })?),
    };
    // Only accounts that are ours are ever touched.
    if account.owner != Owner::Directory(plan.directory.clone()) {
        return Err(Misfit::Foreign {
            id,
            owner: account.owner.clone(),
        });
    }
    Ok(account)
}

fn carry_out_one(account: &mut Account, change: &Change) -> Result<(), Misfit> {
    for field in &change.fields {
        let (id, name) = (account.id, field.name.clone());
        if current(account, &field.name) != field.old {
            return Err(Misfit::Moved { id, field: name });
        }
        write(account, field).ok_or(Misfit::Nonsense { id, field: name })?;
    }
    Ok(())
}

fn current(account: &Account, name: &FieldName) -> Option<Value> {
    match name.as_str() {
        "username" => Some(Value::from(account.username.as_str())),
        "external_id" => account.external_id.as_ref().map(|id| id.as_str().into()),
        BLOCK_REASONS => Some(Value::list(
            account
                .block_reasons
                .iter()
                .map(ToString::to_string)
                .collect(),
        )),
        _ => account.fields.get(name).cloned(),
    }
}

fn write(account: &mut Account, field: &FieldChange) -> Option<()> {
    match (field.name.as_str(), &field.new) {
        ("username", Some(Value::Text(text))) => account.username = Username::new(text)?,
        ("external_id", Some(Value::Text(text))) => {
            account.external_id = Some(ExternalId::new(text));
        }
        (BLOCK_REASONS, Some(Value::List(names))) => {
            let reasons: Result<_, _> = names
                .iter()
                .map(|name| name.parse::<BlockReason>())
                .collect();
            account.block_reasons = reasons.ok()?;
        }
        ("username" | "external_id" | BLOCK_REASONS, _) => return None,
        (_, Some(value)) => {
            account.fields.insert(field.name.clone(), value.clone());
        }
        (_, None) => {
            account.fields.remove(&field.name);
        }
    }
    Some(())
}

/// What a tracked field holds now is what sync has written last. Hidden names
/// are no fields, and stay.
fn settle(account: &mut Account, tracked: &[FieldName]) {
    let mut synced = std::mem::take(&mut account.synced);
    synced.retain(|name, _| name.is_hidden());
    synced.extend(
        tracked
            .iter()
            .map(|name| (name.clone(), current(account, name))),
    );
    account.synced = synced;
}
