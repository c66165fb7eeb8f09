//! What a read has seen, and how far it can be believed.

use muster_sdk::{Coverage, PartialReason};
use serde::{Deserialize, Serialize};

/// Counts and the reasons to doubt. Goes into the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// People delivered who are there.
    pub people: u64,
    pub suspended: u64,
    pub archived: u64,
    /// People delivered as deleted.
    pub deleted: u64,
    /// Users who were listed and are not in scope.
    pub strangers: u64,
    /// Members who are no users of what is listed.
    pub outsiders: u64,
    /// People whom only a second look found.
    pub late: u64,
    pub requests: u64,
    weak: Vec<(Reason, String)>,
}

/// Why a read does not prove absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    GroupMissing,
    Unreadable,
    Drifted,
    SizeLimit,
    Unproven,
}

impl From<Reason> for PartialReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::GroupMissing => Self::GroupMissing,
            Reason::Unreadable => Self::Unreadable,
            Reason::Drifted => Self::Drifted,
            Reason::SizeLimit => Self::SizeLimit,
            Reason::Unproven => Self::Unproven,
        }
    }
}

impl Tally {
    /// A reason why somebody may be missing.
    pub fn doubt(&mut self, reason: Reason, text: impl Into<String>) {
        self.weak.push((reason, text.into()));
    }

    /// The first reason to doubt.
    pub fn first_doubt(&self) -> Option<&str> {
        self.weak.first().map(|(_, text)| text.as_str())
    }

    /// Adds what reading the groups again has seen.
    pub fn join(&mut self, again: Self) {
        self.requests += again.requests;
        for doubt in again.weak {
            if !self.weak.contains(&doubt) {
                self.weak.push(doubt);
            }
        }
    }

    /// How far the read went.
    pub fn coverage(&self, facts: &[(&str, u64)]) -> Coverage {
        let counts = [
            ("suspended", self.suspended),
            ("archived", self.archived),
            ("deleted in the last 20 days", self.deleted),
            ("users out of scope", self.strangers),
            ("members outside the account", self.outsiders),
            ("found by a second look", self.late),
            ("requests", self.requests),
        ];
        let mut coverage = Coverage::complete();
        for &(name, count) in facts.iter().chain(&counts) {
            if count > 0 {
                coverage = coverage.fact(name, count.to_string());
            }
        }
        let Some((reason, _)) = self.weak.first() else {
            return match self.people {
                0 => coverage.weakened(PartialReason::Empty, "nobody was found"),
                _ => coverage,
            };
        };
        let texts: Vec<&str> = self.weak.iter().map(|(_, text)| text.as_str()).collect();
        coverage.weakened((*reason).into(), texts.join("; "))
    }
}
