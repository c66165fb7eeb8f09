//! Seats that a policy's licence limit leaves.

use serde::{Deserialize, Serialize};

/// Seats that a policy's licence limit leaves. Active accounts use one each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licences {
    /// Seats in all.
    pub limit: u64,
    /// Used before the plan.
    pub now: u64,
    /// Used after it.
    pub after: u64,
    /// Left after it.
    pub left: u64,
    /// Accounts of the directory that are blocked after it for want of one, and
    /// for nothing else.
    #[serde(default)]
    pub waiting: u64,
    /// What is to be expected; none where not everybody was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
}

/// How many seats will be needed, and how many will be free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// People at the source whose account is still to come.
    pub pending: u64,
    /// Active people who are about to be blocked.
    pub freed: u64,
    /// The date of the first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freed_from: Option<String>,
    /// How many would have no seat when all of this has come true.
    pub over: u64,
}
