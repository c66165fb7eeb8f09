//! Another username for the same account.

use super::ownership::record_of;
use super::prepared::{AdminContext, Deed, Effect, Notice, Prepared, Verb, field_change, one};
use super::{Refused, find, free_username};
use muster_model::{Account, Action, FieldName, Owner, Username, Value};
use muster_store::Store;

/// The word under which a directory's record says that it matches by username.
const KEY_USERNAME: &str = "username";

/// Prepares a rename, whichever way the account is kept.
///
/// For an account whose directory matches by username this is the whole way by
/// hand (make it local, rename it, give it back to the directory) in one step:
/// the account never leaves its directory, and the next sync finds it under its
/// new name instead of making a second one. Where the directory matches by
/// external id, the source decides the name, and a rename is refused.
pub fn rename(
    store: &dyn Store,
    context: AdminContext<'_>,
    old: &str,
    new: &str,
) -> Result<Prepared, Refused> {
    let before = find(store, old)?;
    let notices = allowed(store, &before)?;
    let Some(username) = new_name(store, &before, new)? else {
        return Ok(Prepared {
            effect: Effect::Nothing,
            notices: Vec::new(),
        });
    };
    let after = renamed(&before, &username);
    let deed = Deed {
        account: &after,
        verb: Verb::Action(Action::Rename),
        text: format!("renamed by an administrator, from `{}`", before.username),
        fields: vec![field_change(
            "username",
            Some(Value::from(before.username.as_str())),
            Some(Value::from(username.as_str())),
        )],
    };
    one(store, context, deed, notices)
}

/// Refuses to rename where the source decides; else says what comes of it.
fn allowed(store: &dyn Store, account: &Account) -> Result<Vec<Notice>, Refused> {
    let Owner::Directory(directory) = &account.owner else {
        return Ok(Vec::new());
    };
    let record = record_of(store, directory)?;
    if record.key != KEY_USERNAME {
        return Err(Refused::SourceDecidesUsername {
            username: account.username.clone(),
            directory: directory.clone(),
            policy_file: record.policy_file,
        });
    }
    Ok(vec![Notice::ExpectedAtSource {
        directory: directory.clone(),
    }])
}

/// Reads the new name; `None` if the account is already spelled so. Another
/// spelling of its own name is free for an account.
fn new_name(store: &dyn Store, account: &Account, new: &str) -> Result<Option<Username>, Refused> {
    let username = Username::new(new).ok_or(Refused::BlankUsername)?;
    if username == account.username {
        return Ok(None);
    }
    if username.key() == account.username.key() {
        return Ok(Some(username));
    }
    free_username(store, new).map(Some)
}

/// The next sync compares with what sync last wrote; without the new name
/// there, it would take the rename for a local edit.
fn renamed(before: &Account, username: &Username) -> Account {
    let mut after = before.clone();
    after.username = username.clone();
    if let Some(last) = after.synced.get_mut(&FieldName::from("username")) {
        *last = Some(Value::from(username.as_str()));
    }
    after
}
