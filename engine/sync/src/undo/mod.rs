//! A run, taken back: the inverse plan, made from what the audit says was there
//! before.
//!
//! Only what still is as the run left it is taken back. What somebody has changed
//! since, what was deleted, and accounts that the run has made stay as they are,
//! each with a finding that says why: nobody's later work is lost. The plan goes
//! through the same guards as any other, can be written to a file, and applies
//! once.
//!
//! Sync's memory of a value goes back as well, so that the next sync tells a change at
//! the source from somebody's edit as it would have done before the run. `cause` of a
//! value in such a plan is that of the change that it takes back, and says what becomes
//! of the memory: `source`, it goes back along with the value; `local-edit`, it was
//! the source's all the time and stays; `policy`, there was none.

mod apply;
mod inverse;
mod net;

pub use apply::apply_undo;

use crate::preview::{PreviewError, check_overrides};
use crate::record::people_named;
use jiff::Timestamp;
use muster_model::plan::PLAN_FORMAT;
use muster_model::{
    AccountId, Bindings, Change, Coverage, DirectoryName, Evidence, Finding, GuardResult, Owner,
    Pending, Plan, Run, RunId, RunOutcome, UsernameKey,
};
use muster_policy::Policy;
use muster_store::{Store, StoreError};
use net::Net;
use std::collections::{BTreeMap, BTreeSet};

/// What an inverse plan depends on beside the run, the policy and the state.
#[derive(Clone, Debug)]
pub struct UndoContext {
    /// The plan's instant.
    pub now: Timestamp,
    /// After this instant the plan can no longer be applied.
    pub expires: Timestamp,
    /// Whose changes are taken back; empty: everybody's.
    pub only: BTreeSet<UsernameKey>,
    /// What becomes of accounts that the run has made.
    pub created: Created,
    /// Guards to go past, each with a reason.
    pub overrides: BTreeMap<String, String>,
}

/// What becomes of accounts that a run has made: none is ever deleted by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// They stay as they are.
    Stay,
    /// They are blocked, as by an administrator.
    Block,
}

/// Why a run cannot be taken back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NoUndo {
    /// It has changed nothing.
    #[error("run {run} has changed nothing: it {outcome}")]
    Nothing {
        /// The run.
        run: RunId,
        /// How it ended, as part of a sentence.
        outcome: &'static str,
    },
    /// It has not touched somebody who was named.
    #[error("run {run} has changed nothing of {}", .names.join(", "))]
    Untouched {
        /// The run.
        run: RunId,
        /// Who was named.
        names: Vec<String>,
    },
    /// A guard that is to be gone past makes no sense.
    #[error(transparent)]
    Guard(#[from] PreviewError),
    /// The state could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the plan that takes a run back. `policy` is that of the run's directory as
/// it is now: its guards are measured. Without one, as for what administrators do by
/// hand, there are none.
pub fn undo(
    run: &Run,
    policy: Option<&Policy>,
    store: &dyn Store,
    context: &UndoContext,
) -> Result<Plan, NoUndo> {
    check_overrides(&context.overrides)?;
    if let Some(outcome) = did_nothing(run) {
        return Err(NoUndo::Nothing {
            run: run.id,
            outcome,
        });
    }
    let net = net::of(run.id, store)?;
    let names = untouched(&net, &context.only);
    if !names.is_empty() {
        return Err(NoUndo::Untouched { run: run.id, names });
    }
    let chosen = |net: &&Net| context.only.is_empty() || net.is_one_of(&context.only);
    let chosen: Vec<&Net> = net.values().filter(chosen).collect();
    let (changes, findings) = inverse::of(run.id, &chosen, store, context.created)?;
    assemble(run, policy, store, context, changes, findings)
}

fn did_nothing(run: &Run) -> Option<&'static str> {
    match run.outcome {
        RunOutcome::Applied => None,
        RunOutcome::Unchanged => Some("found nothing to change"),
        RunOutcome::Stopped => Some("was stopped by a guard"),
        RunOutcome::Failed => Some("failed"),
    }
}

fn untouched(net: &BTreeMap<AccountId, Net>, only: &BTreeSet<UsernameKey>) -> Vec<String> {
    let is_unknown = |key: &&UsernameKey| {
        let alone = BTreeSet::from([(*key).clone()]);
        !net.values().any(|net| net.is_one_of(&alone))
    };
    let unknown = only.iter().filter(is_unknown);
    unknown.map(|key| format!("`{key}`")).collect()
}

fn assemble(
    run: &Run,
    policy: Option<&Policy>,
    store: &dyn Store,
    context: &UndoContext,
    changes: Vec<Change>,
    findings: Vec<Finding>,
) -> Result<Plan, NoUndo> {
    let local = || DirectoryName::new(Owner::Local.as_str());
    let directory = run.directory.clone().unwrap_or_else(local);
    let guards = guards(policy, store, context, &directory, &changes)?;
    let held = findings.iter().filter(|finding| finding.held).count() as u64;
    let record = store.directory(&directory)?;
    let references = record.as_ref().map(|record| record.references.clone());
    let references = references.unwrap_or_default();
    let policy_file = match policy {
        Some(policy) => policy.file.clone(),
        None => record.map(|record| record.policy_file).unwrap_or_default(),
    };
    Ok(Plan {
        format: PLAN_FORMAT.to_owned(),
        undoes: Some(run.id),
        directory,
        summary: muster_plan::summary(&changes),
        situations: BTreeMap::from([("held".to_owned(), held)]),
        reasons: muster_plan::reasons(&changes),
        read: None,
        coverage: Coverage::Delta {
            evidence: Evidence::default(),
        },
        findings,
        upcoming: Vec::new(),
        guards,
        licences: None,
        tracked: Vec::new(),
        settled: Vec::new(),
        remembered: BTreeMap::new(),
        pending: Pending::default(),
        given: BTreeMap::new(),
        names: people_named(
            changes.iter().flat_map(|one| &one.fields),
            &references,
            store,
        )?,
        review: Default::default(),
        references,
        bindings: Bindings {
            policy_file,
            environment: policy.and_then(|policy| policy.environment.clone()),
            policy: policy
                .map(|policy| policy.digest.clone())
                .unwrap_or_default(),
            snapshot: format!("audit:{}", run.id),
            texts: Vec::new(),
            state: store.identity(),
            state_version: store.version()?,
            plugin: "the audit".to_owned(),
            plugin_digest: String::new(),
            created: context.now.to_string(),
            expires: context.expires.to_string(),
        },
        cursor: None,
        cursor_kept: None,
        changes,
    })
}

fn guards(
    policy: Option<&Policy>,
    store: &dyn Store,
    context: &UndoContext,
    directory: &DirectoryName,
    changes: &[Change],
) -> Result<Vec<GuardResult>, StoreError> {
    let Some(policy) = policy else {
        return Ok(Vec::new());
    };
    let active = store.population(directory)?.active;
    let overrides = &context.overrides;
    Ok(muster_plan::guards_of(policy, overrides, changes, active))
}
