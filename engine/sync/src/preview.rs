//! Read and plan. Nothing in this file can write.

use crate::few::{self, Few};
use crate::source::{Delivery, Source, SourceFailed};
use jiff::Timestamp;
use muster_model::{Action, Coverage, Page, Plan, ReadKind, ReadNote, UsernameKey};
use muster_plan::{AccountTable, Context, Planner, TooLarge, Watch, Watched};
use muster_policy::Policy;
use muster_store::{Store, StoreError};
use std::collections::BTreeMap;

/// What a preview depends on beside policy, source and state.
#[derive(Clone, Debug)]
pub struct PreviewContext {
    /// The plan's instant: `now` of all conditions.
    pub now: Timestamp,
    /// After this instant the plan can no longer be applied.
    pub expires: Timestamp,
    /// Name and version of the plugin.
    pub plugin: String,
    /// SHA-256 of the plugin.
    pub plugin_digest: String,
    /// How much the source is asked for; none where it has no feed.
    pub read: Option<ReadNote>,
    /// Keep only what concerns this person.
    pub only: Option<UsernameKey>,
    /// Guards to go past, each with a reason.
    pub overrides: BTreeMap<String, String>,
}

/// Hears how far a read is.
pub trait Progress {
    /// So many entries were compared by now.
    fn entries(&self, total: u64);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn entries(&self, _total: u64) {}
}

/// Why there is no plan. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The source could not be read.
    #[error(transparent)]
    Source(#[from] SourceFailed),
    /// The state could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The accounts do not fit.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// There is no guard of the name that is to be overridden.
    #[error("there is no guard `{name}`; there are {}", known_guards().join(", "))]
    UnknownGuard {
        /// The name that was given.
        name: String,
    },
    /// An override without a reason.
    #[error("the override of guard `{name}` needs a reason: `{name}=WHY`")]
    NoReason {
        /// The guard.
        name: String,
    },
}

/// Reads and says what would be done.
///
/// The source is read while accounts are loaded and compared: it is expected to
/// work in threads of its own and to be bounded by how fast it is asked. With
/// few changes, only their accounts are loaded.
pub fn preview(
    policy: &Policy,
    source: &mut dyn Source,
    store: &dyn Store,
    context: &PreviewContext,
    progress: &dyn Progress,
) -> Result<Plan, PreviewError> {
    preview_watched(policy, source, store, context, progress, Watch::default())
        .map(|(plan, _)| plan)
}

/// The same, with what was seen of some people: for whoever asks why.
pub fn preview_watched(
    policy: &Policy,
    source: &mut dyn Source,
    store: &dyn Store,
    context: &PreviewContext,
    progress: &dyn Progress,
    watch: Watch,
) -> Result<(Plan, Watched), PreviewError> {
    check_overrides(&context.overrides)?;
    let is_delta = context.read.as_ref().map(|read| read.kind) == Some(ReadKind::Delta);
    let begun = match is_delta {
        true => gather(source, store)?,
        false => Begun::default(),
    };
    let context = planner_context(policy, store, context)?;
    let is_due = few::is_anybody_due(policy, context.directory.as_ref(), context.now);
    let few = match &begun.end {
        Some(_) if !is_due => few::table(policy, store, &begun.pages, context.now)?,
        _ => None,
    };
    let accounts = match few {
        Some(accounts) => accounts,
        None => load(policy, store)?,
    };
    let mut planner = Planner::new(policy, &context, accounts);
    planner.watch(watch);
    for page in &begun.pages {
        planner.page(page);
        progress.entries(planner.entries());
    }
    let mut end = begun.end;
    loop {
        if let Some((coverage, cursor)) = end {
            return Ok(planner.finish_watched(coverage, cursor));
        }
        match source.next()? {
            Delivery::Page(page) => {
                planner.page(&page);
                progress.entries(planner.entries());
            }
            Delivery::End { coverage, cursor } => end = Some((coverage, cursor)),
        }
    }
}

/// The beginning of a delta, and its end if it is short.
#[derive(Default)]
struct Begun {
    pages: Vec<Page>,
    end: Option<(Coverage, Option<Vec<u8>>)>,
}

/// Reads a delta as long as its people are few.
fn gather(source: &mut dyn Source, store: &dyn Store) -> Result<Begun, PreviewError> {
    let accounts = store.count()?;
    let (mut begun, mut people) = (Begun::default(), 0);
    while few::are_few(people, accounts) {
        match source.next()? {
            Delivery::Page(page) => {
                people += page.len() as u64;
                begun.pages.push(page);
            }
            Delivery::End { coverage, cursor } => {
                begun.end = Some((coverage, cursor));
                break;
            }
        }
    }
    Ok(begun)
}

fn planner_context(
    policy: &Policy,
    store: &dyn Store,
    context: &PreviewContext,
) -> Result<Context, PreviewError> {
    Ok(Context {
        now: context.now,
        expires: context.expires,
        plugin: context.plugin.clone(),
        plugin_digest: context.plugin_digest.clone(),
        state: store.identity(),
        state_version: store.version()?,
        next_account_id: store.next_account_id()?,
        directory: store.directory(&policy.directory)?,
        read: context.read.clone(),
        only: context.only.clone(),
        overrides: context.overrides.clone(),
    })
}

fn load(policy: &Policy, store: &dyn Store) -> Result<AccountTable, PreviewError> {
    let mut accounts = AccountTable::new(policy);
    accounts.reserve(usize::try_from(store.count()?).unwrap_or(0));
    let mut full = Ok(());
    store.scan(&mut |account| {
        if full.is_ok() {
            full = accounts.add(&account);
        }
    })?;
    full?;
    Ok(accounts)
}

impl From<Few> for PreviewError {
    fn from(few: Few) -> Self {
        match few {
            Few::Store(error) => Self::Store(error),
            Few::TooLarge(error) => Self::TooLarge(error),
        }
    }
}

/// The names under which guards can be overridden, by family.
fn known_guards() -> Vec<&'static str> {
    let families = Action::ALL.into_iter().map(Action::as_str);
    families
        .chain(["shrink", "clear", "protect", "empty"])
        .collect()
}

pub(crate) fn check_overrides(overrides: &BTreeMap<String, String>) -> Result<(), PreviewError> {
    for (name, reason) in overrides {
        let (family, limit) = name.split_once('.').unwrap_or((name, "max"));
        if !known_guards().contains(&family) || !matches!(limit, "max" | "max_percent") {
            return Err(PreviewError::UnknownGuard { name: name.clone() });
        }
        if reason.trim().is_empty() {
            return Err(PreviewError::NoReason { name: name.clone() });
        }
    }
    Ok(())
}
