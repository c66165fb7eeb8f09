//! The plans of both texts, from one read and for one intranet.

use super::{Effect, compare};
use jiff::{SignedDuration, Timestamp};
use muster_model::{AccountId, DirectoryName, Plan, Username};
use muster_policy::Policy;
use muster_store::{Store, StoreError};
use muster_sync::snapshot::{Lack, Replay, Snapshot, Unreadable, Unsuitable};
use muster_sync::{PreviewContext, PreviewError, Silent, preview};
use std::collections::BTreeMap;

/// From what both plans are made.
pub struct Setting<'a> {
    /// The instant of both.
    pub now: Timestamp,
    /// The intranet.
    pub store: &'a dyn Store,
    /// Opens the read that was recorded, once for each plan.
    pub open: &'a dyn Fn() -> Result<Snapshot<'static>, Unreadable>,
}

/// A policy before and after the edit; none where it was not there.
#[derive(Clone, Copy, Debug)]
pub struct Revision<'p> {
    /// Before.
    pub old: Option<&'p Policy>,
    /// After.
    pub new: Option<&'p Policy>,
}

/// Which of the two policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The old one.
    Old,
    /// The new one.
    New,
}

/// Why nobody can know what the edit does.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// The snapshot does not have what one of the policies asks for.
    #[error("{why}")]
    Unsuitable {
        /// Whose plan cannot be made.
        which: Which,
        /// What is lacking.
        why: Unsuitable,
    },
    /// The snapshot cannot be read.
    #[error("the snapshot cannot be used")]
    Snapshot(#[from] Unreadable),
    /// There is no plan for another reason.
    #[error(transparent)]
    Preview(#[from] PreviewError),
    /// The state cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Unknown {
    /// What the snapshot does not tell.
    pub fn lacks(&self) -> &[Lack] {
        match self {
            Self::Unsuitable {
                why: Unsuitable::Lacks(lacks),
                ..
            } => lacks,
            _ => &[],
        }
    }
}

/// What an edit does: the plans of both texts, compared. Nothing is written.
pub fn between(
    directory: &DirectoryName,
    revision: Revision<'_>,
    setting: &Setting<'_>,
) -> Result<Effect, Unknown> {
    let plan = |policy: Option<&Policy>, which| match policy {
        Some(policy) => plan(policy, which, setting).map(Some),
        None => Ok(None),
    };
    let new = plan(revision.new, Which::New)?;
    let old = plan(revision.old, Which::Old)?;
    let names = names(setting.store)?;
    Ok(compare(directory, old.as_ref(), new.as_ref(), &names))
}

fn plan(policy: &Policy, which: Which, setting: &Setting<'_>) -> Result<Plan, Unknown> {
    let snapshot = (setting.open)()?;
    let plugin = snapshot.header().plugin.clone();
    let mut replay =
        Replay::new(snapshot, policy).map_err(|why| Unknown::Unsuitable { which, why })?;
    let context = PreviewContext {
        now: setting.now,
        expires: setting.now + SignedDuration::from_hours(24),
        plugin: format!("{} {}", plugin.name, plugin.version),
        plugin_digest: plugin.digest,
        read: None,
        only: None,
        overrides: BTreeMap::new(),
    };
    Ok(preview(
        policy,
        &mut replay,
        setting.store,
        &context,
        &Silent,
    )?)
}

/// Whose the accounts are, for values that name them.
fn names(store: &dyn Store) -> Result<BTreeMap<AccountId, Username>, StoreError> {
    let mut names = BTreeMap::new();
    store.scan(&mut |account| {
        if let Some(name) = Username::new(account.username) {
            names.insert(account.id, name);
        }
    })?;
    Ok(names)
}
