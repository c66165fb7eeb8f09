//! Somebody's account as it is once the plan is applied.

use super::Case;
use crate::cases::subject::Subject;
use muster_model::plan::{BLOCK_REASONS, reasons_of};
use muster_model::{Action, BlockReason, Change, FieldName, Username, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Names among changed fields that are no fields.
const NO_FIELDS: [&str; 3] = ["username", "external_id", "directory"];

/// An account afterwards.
pub(super) struct After {
    pub(super) username: Username,
    pub(super) blocked: BTreeSet<BlockReason>,
    pub(super) fields: BTreeMap<FieldName, Value>,
}

impl After {
    /// None if there is no account. Of several, the one that changes counts.
    pub(super) fn of(case: &Case<'_>, subject: &Subject, changes: &[&Change]) -> Option<Self> {
        let changed = changes.first().map(|change| change.account_id);
        let is_theirs = |id| match changed {
            Some(changed) => id == changed,
            None => subject.accounts.contains(&id),
        };
        let account = case.store.accounts().find(|account| is_theirs(account.id));
        let created = changes
            .iter()
            .find(|change| change.action == Action::Create);
        let mut after = match (account, created) {
            (Some(account), _) => Self {
                username: account.username.clone(),
                blocked: account.block_reasons.clone(),
                fields: account.fields.clone(),
            },
            (None, Some(change)) => Self {
                username: change.username.clone(),
                blocked: BTreeSet::new(),
                fields: BTreeMap::new(),
            },
            (None, None) => return None,
        };
        let theirs = changes
            .iter()
            .filter(|change| Some(change.account_id) == changed);
        for change in theirs {
            after.take(change);
        }
        Some(after)
    }

    fn take(&mut self, change: &Change) {
        self.username = change.username.clone();
        for field in &change.fields {
            let name = field.name.as_str();
            if name == BLOCK_REASONS {
                self.blocked = reasons_of(field.new.as_ref());
            } else if NO_FIELDS.contains(&name) {
            } else if let Some(value) = &field.new {
                self.fields.insert(field.name.clone(), value.clone());
            } else {
                self.fields.remove(&field.name);
            }
        }
    }
}

/// True if two values are the same: a list of one is what it holds.
pub(super) fn is_equal(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other || items(one) == items(other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// The texts of a value.
pub(super) fn items(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) => vec![text],
        Value::List(items) => items.iter().map(String::as_str).collect(),
    }
}
