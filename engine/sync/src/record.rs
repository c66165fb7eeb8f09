//! The record of a run, whatever became of it.

use crate::apply::ApplyContext;
use muster_model::{
    AccountId, DirectoryName, DirectoryRecord, FieldChange, FieldName, Plan, Run, RunId,
    RunOutcome, StateVersion, Username, Value,
};
use muster_policy::Policy;
use muster_store::{Commit, Receipt, Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Writes down that a run was stopped or failed. Changes nothing else.
pub fn record_outcome(
    policy: &Policy,
    plan: Option<&Plan>,
    outcome: RunOutcome,
    text: &str,
    store: &mut dyn Store,
    context: &ApplyContext,
) -> Result<Receipt, StoreError> {
    let mut run = run_of(Some(policy), plan, outcome, context);
    run.text = Some(text.to_owned());
    // Nothing was done, whatever the plan would have done.
    run.summary.values_mut().for_each(|count| *count = 0);
    let expected = store.version()?;
    store.commit(Commit {
        expected,
        run: Some(run),
        ..Commit::default()
    })
}

/// The record of a run by a policy; of what takes back what administrators did by
/// hand, by none. What takes a run back has read nothing.
pub(crate) fn run_of(
    policy: Option<&Policy>,
    plan: Option<&Plan>,
    outcome: RunOutcome,
    context: &ApplyContext,
) -> Run {
    let overrides = plan.into_iter().flat_map(|plan| &plan.guards);
    let overrides = overrides.filter_map(|guard| {
        let reason = guard.overridden.clone()?;
        Some((guard.name.clone(), reason))
    });
    let read = plan.filter(|plan| plan.undoes.is_none());
    Run {
        id: RunId::default(),
        at: context.now.to_string(),
        actor: context.actor.clone(),
        directory: policy.map(|policy| policy.directory.clone()),
        outcome,
        summary: plan.map(|plan| plan.summary.clone()).unwrap_or_default(),
        held: plan.map_or(0, |plan| plan.held() as u64),
        coverage: read.map(|plan| plan.coverage.clone()),
        plan: context.plan_digest(),
        policy: policy.map(|policy| policy.digest.clone()),
        overrides: overrides.collect(),
        review: plan.map(|plan| plan.review.clone()).unwrap_or_default(),
        approvals: context.approvals.good().to_vec(),
        text: None,
        read: read.map(|plan| plan.bindings.snapshot.clone()),
        proof: None,
        undoes: plan.and_then(|plan| plan.undoes),
        version: StateVersion::default(),
    }
}

/// Directories without their places in the feed, those that have one: their next run
/// looks at everybody again.
pub(crate) fn without_cursors(
    directories: impl IntoIterator<Item = DirectoryName>,
    store: &dyn Store,
) -> Result<Vec<DirectoryRecord>, StoreError> {
    let mut anew = Vec::new();
    for name in directories {
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

/// Whom accounts belong to now that stand in the fields which hold accounts.
pub fn people_named<'f>(
    fields: impl IntoIterator<Item = &'f FieldChange>,
    references: &BTreeSet<FieldName>,
    store: &dyn Store,
) -> Result<BTreeMap<AccountId, Username>, StoreError> {
    let fields = fields.into_iter();
    let fields = fields.filter(|field| references.contains(&field.name));
    let values = fields.flat_map(|field| [&field.old, &field.new]).flatten();
    let ids = values.flat_map(|value| match value {
        Value::Text(text) => std::slice::from_ref(text),
        Value::List(items) => items,
    });
    let ids: BTreeSet<AccountId> = ids.filter_map(|id| id.parse().ok()).collect();
    let mut names = BTreeMap::new();
    for id in ids {
        names.extend(store.account(id)?.map(|account| (id, account.username)));
    }
    Ok(names)
}
