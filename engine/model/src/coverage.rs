//! How much a read proves. Absence is never evidence without it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much of the source a read has covered, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Coverage {
    /// Everybody in scope was delivered: who is missing is gone.
    Complete {
        /// What shows it.
        evidence: Evidence,
    },
    /// Some may be missing: nobody is blocked for absence.
    Partial {
        /// The kind of reason.
        reason: PartialReason,
        /// The reason as a sentence for the operator.
        text: String,
        /// What was seen all the same.
        evidence: Evidence,
    },
    /// Only what changed was delivered: who is missing has not changed.
    Delta {
        /// What shows that the feed is unbroken.
        evidence: Evidence,
    },
}

impl Coverage {
    /// True if an account that was not delivered is known to be gone.
    ///
    /// INVARIANT: this is the only door to a block for absence.
    pub fn proves_absence(&self) -> bool {
        matches!(self, Self::Complete { .. })
    }

    /// Returns what shows the coverage.
    pub fn evidence(&self) -> &Evidence {
        match self {
            Self::Complete { evidence }
            | Self::Partial { evidence, .. }
            | Self::Delta { evidence } => evidence,
        }
    }

    /// Keeps the evidence but takes away the proof of absence.
    pub fn weakened(self, reason: PartialReason, text: impl Into<String>) -> Self {
        match self {
            Self::Complete { evidence } | Self::Delta { evidence } => Self::Partial {
                reason,
                text: text.into(),
                evidence,
            },
            partial @ Self::Partial { .. } => partial,
        }
    }
}

/// What a connector has seen that shows how far its read went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Entries that the connector says it delivered; the host counts along.
    pub entries: u64,
    /// How many the source itself says there are, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_count: Option<u64>,
    /// What else was seen, by name: `base` found, `last page` reached.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

/// Why a read is only partial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartialReason {
    /// The input ends before its end: no end marker, fewer rows than declared.
    Truncated,
    /// The source answered, with nobody in it.
    Empty,
    /// The server stops at a number of entries.
    SizeLimit,
    /// The server stops after a time.
    TimeLimit,
    /// The connection broke in the middle.
    Interrupted,
    /// The source asked to slow down, and time ran out.
    Throttled,
    /// A syncing group was not found.
    GroupMissing,
    /// Some people could not be read, for want of rights or by an error.
    Unreadable,
    /// A broken record could not be attributed to a person.
    Unattributed,
    /// The source changed while it was read.
    Drifted,
    /// The connector's own evidence does not add up.
    Unproven,
}

impl PartialReason {
    /// Returns the name as it stands in a plan.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Empty => "empty",
            Self::SizeLimit => "size-limit",
            Self::TimeLimit => "time-limit",
            Self::Interrupted => "interrupted",
            Self::Throttled => "throttled",
            Self::GroupMissing => "group-missing",
            Self::Unreadable => "unreadable",
            Self::Unattributed => "unattributed",
            Self::Drifted => "drifted",
            Self::Unproven => "unproven",
        }
    }
}
