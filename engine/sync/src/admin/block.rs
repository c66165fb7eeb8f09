//! Blocking by hand, and letting people in again.

use super::prepared::{
    AdminContext, Deed, Effect, Notice, Prepared, Verb, field_change, one, reasons_value,
};
use super::{Refused, find};
use muster_model::{Account, Action, BlockReason, FieldChange, Memory, Owner};
use muster_store::Store;

/// Prepares a manual block, which no sync ever undoes. Reasons that sync set
/// stay beside it.
pub fn block(
    store: &dyn Store,
    context: AdminContext<'_>,
    username: &str,
    why: Option<&str>,
) -> Result<Prepared, Refused> {
    let before = find(store, username)?;
    let mut after = before.clone();
    if !after.block_reasons.insert(BlockReason::Manual) {
        return Ok(Prepared {
            effect: Effect::Nothing,
            notices: Vec::new(),
        });
    }
    let deed = Deed {
        account: &after,
        verb: Verb::Action(Action::Block),
        text: with_why("blocked by an administrator", why),
        fields: vec![reasons_change(&before, &after)],
    };
    let notices = match before.owner {
        Owner::Local => Vec::new(),
        Owner::Directory(_) => vec![Notice::KeptBySync],
    };
    one(store, context, deed, notices)
}

/// Prepares to take away every block reason. Sync sets its own ones again if
/// they still hold, and the answer says so.
pub fn unblock(
    store: &dyn Store,
    context: AdminContext<'_>,
    username: &str,
) -> Result<Prepared, Refused> {
    let before = find(store, username)?;
    if before.block_reasons.is_empty() {
        return Ok(Prepared {
            effect: Effect::Nothing,
            notices: Vec::new(),
        });
    }
    let mut after = before.clone();
    after.block_reasons.clear();
    remember_seat(&before, &mut after, context.at);
    let deed = Deed {
        account: &after,
        verb: Verb::Action(Action::Unblock),
        text: "unblocked by an administrator".to_owned(),
        fields: vec![reasons_change(&before, &after)],
    };
    let notices = may_block_again(store, &before)?;
    one(store, context, deed, notices)
}

/// Who waited for a seat has one as long as no sync decides otherwise.
fn remember_seat(before: &Account, after: &mut Account, at: &str) {
    let mut memory = Memory::of(before);
    let waited = before.block_reasons.contains(&BlockReason::NoLicence);
    memory.let_in = waited.then(|| at.to_owned());
    memory.write(&mut after.synced);
}

fn may_block_again(store: &dyn Store, before: &Account) -> Result<Vec<Notice>, Refused> {
    let Owner::Directory(directory) = &before.owner else {
        return Ok(Vec::new());
    };
    let reasons: Vec<BlockReason> = before
        .block_reasons
        .iter()
        .filter(|reason| reason.is_syncs_own())
        .cloned()
        .collect();
    if reasons.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![Notice::MayBlockAgain {
        directory: directory.clone(),
        policy_file: store.directory(directory)?.map(|record| record.policy_file),
        reasons,
    }])
}

fn reasons_change(before: &Account, after: &Account) -> FieldChange {
    field_change(
        "block_reasons",
        reasons_value(&before.block_reasons),
        reasons_value(&after.block_reasons),
    )
}

fn with_why(what: &str, why: Option<&str>) -> String {
    match why.map(str::trim).filter(|why| !why.is_empty()) {
        Some(why) => format!("{what}: {why}"),
        None => what.to_owned(),
    }
}
