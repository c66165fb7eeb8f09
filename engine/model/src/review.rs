//! What people did to a plan between preview and apply: who made it, whom a
//! reviewer held back, which guards it was let past, and who approved of it.
//!
//! A review takes away from a plan, or lets it pass. It never adds a change.

use crate::ids::AccountId;
use crate::username::Username;
use serde::{Deserialize, Serialize};

/// What was done to a plan since it was made. It is part of the plan's own bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Review {
    /// Who made the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Whom reviewers held back, in order of time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// Guards that the plan was let past after it was made, in order of time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Overriding>,
}

impl Review {
    /// True if nothing was done, and nobody is known to have made the plan.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Everybody who had a hand in what the plan does: whoever holds people back
    /// only takes away from it.
    pub fn authors(&self) -> impl Iterator<Item = &str> {
        let overriding = self.overrides.iter().map(|one| one.by.as_str());
        self.author.as_deref().into_iter().chain(overriding)
    }
}

/// People who were taken out of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// By whom.
    pub by: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// Why, in the reviewer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Those who were named, and those whose changes need theirs.
    pub people: Vec<HeldPerson>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPerson {
    /// Their username after the changes that were taken out.
    pub username: Username,
    /// Their account; for somebody who gets none, the number that was meant for it.
    pub account_id: AccountId,
    /// Number of changes that were taken out.
    pub changes: u64,
    /// Why they are held although nobody named them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// A guard that a saved plan was let past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overriding {
    /// The guard: `block.max`.
    pub guard: String,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

/// Somebody who approved of a plan. It stands beside the plan, and holds for
/// these very bytes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The approver, by the name that a policy may list.
    pub name: String,
    /// The operating system's user who said so.
    pub actor: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What they had to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Base64 of an ed25519 signature, if they have a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The state's seal on the approval, if it was given where the state is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
}
