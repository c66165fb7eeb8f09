//! Who decides about an account: a directory, or the intranet alone.

use super::prepared::{AdminContext, Deed, Effect, Notice, Prepared, Verb, field_change, one};
use super::{Refused, find};
use muster_model::{
    Account, Action, DirectoryName, DirectoryRecord, ExternalId, FieldChange, Owner, Value,
};
use muster_store::Store;

/// The word under which a directory's record says that it matches by id.
const KEY_EXTERNAL_ID: &str = "external_id";

/// To whom a local account is to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The directory.
    pub directory: DirectoryName,
    /// The person's identifier there.
    pub external_id: Option<ExternalId>,
}

/// Prepares to make an account local. It keeps its username, its values and
/// its block reasons; sync never touches it again.
pub fn detach(
    store: &dyn Store,
    context: AdminContext<'_>,
    username: &str,
) -> Result<Prepared, Refused> {
    let before = find(store, username)?;
    let Owner::Directory(directory) = &before.owner else {
        return Ok(Prepared {
            effect: Effect::Nothing,
            notices: Vec::new(),
        });
    };
    let mut after = before.clone();
    after.owner = Owner::Local;
    after.external_id = None;
    after.synced.clear();
    let deed = Deed {
        account: &after,
        verb: Verb::Action(Action::Detach),
        text: format!("made local by an administrator, was of `{directory}`"),
        fields: owner_changes(&before, &after),
    };
    one(store, context, deed, detach_notices(&before, directory))
}

fn detach_notices(before: &Account, directory: &DirectoryName) -> Vec<Notice> {
    let mut notices = vec![Notice::MayClash {
        directory: directory.clone(),
        external_id: before.external_id.clone(),
    }];
    if !before.block_reasons.is_empty() {
        notices.push(Notice::StillBlocked {
            reasons: before.block_reasons.iter().cloned().collect(),
        });
    }
    notices
}

/// Prepares to give a local account to a directory, from whose next sync on
/// its mapped fields are written from the source.
pub fn attach(
    store: &dyn Store,
    context: AdminContext<'_>,
    username: &str,
    to: &Attachment,
) -> Result<Prepared, Refused> {
    let before = find(store, username)?;
    let record = record_of(store, &to.directory)?;
    if let Owner::Directory(owner) = &before.owner {
        return already_owned(&before, owner, to);
    }
    check_id(store, &record, to)?;
    let mut after = before.clone();
    after.owner = Owner::Directory(to.directory.clone());
    after.external_id = to.external_id.clone();
    let deed = Deed {
        account: &after,
        verb: Verb::Action(Action::Adopt),
        text: format!("given to `{}` by an administrator", to.directory),
        fields: owner_changes(&before, &after),
    };
    let notices = vec![Notice::SyncTakesOver {
        directory: to.directory.clone(),
    }];
    one(store, context, deed, notices)
}

fn already_owned(
    account: &Account,
    owner: &DirectoryName,
    to: &Attachment,
) -> Result<Prepared, Refused> {
    let same_id = to.external_id.is_none() || to.external_id == account.external_id;
    if *owner == to.directory && same_id {
        return Ok(Prepared {
            effect: Effect::Nothing,
            notices: Vec::new(),
        });
    }
    Err(Refused::OwnedByAnother {
        username: account.username.clone(),
        owner: owner.clone(),
    })
}

fn check_id(store: &dyn Store, record: &DirectoryRecord, to: &Attachment) -> Result<(), Refused> {
    let Some(external_id) = &to.external_id else {
        return if record.key == KEY_EXTERNAL_ID {
            Err(Refused::ExternalIdNeeded {
                directory: to.directory.clone(),
            })
        } else {
            Ok(())
        };
    };
    match store.find_external(&to.directory, external_id)? {
        None => Ok(()),
        Some(holder) => Err(Refused::ExternalIdTaken {
            external_id: external_id.clone(),
            holder: holder.username,
            directory: to.directory.clone(),
        }),
    }
}

/// What is remembered of a directory, without which nobody knows how its
/// entries find their accounts.
pub(super) fn record_of(
    store: &dyn Store,
    directory: &DirectoryName,
) -> Result<DirectoryRecord, Refused> {
    match store.directory(directory)? {
        Some(record) => Ok(record),
        None => Err(Refused::UnknownDirectory {
            directory: directory.clone(),
            known: store
                .directories()?
                .into_iter()
                .map(|record| record.name)
                .collect(),
        }),
    }
}

fn owner_changes(before: &Account, after: &Account) -> Vec<FieldChange> {
    let id = |account: &Account| {
        account
            .external_id
            .as_ref()
            .map(|id| Value::from(id.as_str()))
    };
    let mut changes = vec![field_change(
        "directory",
        Some(Value::from(before.owner.as_str())),
        Some(Value::from(after.owner.as_str())),
    )];
    if id(before) != id(after) {
        changes.push(field_change("external_id", id(before), id(after)));
    }
    changes
}
