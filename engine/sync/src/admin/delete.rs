//! Deleting accounts for good: what sync never does.

use super::prepared::{
    AdminContext, Deed, Effect, Notice, Prepared, Verb, commit_of, field_change,
};
use super::{Refused, find};
use muster_model::{Account, FieldChange, Owner, Value};
use muster_store::Store;
use std::collections::BTreeMap;

/// Prepares to delete accounts, all of them or none. One that is named twice
/// is deleted once. The audit keeps their last values.
pub fn delete(
    store: &dyn Store,
    context: AdminContext<'_>,
    usernames: &[String],
) -> Result<Prepared, Refused> {
    let mut doomed = BTreeMap::new();
    for username in usernames {
        let account = find(store, username)?;
        doomed.insert(account.id, account);
    }
    if doomed.is_empty() {
        return Ok(Prepared {
            effect: Effect::Nothing,
            notices: Vec::new(),
        });
    }
    let deeds: Vec<Deed<'_>> = doomed.values().map(deed).collect();
    let commit = commit_of(store, context, &deeds)?;
    Ok(Prepared {
        effect: Effect::Commit(Box::new(commit)),
        notices: notices(doomed.values()),
    })
}

fn deed(account: &Account) -> Deed<'_> {
    Deed {
        account,
        verb: Verb::Delete,
        text: "deleted by an administrator".to_owned(),
        fields: last_values(account),
    }
}

fn last_values(account: &Account) -> Vec<FieldChange> {
    let own = [
        ("directory", Some(Value::from(account.owner.as_str()))),
        (
            "external_id",
            account
                .external_id
                .as_ref()
                .map(|id| Value::from(id.as_str())),
        ),
        (
            "block_reasons",
            super::prepared::reasons_value(&account.block_reasons),
        ),
    ];
    let fields = account
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), Some(value.clone())));
    own.into_iter()
        .chain(fields)
        .filter(|(_, value)| value.is_some())
        .map(|(name, value)| field_change(name, value, None))
        .collect()
}

fn notices<'a>(doomed: impl Iterator<Item = &'a Account>) -> Vec<Notice> {
    let mut notices: Vec<Notice> = Vec::new();
    for account in doomed {
        if let Owner::Directory(directory) = &account.owner {
            let notice = Notice::MayBeMadeAgain {
                directory: directory.clone(),
            };
            if !notices.contains(&notice) {
                notices.push(notice);
            }
        }
    }
    notices
}
