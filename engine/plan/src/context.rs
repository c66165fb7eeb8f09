//! Everything beside policy, entries and accounts that a plan depends on.

use jiff::Timestamp;
use muster_model::{AccountId, DirectoryRecord, StateVersion, UsernameKey};
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
    /// Keep only what concerns this person.
    pub only: Option<UsernameKey>,
    /// Guards that a person lets this plan go past, with the reason given. A
    /// key is a guard's whole name, `block.max`, or its family, `block`.
    pub overrides: BTreeMap<String, String>,
}
