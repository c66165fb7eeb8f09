//! `muster account list` and `show`.

use super::chart::{ChartJson, ShownAccount};
use super::refused;
use crate::args::{Format, ListArgs, ShowArgs};
use crate::exit::Exit;
use crate::policies;
use crate::render::account::{self, Known, Row};
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_model::{Account, AccountStatus, AccountView, Owner, SensitiveFields, UsernameKey};
use muster_policy::Policy;
use muster_store::{AccountJson, Store};
use muster_sync::admin::{self, Refused};
use std::collections::BTreeSet;

pub(super) fn list(args: &ListArgs, session: &Session) -> Result<Exit, Trouble> {
    let store = state::existing(session)?;
    match args.format {
        Format::Text => list_text(args, &store, session)?,
        Format::Json => list_json(args, &store, session)?,
    }
    Ok(Exit::Done)
}

fn list_text(args: &ListArgs, store: &dyn Store, session: &Session) -> Result<(), Trouble> {
    let mut rows = Vec::new();
    store
        .scan(&mut |view| {
            if wanted(args, &view) {
                rows.push(row(&view));
            }
        })
        .map_err(state::trouble)?;
    session.print(&account::list(rows, session.out))
}

/// Bytes that are collected before they are printed.
const CHUNK: usize = 64 << 10;

/// Prints accounts as they are found, in order of their ids: however many
/// there are, only a few are in memory.
fn list_json(args: &ListArgs, store: &dyn Store, session: &Session) -> Result<(), Trouble> {
    let fields = sensitive(store)?;
    let mut chunk = "[".to_owned();
    let mut separator = "\n  ";
    let mut printed = Ok(());
    store
        .scan(&mut |view| {
            if printed.is_ok()
                && wanted(args, &view)
                && let Some(account) = view.to_account()
            {
                chunk.push_str(separator);
                separator = ",\n  ";
                let json = match args.reveal {
                    true => AccountJson::revealed(account, &fields),
                    false => AccountJson::shown(account, &fields),
                };
                printed = append(&mut chunk, &json, session);
            }
        })
        .map_err(state::trouble)?;
    printed?;
    chunk.push_str("\n]\n");
    session.print(&chunk)
}

fn append(chunk: &mut String, account: &AccountJson, session: &Session) -> Result<(), Trouble> {
    let json = serde_json::to_string(account).map_err(|error| Trouble::of(Exit::Failed, &error))?;
    chunk.push_str(&json);
    if chunk.len() < CHUNK {
        return Ok(());
    }
    session.print(&std::mem::take(chunk))
}

/// Fields whose values are not shown, by the last run of each directory.
fn sensitive(store: &dyn Store) -> Result<SensitiveFields, Trouble> {
    let directories = store.directories().map_err(state::trouble)?;
    Ok(SensitiveFields::of(&directories))
}

fn wanted(args: &ListArgs, view: &AccountView<'_>) -> bool {
    let status = if view.block_reasons.is_empty() {
        AccountStatus::Active
    } else {
        AccountStatus::Blocked
    };
    args.directory
        .as_deref()
        .is_none_or(|name| name == view.owner)
        && args
            .status
            .is_none_or(|wanted| AccountStatus::from(wanted) == status)
        && args
            .reason
            .as_ref()
            .is_none_or(|reason| view.block_reasons.contains(reason))
}

fn row(view: &AccountView<'_>) -> Row {
    Row {
        key: UsernameKey::of(view.username).as_str().to_owned(),
        username: view.username.to_owned(),
        id: view.id.to_string(),
        directory: view.owner.to_owned(),
        reasons: view.block_reasons.clone(),
    }
}

pub(super) fn show(args: &ShowArgs, session: &Session) -> Result<Exit, Trouble> {
    let store = state::existing(session)?;
    let mut found = store
        .find(&UsernameKey::of(&args.username))
        .map_err(state::trouble)?
        .ok_or_else(|| {
            let unknown = Refused::UnknownUser {
                username: args.username.clone(),
            };
            refused(unknown, session)
        })?;
    let fields = sensitive(&store)?;
    let chart = admin::chart(&store, &found).map_err(state::trouble)?;
    match (args.format, args.reveal) {
        (Format::Text, reveal) => {
            let hidden = match reveal {
                true => BTreeSet::new(),
                false => fields.mask(&mut found),
            };
            let policy = policy_of(&store, &found, session)?;
            let known = Known {
                policy: policy.as_ref(),
                chart: chart.as_ref(),
                hidden: &hidden,
            };
            session.print(&account::show(&found, &known, session.out))?;
        }
        (Format::Json, reveal) => session.print_json(&ShownAccount {
            account: match reveal {
                true => AccountJson::revealed(found, &fields),
                false => AccountJson::shown(found, &fields),
            },
            chart: chart.map(ChartJson::from),
        })?,
    }
    Ok(Exit::Done)
}

/// The policy of the account's last sync, as its file says now.
fn policy_of(
    store: &dyn Store,
    account: &Account,
    session: &Session,
) -> Result<Option<Policy>, Trouble> {
    let Owner::Directory(directory) = &account.owner else {
        return Ok(None);
    };
    let record = store.directory(directory).map_err(state::trouble)?;
    Ok(record.and_then(|record| policies::quietly(&record.policy_file, session)))
}
