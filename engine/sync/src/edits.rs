//! A plan's changes, carried out on accounts in memory.

use muster_model::plan::{BLOCK_REASONS, created_account};
use muster_model::{
    Account, AccountId, Action, BlockReason, Change, DirectoryName, ExternalId, FieldChange,
    FieldName, Owner, Plan, Username, Value,
};
use muster_store::{Store, StoreError};
use std::collections::BTreeMap;

/// Stands for the account's owner among changed fields.
pub(crate) const DIRECTORY: &str = "directory";

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

/// True for the name under which block reasons stand among changed fields.
pub(crate) fn is_reasons(name: &FieldName) -> bool {
    name.as_str() == BLOCK_REASONS
}

/// Computes every account that a plan changes, as it is to be.
pub(crate) fn carry_out(plan: &Plan, store: &dyn Store) -> Result<Vec<Account>, Misfit> {
    let mut accounts: BTreeMap<AccountId, Account> = BTreeMap::new();
    for change in &plan.changes {
        if change.action == Action::Create {
            let account = created_account(change, &plan.directory);
            accounts.insert(account.id, account);
        } else {
            let owner = owner_before(plan, change);
            let account = loaded(&mut accounts, store, change.account_id, &owner)?;
            carry_out_one(account, change, &plan.directory)?;
        }
    }
    let owner = Owner::Directory(plan.directory.clone());
    for &id in &plan.settled {
        let account = loaded(&mut accounts, store, id, &owner)?;
        settle(account, &plan.tracked, plan.given.get(&id));
    }
    for (&id, memory) in &plan.remembered {
        let account = loaded(&mut accounts, store, id, &owner)?;
        memory.write(&mut account.synced);
    }
    Ok(accounts.into_values().collect())
}

/// Whose account a change is about. Only accounts that are ours are ever touched,
/// and an adoption says whose the account is until then.
fn owner_before(plan: &Plan, change: &Change) -> Owner {
    let taken_from = change.fields.iter().find_map(|field| {
        let is_owner = change.action == Action::Adopt && field.name.as_str() == DIRECTORY;
        match (&field.old, is_owner) {
            (Some(Value::Text(owner)), true) => Some(Owner::from_name(owner)),
            _ => None,
        }
    });
    taken_from.unwrap_or_else(|| Owner::Directory(plan.directory.clone()))
}

fn loaded<'a>(
    accounts: &'a mut BTreeMap<AccountId, Account>,
    store: &dyn Store,
    id: AccountId,
    owner: &Owner,
) -> Result<&'a mut Account, Misfit> {
    use std::collections::btree_map::Entry;
    let account = match accounts.entry(id) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => entry.insert(store.account(id)?.ok_or(Misfit::Gone { id })?),
    };
    if account.owner != *owner {
        return Err(Misfit::Foreign {
            id,
            owner: account.owner.clone(),
        });
    }
    Ok(account)
}

fn carry_out_one(
    account: &mut Account,
    change: &Change,
    directory: &DirectoryName,
) -> Result<(), Misfit> {
    for field in &change.fields {
        let (id, name) = (account.id, field.name.clone());
        // Accounts change hands by adoption alone, and into ours alone.
        let is_ours = field.new == Some(Value::from(directory.as_str()));
        if name.as_str() == DIRECTORY && !(change.action == Action::Adopt && is_ours) {
            return Err(Misfit::Nonsense { id, field: name });
        }
        if current(account, &field.name) != field.old {
            return Err(Misfit::Moved { id, field: name });
        }
        write(account, field).ok_or(Misfit::Nonsense { id, field: name })?;
    }
    Ok(())
}

pub(crate) fn current(account: &Account, name: &FieldName) -> Option<Value> {
    match name.as_str() {
        "username" => Some(Value::from(account.username.as_str())),
        DIRECTORY => Some(Value::from(account.owner.as_str())),
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

pub(crate) fn write(account: &mut Account, field: &FieldChange) -> Option<()> {
    match (field.name.as_str(), &field.new) {
        ("username", Some(Value::Text(text))) => account.username = Username::new(text)?,
        ("external_id", Some(Value::Text(text))) => {
            account.external_id = Some(ExternalId::new(text));
        }
        ("external_id", None) => account.external_id = None,
        (DIRECTORY, Some(Value::Text(name))) => {
            account.owner = Owner::from_name(name);
            // What another sync remembered is of no use to this one.
            account.synced.retain(|name, _| !name.is_hidden());
        }
        (BLOCK_REASONS, Some(Value::List(names))) => {
            let reasons: Result<_, _> = names
                .iter()
                .map(|name| name.parse::<BlockReason>())
                .collect();
            account.block_reasons = reasons.ok()?;
        }
        ("username" | "external_id" | BLOCK_REASONS | DIRECTORY, _) => return None,
        (_, Some(value)) => {
            account.fields.insert(field.name.clone(), value.clone());
        }
        (_, None) => {
            account.fields.remove(&field.name);
        }
    }
    Some(())
}

/// What a tracked field holds now is what sync has written last, unless the plan
/// says that it has given something else. Hidden names are no fields, and stay
/// unless it does.
fn settle(
    account: &mut Account,
    tracked: &[FieldName],
    given: Option<&BTreeMap<FieldName, Vec<String>>>,
) {
    let mut synced = std::mem::take(&mut account.synced);
    synced.retain(|name, _| name.is_hidden());
    synced.extend(
        tracked
            .iter()
            .map(|name| (name.clone(), current(account, name))),
    );
    for (name, items) in given.into_iter().flatten() {
        match memory(name, items) {
            None if name.is_hidden() => synced.remove(name),
            value => synced.insert(name.clone(), value),
        };
    }
    account.synced = synced;
}

fn memory(name: &FieldName, items: &[String]) -> Option<Value> {
    match items {
        [] => None,
        [one] if name.is_hidden() => Some(Value::Text(one.clone())),
        items => Some(Value::list(items.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;
    use muster_model::{Cause, Reason};
    use muster_store::MemoryStore;

    fn store(owner: &str) -> MemoryStore {
        let account = Account {
            id: AccountId(1),
            username: Username::new("anna").unwrap(),
            owner: Owner::from_name(owner),
            external_id: None,
            block_reasons: Default::default(),
            fields: BTreeMap::new(),
            synced: BTreeMap::new(),
        };
        MemoryStore::from_accounts(vec![account]).unwrap()
    }

    /// A change of `anna`, whose owner goes from one to the other.
    fn change(action: Action, from: &str, to: &str) -> Change {
        Change {
            action,
            username: Username::new("anna").unwrap(),
            external_id: None,
            account_id: AccountId(1),
            reason: Reason {
                code: "adopted".to_owned(),
                text: String::new(),
                policy: None,
            },
            fields: vec![FieldChange {
                name: FieldName::from(DIRECTORY),
                old: Some(Value::from(from)),
                new: Some(Value::from(to)),
                cause: Cause::Policy,
                policy: None,
                sensitive: false,
            }],
        }
    }

    fn outcome(owner: &str, change: Change) -> Result<Account, Misfit> {
        let plan = Plan {
            changes: vec![change],
            ..crate::plan_file::sample()
        };
        let accounts = carry_out(&plan, &store(owner))?;
        Ok(accounts.into_iter().next().unwrap())
    }

    #[test]
    fn an_adoption_takes_an_account_from_whom_it_names_alone() {
        let taken = outcome("local", change(Action::Adopt, "local", "staff")).unwrap();
        assert_eq!(taken.owner.as_str(), "staff");
        let taken = outcome("students", change(Action::Adopt, "students", "staff")).unwrap();
        assert_eq!(taken.owner.as_str(), "staff");
        let by_now = outcome("students", change(Action::Adopt, "local", "staff"));
        assert!(matches!(by_now, Err(Misfit::Foreign { .. })), "{by_now:?}");
    }

    #[test]
    fn accounts_change_hands_by_adoption_alone_and_into_the_directory_alone() {
        let given = outcome("local", change(Action::Adopt, "local", "students"));
        assert!(matches!(given, Err(Misfit::Nonsense { .. })), "{given:?}");
        let update = outcome("staff", change(Action::Update, "staff", "staff"));
        assert!(matches!(update, Err(Misfit::Nonsense { .. })), "{update:?}");
        let unsaid = Change {
            fields: vec![],
            ..change(Action::Adopt, "local", "staff")
        };
        let unsaid = outcome("local", unsaid);
        assert!(matches!(unsaid, Err(Misfit::Foreign { .. })), "{unsaid:?}");
    }
}
