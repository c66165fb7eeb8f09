//! The accounts to which a small delta's people refer, and those to whom these
//! refer, looked up one by one.

use muster_model::{Account, AccountId, EntryView, ExternalId, Owner, UsernameKey, Value};
use muster_policy::{By, FieldMapping, Policy, Reference};
use muster_store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Longer charts than this are read as a whole.
const LONGEST: usize = 1000;

/// Adds whom people refer to, and everybody above them: circles are seen there.
/// False if only a scan of all accounts can tell whom they mean.
pub(crate) fn look_up(
    policy: &Policy,
    store: &dyn Store,
    people: &[EntryView<'_>],
    found: &mut BTreeMap<AccountId, Account>,
) -> Result<bool, StoreError> {
    let references = || {
        let fields = policy.fields.iter();
        fields.filter_map(|field| Some((field, field.reference()?)))
    };
    let delivered: BTreeSet<AccountId> = found.keys().copied().collect();
    let mut open: Vec<AccountId> = Vec::new();
    for (field, reference) in references() {
        for name in names(field, reference, people) {
            match target(policy, store, reference, name)? {
                // What becomes of them, and of their names, the plan has to say.
                Known::Account(account) if delivered.contains(&account.id) => return Ok(false),
                Known::Account(account) => {
                    open.push(account.id);
                    found.insert(account.id, *account);
                }
                Known::Nobody => {}
                Known::NotSo => return Ok(false),
            }
        }
    }
    // Whom the delivered people have referred to so far is shown by name.
    open.extend(delivered);
    while let Some(id) = open.pop() {
        let above: Vec<AccountId> = references()
            .filter_map(|(field, _)| found.get(&id)?.fields.get(&field.name))
            .flat_map(ids)
            .collect();
        for id in above {
            if found.contains_key(&id) {
                continue;
            }
            if found.len() > LONGEST {
                return Ok(false);
            }
            if let Some(account) = store.account(id)? {
                found.insert(id, account);
                open.push(id);
            }
        }
    }
    Ok(true)
}

/// The names by which people refer to others, each once.
fn names<'e>(
    field: &'e FieldMapping,
    reference: &'e Reference,
    people: &[EntryView<'e>],
) -> BTreeSet<&'e str> {
    let default = field.default.as_deref().filter(|_| !people.is_empty());
    let values = people.iter().flat_map(|&entry| {
        let from = reference.from.iter().copied();
        from.flat_map(move |attribute| entry.values(attribute))
    });
    let names = values.chain(default).map(str::trim);
    names.filter(|name| !name.is_empty()).collect()
}

/// What looking up a name has shown.
enum Known {
    Account(Box<Account>),
    Nobody,
    /// It takes a look at all accounts.
    NotSo,
}

fn target(
    policy: &Policy,
    store: &dyn Store,
    reference: &Reference,
    name: &str,
) -> Result<Known, StoreError> {
    let owner = Owner::Directory(policy.directory.clone());
    for by in &reference.by {
        let account = match by {
            By::Id => store.find_external(&policy.directory, &ExternalId::from(name))?,
            By::Username => store.find(&UsernameKey::of(name))?,
            By::Email(_) | By::Attribute(_) => return Ok(Known::NotSo),
        };
        let account = account.filter(|account| account.owner == owner);
        let Some(account) = account else {
            continue;
        };
        let has_left = account
            .block_reasons
            .contains(&muster_model::BlockReason::LeftScope);
        match has_left {
            // Another way of naming may mean somebody else.
            true => return Ok(Known::NotSo),
            false => return Ok(Known::Account(Box::new(account))),
        }
    }
    Ok(Known::Nobody)
}

/// The accounts that a reference's value names.
pub(crate) fn ids(value: &Value) -> Vec<AccountId> {
    let items = match value {
        Value::Text(text) => std::slice::from_ref(text),
        Value::List(items) => items,
    };
    items.iter().filter_map(|item| item.parse().ok()).collect()
}

#[cfg(test)]
mod tests;
