//! What a read has seen, and how far it can be believed.

use muster_sdk::{Coverage, PartialReason, report};
use serde::{Deserialize, Serialize};

/// Counts and doubts; part of the cursor that a read is resumed with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// People delivered, the deleted ones included.
    pub rows: u64,
    pub problems: u64,
    pub pages: u64,
    pub guests: u64,
    pub excluded: u64,
    pub deleted: u64,
    /// How many people there are, if one list is all that is read.
    pub source: Option<u64>,
    facts: Vec<(String, String)>,
    weak: Vec<(String, String)>,
}

impl Tally {
    /// Something that was seen.
    pub fn fact(&mut self, name: &str, value: impl Into<String>) {
        self.facts.push((name.to_owned(), value.into()));
    }

    /// Reported groups that are not there.
    pub fn absent(&mut self, names: &[String]) {
        if !names.is_empty() {
            self.fact(report::MISSING, report::listed(names));
        }
    }

    /// A reason why somebody may be missing, or a reported group of somebody's.
    pub fn doubt(&mut self, reason: PartialReason, text: impl Into<String>) {
        let doubt = (word(reason).to_owned(), text.into());
        // A read that is resumed looks at the groups again.
        if !self.weak.contains(&doubt) {
            self.weak.push(doubt);
        }
    }

    /// How far a whole read went.
    pub fn coverage(&self) -> Coverage {
        let mut coverage = self.told(Coverage::complete());
        if let Some(count) = self.source {
            coverage = coverage.source_count(count);
        }
        let mut weak = self.weak.iter();
        let Some((reason, first)) = weak.next() else {
            return match self.rows == self.deleted {
                true => coverage.weakened(PartialReason::Empty, "Graph knows nobody in scope"),
                false => coverage,
            };
        };
        let others: Vec<&str> = weak.map(|(_, text)| text.as_str()).collect();
        let text = [&[first.as_str()][..], &others].concat().join("; ");
        coverage.weakened(reason_of(reason), text)
    }

    /// Adds what was seen to a coverage.
    pub fn told(&self, mut coverage: Coverage) -> Coverage {
        for (name, value) in &self.facts {
            coverage = coverage.fact(name, value);
        }
        let counts = [
            ("pages", self.pages),
            ("guests left out", self.guests),
            ("members of excluded groups left out", self.excluded),
            ("deleted users", self.deleted),
        ];
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            coverage = coverage.fact(name, count.to_string());
        }
        coverage
    }
}

/// Reasons that occur here, as a cursor keeps them.
const REASONS: [(PartialReason, &str); 5] = [
    (PartialReason::GroupMissing, "group-missing"),
    (PartialReason::Drifted, "drifted"),
    (PartialReason::Unreadable, "unreadable"),
    (PartialReason::Truncated, "truncated"),
    (PartialReason::Unproven, "unproven"),
];

fn word(reason: PartialReason) -> &'static str {
    let known = REASONS.iter().find(|(known, _)| *known == reason);
    known.map_or("unproven", |(_, word)| word)
}

fn reason_of(word: &str) -> PartialReason {
    let known = REASONS.iter().find(|(_, known)| *known == word);
    known.map_or(PartialReason::Unproven, |(reason, _)| *reason)
}
