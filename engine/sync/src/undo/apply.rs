//! Carries an inverse plan out: exactly that, in one atomic commit.

use crate::apply::{ApplyContext, ApplyRefused, audit, check};
use crate::edits::{DIRECTORY, Misfit, current, write};
use muster_model::{
    Account, AccountId, Cause, Change, DirectoryName, DirectoryRecord, FieldChange, Owner, Plan,
    Run, RunId, RunOutcome, StateVersion,
};
use muster_policy::Policy;
use muster_store::{Commit, Store, StoreError};
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
    let mut run = run_of(plan, policy, store, context)?;
    let receipt = store.commit(Commit {
        expected: plan.bindings.state_version,
        put,
        audit: audit(plan, context),
        run: Some(run.clone()),
        directories: read_anew(owners, store)?,
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

/// Directories whose people have been changed by hand are read anew: sync has to
/// look at people again whom the source has not touched.
fn read_anew(
    owners: BTreeSet<DirectoryName>,
    store: &dyn Store,
) -> Result<Vec<DirectoryRecord>, StoreError> {
    let mut anew = Vec::new();
    for name in owners {
        if let Some(record) = store.directory(&name)?.filter(|r| r.cursor.is_some()) {
            anew.push(DirectoryRecord {
                cursor: None,
                feed: None,
                ..record
            });
        }
    }
    Ok(anew)
}

fn run_of(
    plan: &Plan,
    policy: Option<&Policy>,
    store: &dyn Store,
    context: &ApplyContext,
) -> Result<Run, StoreError> {
    let undone = match plan.undoes {
        Some(id) => store.run(id)?,
        None => None,
    };
    let overrides = plan.guards.iter().filter_map(|guard| {
        let reason = guard.overridden.clone()?;
        Some((guard.name.clone(), reason))
    });
    Ok(Run {
        id: RunId::default(),
        at: context.now.to_string(),
        actor: context.actor.clone(),
        directory: undone.and_then(|run| run.directory),
        outcome: match plan.changes.is_empty() {
            true => RunOutcome::Unchanged,
            false => RunOutcome::Applied,
        },
        summary: plan.summary.clone(),
        held: plan.held() as u64,
        coverage: None,
        plan: context.plan_digest(),
        policy: policy.map(|policy| policy.digest.clone()),
        overrides: overrides.collect(),
        review: plan.review.clone(),
        approvals: context.approvals.good().to_vec(),
        text: None,
        read: None,
        proof: None,
        undoes: plan.undoes,
        version: StateVersion::default(),
    })
}
