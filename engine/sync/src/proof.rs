//! Proof after an apply: the same read, planned again, asks for nothing more.

use crate::preview::{PreviewContext, PreviewError, Silent, preview};
use crate::source::Source;
use jiff::Timestamp;
use muster_model::{AccountId, Change, Plan, Proof, Run, Unsettled};
use muster_policy::Policy;
use muster_store::{Commit, Store};
use std::collections::{BTreeMap, BTreeSet};

/// Changes that are named; the others are counted.
const NAMED: usize = 100;

/// Plans again on the read that a plan was made from, now that it was applied, and
/// writes down with its run what would be done again.
///
/// Only the accounts that the plan has changed are looked at: others may wait, for
/// a reviewer held them back, or the plan was about one person alone.
pub fn prove(
    plan: &Plan,
    policy: &Policy,
    read: &mut dyn Source,
    run: &Run,
    store: &mut dyn Store,
    now: Timestamp,
) -> Result<Proof, PreviewError> {
    let again = preview(policy, read, store, &context(plan, now), &Silent)?;
    let changed: BTreeSet<AccountId> = plan.changes.iter().map(|one| one.account_id).collect();
    let again = again.changes.into_iter();
    let again: Vec<Change> = again
        .filter(|change| changed.contains(&change.account_id))
        .collect();
    let proof = Proof {
        at: now.to_string(),
        more: again.len().saturating_sub(NAMED) as u64,
        unsettled: again.into_iter().take(NAMED).map(unsettled).collect(),
    };
    store.commit(Commit {
        expected: store.version()?,
        proof: Some((run.id, proof.clone())),
        ..Commit::default()
    })?;
    Ok(proof)
}

/// The plan's own circumstances: an instant later, a clock could have run out.
fn context(plan: &Plan, now: Timestamp) -> PreviewContext {
    let bindings = &plan.bindings;
    let instant = |text: &str| text.parse().unwrap_or(now);
    PreviewContext {
        now: instant(&bindings.created),
        expires: instant(&bindings.expires),
        plugin: bindings.plugin.clone(),
        plugin_digest: bindings.plugin_digest.clone(),
        read: plan.read.clone(),
        only: None,
        overrides: BTreeMap::new(),
    }
}

fn unsettled(change: Change) -> Unsettled {
    Unsettled {
        username: change.username,
        action: change.action,
        fields: change.fields.into_iter().map(|field| field.name).collect(),
        text: change.reason.text,
        policy: change.reason.policy,
    }
}
