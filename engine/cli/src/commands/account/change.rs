//! The commands that change one account: prepare, commit, say what follows.

use super::refused;
use crate::args::{Assignment, AttachArgs, BlockArgs, CreateArgs, EditArgs, RenameArgs, UserArgs};
use crate::exit::Exit;
use crate::policies;
use crate::render::{change, notices};
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_model::{AuditRecord, DirectoryName, ExternalId, PolicyLine};
use muster_store::Store;
use muster_sync::admin::{self, AdminContext, Attachment, Edit, Effect, Notice, Prepared, Refused};

/// Prepares one operation on the state as it is.
pub(super) fn prepare(
    session: &Session,
    store: &dyn Store,
    prepare: impl FnOnce(&dyn Store, AdminContext<'_>) -> Result<Prepared, Refused>,
) -> Result<Prepared, Trouble> {
    let at = session.now.to_string();
    let context = AdminContext {
        at: &at,
        actor: &session.actor,
    };
    prepare(store, context).map_err(|error| refused(error, session))
}

/// Prepares one operation, and commits it.
fn carry_out(
    session: &Session,
    store: &mut dyn Store,
    operation: impl FnOnce(&dyn Store, AdminContext<'_>) -> Result<Prepared, Refused>,
) -> Result<Option<Vec<Notice>>, Trouble> {
    let prepared = prepare(session, store, operation)?;
    match prepared.effect {
        Effect::Nothing => Ok(None),
        Effect::Commit(commit) => {
            let told = shown(&commit.audit, session);
            store.commit(*commit).map_err(state::trouble)?;
            session.print(&told)?;
            Ok(Some(prepared.notices))
        }
    }
}

/// Carries an operation out and says what came of it.
pub(super) fn finish(
    session: &Session,
    store: &mut dyn Store,
    username: &str,
    already: &str,
    operation: impl FnOnce(&dyn Store, AdminContext<'_>) -> Result<Prepared, Refused>,
) -> Result<Exit, Trouble> {
    match carry_out(session, store, operation)? {
        None => session.say(&format!("Nothing to change: {already}.")),
        Some(notices) => {
            for notice in notices {
                session.note(&notices::sentence(
                    &notice,
                    username,
                    &lines(&notice, session),
                ));
            }
        }
    }
    Ok(Exit::Done)
}

fn shown(audit: &[AuditRecord], session: &Session) -> String {
    let mut out = String::new();
    for record in audit {
        let deed = change::Deed {
            verb: &record.action,
            username: record.username.as_str(),
            reason: &record.reason,
            fields: &record.fields,
            people: None,
        };
        change::write(&mut out, deed, session.out);
    }
    out
}

/// The policy lines behind the block reasons of a notice.
fn lines(notice: &Notice, session: &Session) -> Vec<PolicyLine> {
    match notice {
        Notice::MayBlockAgain {
            policy_file: Some(file),
            reasons,
            ..
        } => policies::lines_of_reasons(file, reasons, session),
        _ => Vec::new(),
    }
}

fn edit_of(fields: &[Assignment], unset: &[String]) -> Result<Edit, Trouble> {
    let mut edit = Edit {
        unset: unset.iter().map(|name| name.trim().to_owned()).collect(),
        ..Edit::default()
    };
    for Assignment { field, value } in fields {
        edit.set
            .entry(field.clone())
            .or_default()
            .push(value.clone());
    }
    match edit.set.keys().find(|name| edit.unset.contains(*name)) {
        None => Ok(edit),
        Some(name) => Err(Trouble::new(
            Exit::Invalid,
            format!("`{name}` is to be written and to be unset at once"),
        )
        .hint("`FIELD=` writes an empty value; `--unset FIELD` takes the value away")),
    }
}

pub(super) fn create(args: &CreateArgs, session: &Session) -> Result<Exit, Trouble> {
    let edit = edit_of(&args.fields, &[])?;
    let mut store = state::existing_or_new(session)?;
    finish(
        session,
        &mut store,
        &args.username,
        "it is there",
        |store, context| admin::create(store, context, &args.username, &edit),
    )
}

pub(super) fn edit(args: &EditArgs, session: &Session) -> Result<Exit, Trouble> {
    let edit = edit_of(&args.fields, &args.unset)?;
    let mut store = state::existing(session)?;
    finish(
        session,
        &mut store,
        &args.username,
        "the values are the same",
        |store, context| admin::edit(store, context, &args.username, &edit),
    )
}

pub(super) fn rename(args: &RenameArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut store = state::existing(session)?;
    finish(
        session,
        &mut store,
        &args.new,
        "it is called so already",
        |store, context| admin::rename(store, context, &args.old, &args.new),
    )
}

pub(super) fn detach(args: &UserArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut store = state::existing(session)?;
    finish(
        session,
        &mut store,
        &args.username,
        "it is local already",
        |store, context| admin::detach(store, context, &args.username),
    )
}

pub(super) fn attach(args: &AttachArgs, session: &Session) -> Result<Exit, Trouble> {
    let to = Attachment {
        directory: DirectoryName::from(args.directory.as_str()),
        external_id: args.external_id.as_deref().map(ExternalId::from),
    };
    let mut store = state::existing(session)?;
    let already = "it belongs to that directory already";
    finish(
        session,
        &mut store,
        &args.username,
        already,
        |store, context| admin::attach(store, context, &args.username, &to),
    )
}

pub(super) fn block(args: &BlockArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut store = state::existing(session)?;
    let already = "it is blocked by an administrator already";
    finish(
        session,
        &mut store,
        &args.username,
        already,
        |store, context| admin::block(store, context, &args.username, args.reason.as_deref()),
    )
}

pub(super) fn unblock(args: &UserArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut store = state::existing(session)?;
    finish(
        session,
        &mut store,
        &args.username,
        "it is active already",
        |store, context| admin::unblock(store, context, &args.username),
    )
}
