//! Carries an inverse plan out: exactly that, in one atomic commit.

use crate::apply::{ApplyContext, ApplyRefused, audit, check};
use crate::edits::{DIRECTORY, Misfit, current, write};
use crate::record::{run_of, without_cursors};
use muster_model::{
    Account, AccountId, Cause, Change, DirectoryName, FieldChange, Owner, Plan, Run, RunOutcome,
};
use muster_policy::Policy;
use muster_store::{Commit, Store};
use std::collections::{BTreeMap, BTreeSet};

/// Applies a plan that takes a run back. The policy is that of the run's directory;
/// without one there are no guards to ask.
pub fn apply_undo(
    plan: &Plan,
    policy: Option<&Policy>,
    store: &mut dyn Store,
    context: &ApplyContext,
) -> Result<Run, ApplyRefused> {
    check(plan, policy, store, context)?;
    let mut owners = BTreeSet::new();
    let put = carry_out(plan, store, &mut owners)?;
    let outcome = match plan.changes.is_empty() {
        true => RunOutcome::Unchanged,
        false => RunOutcome::Applied,
    };
    let mut run = run_of(policy, Some(plan), outcome, context);
    let receipt = store.commit(Commit {
        expected: plan.bindings.state_version,
        put,
        audit: audit(plan, context),
        run: Some(run.clone()),
        directories: without_cursors(owners, store)?,
        ..Commit::default()
    })?;
    run.id = receipt.run.unwrap_or_default();
    run.version = receipt.version;
    Ok(run)
}

fn carry_out(
    plan: &Plan,
    store: &dyn Store,
    owners: &mut BTreeSet<DirectoryName>,
) -> Result<Vec<Account>, Misfit> {
    let mut accounts: BTreeMap<AccountId, Account> = BTreeMap::new();
    for change in &plan.changes {
        let id = change.account_id;
        let mut account = match accounts.remove(&id) {
            Some(account) => account,
            None => store.account(id)?.ok_or(Misfit::Gone { id })?,
        };
        let mut note = |account: &Account| {
            if let Owner::Directory(name) = &account.owner {
                owners.insert(name.clone());
            }
        };
        note(&account);
        take_back(&mut account, change)?;
        note(&account);
        accounts.insert(id, account);
    }
    Ok(accounts.into_values().collect())
}

fn take_back(account: &mut Account, change: &Change) -> Result<(), Misfit> {
    for field in &change.fields {
        let (id, name) = (account.id, field.name.clone());
        if current(account, &name) != field.old {
            return Err(Misfit::Moved { id, field: name });
        }
        remember(account, field);
        write(account, field).ok_or(Misfit::Nonsense { id, field: name })?;
        if field.name.as_str() == DIRECTORY && account.owner == Owner::Local {
            account.synced.clear();
        }
    }
    Ok(())
}

/// Sync's memory of a value goes back, too, if it is the one of the run.
fn remember(account: &mut Account, field: &FieldChange) {
    let is_the_runs = account.synced.get(&field.name) == Some(&field.old);
    match field.cause {
        Cause::Source if is_the_runs => {
            account.synced.insert(field.name.clone(), field.new.clone());
        }
        Cause::Policy if is_the_runs => {
            account.synced.remove(&field.name);
        }
        _ => {}
    }
}
