//! What is told of one person: an answer, five steps that lead to it, and what
//! would change it. As JSON it is `muster.explanation/1`: names in it are stable,
//! and more may be added.

mod outcome;
mod steps;

pub use outcome::{Counterfactual, Edit, EditKind, Outcome, OutcomeKind, Place};
pub use steps::*;

use muster_model::{AccountId, DirectoryName};
use serde::Serialize;

/// The name and version of the format.
pub const EXPLANATION_FORMAT: &str = "muster.explanation/1";

/// Why one person is treated as they are.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// [`EXPLANATION_FORMAT`].
    pub format: &'static str,
    /// The directory.
    pub directory: DirectoryName,
    /// The policy.
    pub policy: PolicySeen,
    /// The instant of the plan.
    pub now: String,
    /// Who it is about.
    pub person: Who,
    /// One sentence that answers the question.
    pub answer: String,
    /// What the plan does.
    pub outcome: Outcome,
    /// What was read of them.
    pub read: ReadStep,
    /// Whether they are in scope.
    pub scope: ScopeStep,
    /// Which account is theirs.
    #[serde(rename = "match")]
    pub matching: MatchStep,
    /// What each field should hold.
    pub map: MapStep,
    /// Whether they may log in, and what holds them back.
    pub decide: DecideStep,
    /// The smallest changes that would alter the outcome, each tried out.
    pub would_change: Vec<Counterfactual>,
    /// What is not known any more of a run of the past, as sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// The policy, as it was when the question was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PolicySeen {
    /// Its file.
    pub file: String,
    /// SHA-256 of its texts.
    pub digest: String,
    /// Where it stands in its version control, if it is under one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<PolicyVersion>,
}

/// Where a policy stands in its version control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyVersion {
    /// The commit that changed it last.
    pub commit: String,
    /// True if it was edited since.
    pub edited: bool,
}

/// A person, by all names that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Who {
    /// As somebody asked for them.
    pub asked: String,
    /// The username at the source, or else the account's.
    pub username: Option<String>,
    /// The identifier at the source.
    pub external_id: Option<String>,
    /// The account.
    pub account_id: Option<AccountId>,
}

impl Who {
    /// The best name that is known.
    pub fn name(&self) -> &str {
        let username = self.username.as_deref();
        username
            .or(self.external_id.as_deref())
            .unwrap_or(&self.asked)
    }
}
