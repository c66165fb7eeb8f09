//! What a read has seen, and how far it can be believed.

use muster_sdk::{Coverage, PartialReason};

/// Counts, facts, and reasons to doubt.
#[derive(Debug, Default)]
pub struct Tally {
    /// People delivered.
    pub rows: u64,
    /// Entries that could not become a person.
    pub problems: u64,
    /// Entries of machines and domains.
    pub machines: u64,
    /// Entries that are in no syncing group, or left out.
    pub strangers: u64,
    pub pages: u32,
    pub references: u32,
    facts: Vec<(&'static str, String)>,
    weak: Vec<(PartialReason, String)>,
}

impl Tally {
    /// Something that was seen.
    pub fn fact(&mut self, name: &'static str, value: impl Into<String>) {
        self.facts.push((name, value.into()));
    }

    /// A reason why somebody may be missing, or a reported group of somebody's.
    pub fn doubt(&mut self, reason: PartialReason, text: impl Into<String>) {
        self.weak.push((reason, text.into()));
    }

    /// Several of them.
    pub fn doubts(&mut self, weak: Vec<(PartialReason, String)>) {
        self.weak.extend(weak);
    }

    /// True if nobody is missing, as far as is known.
    pub fn is_whole(&self) -> bool {
        self.weak.is_empty()
    }

    /// True if something was delivered.
    pub fn has_delivered(&self) -> bool {
        self.rows + self.problems > 0
    }

    /// Only changes were read.
    pub fn changes(&self) -> Coverage {
        self.with_facts(Coverage::delta())
    }

    fn with_facts(&self, mut coverage: Coverage) -> Coverage {
        for (name, value) in &self.facts {
            coverage = coverage.fact(*name, value.clone());
        }
        let counts = [
            ("pages", u64::from(self.pages)),
            ("references skipped", u64::from(self.references)),
            ("accounts of machines left out", self.machines),
            ("entries out of scope", self.strangers),
        ];
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            coverage = coverage.fact(name, count.to_string());
        }
        coverage
    }

    /// How far the read went.
    pub fn coverage(&self) -> Coverage {
        let coverage = self.with_facts(Coverage::complete());
        let mut weak = self.weak.iter();
        let Some((reason, first)) = weak.next() else {
            return match self.rows {
                0 => coverage.weakened(PartialReason::Empty, "the search found nobody"),
                _ => coverage,
            };
        };
        let others: Vec<&str> = weak.map(|(_, text)| text.as_str()).collect();
        let text = [&[first.as_str()][..], &others].concat().join("; ");
        coverage.weakened(*reason, text)
    }
}
