//! Editing fields that belong to the intranet.

use super::prepared::{AdminContext, Deed, Effect, Prepared, Verb, field_change, one};
use super::{Refused, find};
use muster_model::{Account, Action, FieldChange, FieldName, Owner, Value};
use muster_store::Store;
use std::collections::{BTreeMap, BTreeSet};

/// Fields to write, as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Values per field, in the order in which they were typed. Several values
    /// make a list.
    pub set: BTreeMap<String, Vec<String>>,
    /// Fields that shall have no value at all: absent, not empty.
    pub unset: BTreeSet<String>,
}

impl Edit {
    /// Takes several values as a list, and one value as a text, unless the
    /// field holds a list already: an edit keeps a field's shape.
    pub(super) fn value_of(values: &[String], current: Option<&Value>) -> Value {
        match (values, current) {
            ([one], None | Some(Value::Text(_))) => Value::Text(one.clone()),
            _ => Value::list(values.to_vec()),
        }
    }
}

/// Prepares an edit. A field that a directory writes on every sync is refused:
/// the next sync would only revert it.
pub fn edit(
    store: &dyn Store,
    context: AdminContext<'_>,
    username: &str,
    edit: &Edit,
) -> Result<Prepared, Refused> {
    let before = find(store, username)?;
    let mut after = before.clone();
    for (name, values) in &edit.set {
        let name = editable(store, &before, name)?;
        let value = Edit::value_of(values, before.fields.get(&name));
        after.fields.insert(name, value);
    }
    for name in &edit.unset {
        after.fields.remove(&editable(store, &before, name)?);
    }
    let fields = differences(&before, &after);
    if fields.is_empty() {
        return Ok(Prepared {
            effect: Effect::Nothing,
            notices: Vec::new(),
        });
    }
    let deed = Deed {
        account: &after,
        verb: Verb::Action(Action::Update),
        text: "edited by an administrator".to_owned(),
        fields,
    };
    one(store, context, deed, Vec::new())
}

/// Accepts a name that a field may have.
pub(super) fn checked_name(name: &str) -> Result<FieldName, Refused> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Refused::BlankField);
    }
    if FieldName::RESERVED.contains(&name) || name.starts_with(FieldName::HIDDEN) {
        return Err(Refused::FieldIsReserved {
            field: name.to_owned(),
        });
    }
    Ok(FieldName::from(name))
}

/// Accepts a name of a field that is the intranet's own on this account.
fn editable(store: &dyn Store, account: &Account, name: &str) -> Result<FieldName, Refused> {
    let field = checked_name(name)?;
    match &account.owner {
        Owner::Directory(directory) if account.synced.contains_key(&field) => {
            Err(Refused::FieldIsMapped {
                username: account.username.clone(),
                policy_file: store.directory(directory)?.map(|record| record.policy_file),
                directory: directory.clone(),
                field,
            })
        }
        _ => Ok(field),
    }
}

fn differences(before: &Account, after: &Account) -> Vec<FieldChange> {
    let names: BTreeSet<&FieldName> = before.fields.keys().chain(after.fields.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| {
            let (old, new) = (before.fields.get(name), after.fields.get(name));
            (old != new).then(|| field_change(name.as_str(), old.cloned(), new.cloned()))
        })
        .collect()
}
