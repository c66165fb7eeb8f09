//! Making a local account.

use super::edit::{Edit, checked_name};
use super::prepared::{AdminContext, Deed, Prepared, Verb, field_change, one};
use super::{Refused, free_username};
use muster_model::{Account, Action, FieldName, Owner, Value};
use muster_store::Store;
use std::collections::{BTreeMap, BTreeSet};

/// Prepares a local account. Sync never touches it.
pub fn create(
    store: &dyn Store,
    context: AdminContext<'_>,
    username: &str,
    edit: &Edit,
) -> Result<Prepared, Refused> {
    let account = Account {
        id: store.next_account_id()?,
        username: free_username(store, username)?,
        owner: Owner::Local,
        external_id: None,
        block_reasons: BTreeSet::new(),
        fields: first_values(edit)?,
        synced: BTreeMap::new(),
    };
    let deed = Deed {
        verb: Verb::Action(Action::Create),
        text: "made by an administrator".to_owned(),
        fields: account
            .fields
            .iter()
            .map(|(name, value)| field_change(name.as_str(), None, Some(value.clone())))
            .collect(),
        account: &account,
    };
    one(store, context, deed, Vec::new())
}

fn first_values(edit: &Edit) -> Result<BTreeMap<FieldName, Value>, Refused> {
    edit.set
        .iter()
        .map(|(name, values)| Ok((checked_name(name)?, Edit::value_of(values, None))))
        .collect()
}
