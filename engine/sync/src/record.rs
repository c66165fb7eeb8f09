//! The record of a run, whatever became of it.

use crate::apply::ApplyContext;
use muster_model::{Plan, Run, RunId, RunOutcome, StateVersion};
use muster_policy::Policy;
use muster_store::{Commit, Receipt, Store, StoreError};

/// Writes down that a run was stopped or failed. Changes nothing else.
pub fn record_outcome(
    policy: &Policy,
    plan: Option<&Plan>,
    outcome: RunOutcome,
    text: &str,
    store: &mut dyn Store,
    context: &ApplyContext,
) -> Result<Receipt, StoreError> {
    let mut run = run_of(policy, plan, outcome, context);
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

pub(crate) fn run_of(
    policy: &Policy,
    plan: Option<&Plan>,
    outcome: RunOutcome,
    context: &ApplyContext,
) -> Run {
    let overrides = plan.into_iter().flat_map(|plan| &plan.guards);
    let overrides = overrides.filter_map(|guard| {
        let reason = guard.overridden.clone()?;
        Some((guard.name.clone(), reason))
    });
    Run {
        id: RunId::default(),
        at: context.now.to_string(),
        actor: context.actor.clone(),
        directory: Some(policy.directory.clone()),
        outcome,
        summary: plan.map(|plan| plan.summary.clone()).unwrap_or_default(),
        held: plan.map_or(0, |plan| plan.held() as u64),
        coverage: plan.map(|plan| plan.coverage.clone()),
        plan: context.plan_digest(),
        policy: Some(policy.digest.clone()),
        overrides: overrides.collect(),
        review: plan.map(|plan| plan.review.clone()).unwrap_or_default(),
        approvals: context.approvals.good().to_vec(),
        text: None,
        read: plan.map(|plan| plan.bindings.snapshot.clone()),
        proof: None,
        undoes: None,
        version: StateVersion::default(),
    }
}
