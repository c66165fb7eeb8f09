//! Everything beside policy, entries and accounts that a plan depends on.

use jiff::Timestamp;
use muster_model::{AccountId, DirectoryRecord, ReadKind, ReadNote, StateVersion, UsernameKey};
use std::collections::BTreeMap;

/// Everything beside policy, entries and accounts that a plan depends on.
#[derive(Clone, Debug)]
pub struct Context {
    /// The plan's instant: `now` of all conditions.
    pub now: Timestamp,
    /// After this instant the plan can no longer be applied.
    pub expires: Timestamp,
    /// Name and version of the plugin.
    pub plugin: String,
    /// SHA-256 of the plugin.
    pub plugin_digest: String,
    /// The store that is planned for.
    pub state: String,
    /// The store's version.
    pub state_version: StateVersion,
    /// The lowest number that no account has ever had.
    pub next_account_id: AccountId,
    /// What is remembered of the directory from its last run.
    pub directory: Option<DirectoryRecord>,
    /// How much the source was asked for; none where it has no feed.
    pub read: Option<ReadNote>,
    /// Keep only what concerns this person.
    pub only: Option<UsernameKey>,
    /// Guards that a person lets this plan go past, with the reason given. A
    /// key is a guard's whole name, `block.max`, or its family, `block`.
    pub overrides: BTreeMap<String, String>,
}

impl Context {
    /// True if only changes were asked for: who is not delivered is as before.
    pub(crate) fn is_delta(&self) -> bool {
        let kind = self.read.as_ref().map(|read| read.kind);
        kind == Some(ReadKind::Delta)
    }
}
