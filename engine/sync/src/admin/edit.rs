//! Editing fields that belong to the intranet.

use super::prepared::{AdminContext, Deed, Effect, Prepared, Verb, field_change, one};
use super::refused::GivenItems;
use super::{Refused, find};
use muster_model::{Account, Action, DirectoryName, FieldChange, FieldName, Owner, Value};
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
        match editable(store, &before, name)? {
            Part::Whole(name) => {
                let value = Edit::value_of(values, before.fields.get(&name));
                after.fields.insert(name, value);
            }
            Part::Own(given) => given.put(&before, &mut after, values)?,
        }
    }
    for name in &edit.unset {
        match editable(store, &before, name)? {
            Part::Whole(name) => {
                after.fields.remove(&name);
            }
            Part::Own(given) => given.put(&before, &mut after, &[])?,
        }
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

/// What of a field is the intranet's own.
enum Part {
    /// All of it.
    Whole(FieldName),
    /// The items that sync has not given.
    Own(Given),
}

/// Accepts a name of a field of which something is the intranet's own on this
/// account.
fn editable(store: &dyn Store, account: &Account, name: &str) -> Result<Part, Refused> {
    let field = checked_name(name)?;
    let Owner::Directory(directory) = &account.owner else {
        return Ok(Part::Whole(field));
    };
    let Some(last) = account.synced.get(&field) else {
        return Ok(Part::Whole(field));
    };
    let record = store.directory(directory)?;
    if record
        .as_ref()
        .is_some_and(|record| record.merged.contains(&field))
    {
        let held = items(account.fields.get(&field));
        let given = items(last.as_ref());
        return Ok(Part::Own(Given {
            items: given.intersection(&held).cloned().collect(),
            directory: directory.clone(),
            policy_file: record.map(|record| record.policy_file),
            field,
        }));
    }
    Err(Refused::FieldIsMapped {
        username: account.username.clone(),
        policy_file: record.map(|record| record.policy_file),
        directory: directory.clone(),
        field,
    })
}

/// The items of a field that sync has given, and that nobody can take away: the
/// next sync would give them again.
struct Given {
    field: FieldName,
    items: BTreeSet<String>,
    directory: DirectoryName,
    policy_file: Option<String>,
}

impl Given {
    /// Writes the whole list as it is to be. Blank texts are no items.
    fn put(self, before: &Account, after: &mut Account, values: &[String]) -> Result<(), Refused> {
        let values = values.iter().filter(|value| !value.trim().is_empty());
        let wanted: BTreeSet<String> = values.cloned().collect();
        let lost: Vec<String> = self.items.difference(&wanted).cloned().collect();
        if !lost.is_empty() {
            let all = self.items.union(&wanted).cloned().collect();
            return Err(Refused::ItemsAreGiven {
                username: before.username.clone(),
                field: self.field,
                directory: self.directory,
                policy_file: self.policy_file,
                items: Box::new(GivenItems { lost, all }),
            });
        }
        if wanted == items(before.fields.get(&self.field)) {
            return Ok(());
        }
        match wanted.is_empty() {
            true => after.fields.remove(&self.field),
            false => {
                let value = Value::List(wanted.into_iter().collect());
                after.fields.insert(self.field, value)
            }
        };
        Ok(())
    }
}

fn items(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        None => BTreeSet::new(),
        Some(Value::Text(text)) => BTreeSet::from([text.clone()]),
        Some(Value::List(items)) => items.iter().cloned().collect(),
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

#[cfg(test)]
mod tests;
