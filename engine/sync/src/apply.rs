//! Carries a plan out: exactly that, in one atomic commit, or not at all.

use crate::edits::{self, Misfit};
use crate::memory::remember;
use crate::record::run_of;
use crate::review::{Approved, Lacking, lacking};
use crate::standing;
use jiff::Timestamp;
use muster_model::{Actor, AuditRecord, GuardResult, Plan, Run, RunId, RunOutcome};
use muster_policy::Policy;
use muster_store::{Commit, Store, StoreError};

/// When, by whom and from where a plan is applied.
#[derive(Clone, Debug)]
pub struct ApplyContext {
    /// The instant of the apply.
    pub now: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// SHA-256 of the plugin as it is now.
    pub plugin_digest: String,
    /// Where the plan comes from.
    pub origin: PlanOrigin,
    /// Who approved of the plan.
    pub approvals: Approved,
}

/// Where an applied plan comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanOrigin {
    /// Made a moment ago, in the same process.
    Fresh,
    /// Read from a file with this digest; such a plan applies once.
    File(String),
}

impl ApplyContext {
    pub(crate) fn plan_digest(&self) -> Option<String> {
        match &self.origin {
            PlanOrigin::Fresh => None,
            PlanOrigin::File(digest) => Some(digest.clone()),
        }
    }
}

/// Why a plan is not applied. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ApplyRefused {
    /// It was applied before.
    #[error("this plan was already applied{by}; a plan applies once")]
    AlreadyApplied {
        /// In which run, as a part of the sentence.
        by: String,
    },
    /// Its time is over.
    #[error("this plan expired at {at}")]
    Expired {
        /// When.
        at: String,
    },
    /// It was made for another store.
    #[error("this plan was made for another state folder")]
    OtherState,
    /// Something that it was made from has moved.
    #[error("this plan is stale: {what}")]
    Stale {
        /// What has moved, as a sentence.
        what: String,
    },
    /// A guard forbids it.
    #[error("this plan is stopped by {}", names(.guards))]
    Stopped {
        /// The guards that tripped and were not overridden.
        guards: Vec<GuardResult>,
    },
    /// Not enough people have approved of it.
    #[error(transparent)]
    Unapproved(#[from] Lacking),
    /// A change does not fit its account.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// The state could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn names(guards: &[GuardResult]) -> String {
    let names: Vec<&str> = guards.iter().map(|guard| guard.name.as_str()).collect();
    format!("the guard {}", names.join(" and "))
}

/// Applies a plan. The policy is the one that its file holds now.
pub fn apply(
    plan: &Plan,
    policy: &Policy,
    store: &mut dyn Store,
    context: &ApplyContext,
) -> Result<Run, ApplyRefused> {
    check(plan, Some(policy), store, context)?;
    let put = edits::carry_out(plan, store)?;
    let outcome = if plan.changes.is_empty() {
        RunOutcome::Unchanged
    } else {
        RunOutcome::Applied
    };
    let mut run = run_of(Some(policy), Some(plan), outcome, context);
    let before = store.directory(&policy.directory)?;
    let directory = remember(plan, policy, before, put.is_empty());
    let receipt = store.commit(Commit {
        expected: plan.bindings.state_version,
        put,
        delete: Vec::new(),
        audit: audit(plan, context),
        run: Some(run.clone()),
        directories: vec![directory],
        ..Commit::default()
    })?;
    run.id = receipt.run.unwrap_or_default();
    run.version = receipt.version;
    Ok(run)
}

/// Refuses a plan unless everything that it was made from is as it was.
pub(crate) fn check(
    plan: &Plan,
    policy: Option<&Policy>,
    store: &dyn Store,
    context: &ApplyContext,
) -> Result<(), ApplyRefused> {
    let bindings = &plan.bindings;
    if bindings.state != store.identity() {
        return Err(ApplyRefused::OtherState);
    }
    if let PlanOrigin::File(digest) = &context.origin
        && store.is_applied(digest)?
    {
        let by = standing::applied_by(digest, store)?;
        return Err(ApplyRefused::AlreadyApplied { by });
    }
    let expires: Timestamp = bindings.expires.parse().map_err(|_| ApplyRefused::Stale {
        what: "its expiry is no instant".to_owned(),
    })?;
    if context.now > expires {
        return Err(ApplyRefused::Expired {
            at: bindings.expires.clone(),
        });
    }
    let moved = standing::moved(plan, policy, &context.plugin_digest, store)?;
    if !moved.is_empty() {
        return Err(ApplyRefused::Stale {
            what: moved.join("; "),
        });
    }
    if plan.is_stopped() {
        let stopping = |guard: &&GuardResult| guard.tripped && guard.overridden.is_none();
        return Err(ApplyRefused::Stopped {
            guards: plan.guards.iter().filter(stopping).cloned().collect(),
        });
    }
    match lacking(plan, policy, &context.approvals) {
        Some(lacking) => Err(lacking.into()),
        None => Ok(()),
    }
}

pub(crate) fn audit(plan: &Plan, context: &ApplyContext) -> Vec<AuditRecord> {
    let record = |change: &muster_model::Change| AuditRecord {
        seq: 0,
        run: RunId::default(),
        at: context.now.to_string(),
        actor: context.actor.clone(),
        account_id: change.account_id,
        username: change.username.clone(),
        action: change.action.as_str().to_owned(),
        reason: change.reason.clone(),
        fields: change.fields.clone(),
    };
    plan.changes.iter().map(record).collect()
}
