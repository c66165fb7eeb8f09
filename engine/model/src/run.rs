//! What was done: runs, and the record of every change.

use crate::coverage::Coverage;
use crate::ids::{AccountId, DirectoryName, FieldName, RunId, StateVersion};
use crate::memory::Pending;
use crate::plan::{Action, FieldChange, PolicyLine, Reason};
use crate::review::{Approval, Review};
use crate::username::Username;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The operating system's user, or what the operator named instead.
    pub name: String,
    /// The command that was run: `apply`, `account rename`.
    pub command: String,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// All changes were made.
    Applied,
    /// There was nothing to change.
    Unchanged,
    /// A guard stopped it; nothing was changed.
    Stopped,
    /// It failed; nothing was changed.
    Failed,
}

impl RunOutcome {
    /// Returns the word that is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

/// One execution: of a plan, or of an administrator's command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Given by the store at the commit.
    pub id: RunId,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// By whom.
    pub actor: Actor,
    /// The directory; none for an administrator's command.
    pub directory: Option<DirectoryName>,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Changes per action.
    pub summary: BTreeMap<Action, u64>,
    /// People whose changes were held back.
    pub held: u64,
    /// How much was read; none for an administrator's command.
    pub coverage: Option<Coverage>,
    /// The digest that identifies the applied plan: a plan applies once.
    pub plan: Option<String>,
    /// SHA-256 of the policy's text.
    pub policy: Option<String>,
    /// Guards that were overridden, with the reason given.
    #[serde(default)]
    pub overrides: BTreeMap<String, String>,
    /// What people did to the plan before it was applied.
    #[serde(default, skip_serializing_if = "Review::is_nothing")]
    pub review: Review,
    /// Who approved of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// The error, if it failed; the guard, if it was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Digest of what was read: the kept read has this name, if it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// Whether the same read, planned again, asks for nothing more; none if that
    /// was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// The run that this one has undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<RunId>,
    /// The store's version after the run.
    pub version: StateVersion,
}

/// What planning again on the same read has shown, once a run was applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// When it was made, RFC 3339 in UTC.
    pub at: String,
    /// Changes that would be made again, the first of them; none is as it should be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsettled: Vec<Unsettled>,
    /// How many there are beside these.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u64,
}

impl Proof {
    /// True if there was nothing left to do.
    pub fn is_settled(&self) -> bool {
        self.unsettled.is_empty()
    }
}

/// A change that does not come to rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsettled {
    /// Whose.
    pub username: Username,
    /// What would be done again.
    pub action: Action,
    /// Fields that would change again, without their values.
    pub fields: Vec<FieldName>,
    /// Why, as a sentence.
    pub text: String,
    /// The line of policy that causes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyLine>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Run {
    /// The digest of the plan file that this run has applied for good, if it did.
    pub fn applied_plan(&self) -> Option<&str> {
        match self.outcome {
            RunOutcome::Applied | RunOutcome::Unchanged => self.plan.as_deref(),
            RunOutcome::Stopped | RunOutcome::Failed => None,
        }
    }
}

/// One change that was made to one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Counts all records from 1; given by the store at the commit.
    pub seq: u64,
    /// The run that made it.
    pub run: RunId,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// By whom.
    pub actor: Actor,
    /// The account.
    pub account_id: AccountId,
    /// Its username after the change.
    pub username: Username,
    /// What was done: an [`Action`] or an administrator's verb such as `delete`.
    pub action: String,
    /// Why.
    pub reason: Reason,
    /// Values that changed.
    pub fields: Vec<FieldChange>,
}

/// What the store remembers of a directory between runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryRecord {
    /// The directory.
    pub name: DirectoryName,
    /// `username` or `external_id`: how its entries find their accounts.
    pub key: String,
    /// The policy file, as it was named at the last run.
    pub policy_file: String,
    /// SHA-256 of the policy's text at the last run.
    pub policy: String,
    /// Digest of each field's mapping at the last run: tells a policy's change
    /// of a value from the source's.
    pub mappings: BTreeMap<FieldName, String>,
    /// Fields whose values are not shown.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sensitive: BTreeSet<FieldName>,
    /// Where to go on with the next delta.
    pub cursor: Option<Vec<u8>>,
    /// What is known of the feed that the cursor belongs to. A cursor without
    /// it is of no use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<FeedRecord>,
    /// What waits for time to pass or for room since the last run.
    #[serde(default, skip_serializing_if = "Pending::is_nothing")]
    pub pending: Pending,
    /// Fields whose values are accounts, at the last run.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub references: BTreeSet<FieldName>,
    /// Fields of which sync owned single items, at the last run; the others are
    /// the intranet's.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub merged: BTreeSet<FieldName>,
}

/// What is remembered of a directory's feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRecord {
    /// SHA-256 of the plugin that gave the cursor.
    pub plugin: String,
    /// The instant of the last complete read, RFC 3339 in UTC.
    pub full_read: String,
    /// If somebody was held at that read: the store's version since. As long as
    /// neither the accounts nor the source move, they are held for good reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<StateVersion>,
}
