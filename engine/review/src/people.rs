//! Values that are accounts, with the usernames of their people.

use crate::words::{safe, value};
use muster_model::{AccountId, FieldChange, FieldName, Plan, Username, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Which fields hold accounts, and whose those are.
#[derive(Clone, Copy, Debug)]
pub struct People<'a> {
    fields: &'a BTreeSet<FieldName>,
    names: &'a BTreeMap<AccountId, Username>,
}

impl<'a> People<'a> {
    /// Everybody whom a plan mentions.
    pub fn of(plan: &'a Plan) -> Self {
        Self {
            fields: &plan.references,
            names: &plan.names,
        }
    }

    /// Fields that hold accounts, and whom those belong to.
    pub fn new(fields: &'a BTreeSet<FieldName>, names: &'a BTreeMap<AccountId, Username>) -> Self {
        Self { fields, names }
    }

    /// Shows both values of a field that holds accounts. Nothing for other fields.
    pub fn pair(self, field: &FieldChange) -> Option<(String, String)> {
        let old = self.shown(&field.name, field.old.as_ref())?;
        Some((old, self.shown(&field.name, field.new.as_ref())?))
    }

    /// Shows a value of a field that holds accounts: `"a17" (kim.lee)`. Nothing
    /// for other fields.
    fn shown(self, field: &FieldName, held: Option<&Value>) -> Option<String> {
        if !self.fields.contains(field) {
            return None;
        }
        let one = |text: &String| {
            let quoted = value(Some(&Value::Text(text.clone())));
            let id = text.parse::<AccountId>().ok();
            match id.and_then(|id| self.names.get(&id)) {
                Some(name) => format!("{quoted} ({})", safe(name.as_str())),
                None => quoted,
            }
        };
        Some(match held {
            None => value(None),
            Some(Value::Text(text)) => one(text),
            Some(Value::List(items)) => {
                let items: Vec<String> = items.iter().map(one).collect();
                format!("[{}]", items.join(", "))
            }
        })
    }
}
