//! How much a read proves, and what shows it.

use crate::bindings::exports::muster::provider::provider as wit;
use crate::report;
use std::cmp::Ordering;

pub use wit::PartialReason;

/// How far a read went. Only [`Coverage::complete`] lets absence count.
///
/// The number of rows is added when the batch leaves the plugin; what the
/// source says and what else was seen is added here.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    reach: Reach,
    source_count: Option<u64>,
    /// The count has to be what was delivered.
    is_proof: bool,
    facts: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Reach {
    Complete,
    Partial(PartialReason, String),
    Delta,
}

impl Coverage {
    /// Everybody in scope was delivered.
    pub fn complete() -> Self {
        Self::new(Reach::Complete)
    }

    /// Somebody may be missing; `message` says why, as a sentence.
    pub fn partial(reason: PartialReason, message: impl Into<String>) -> Self {
        Self::new(Reach::Partial(reason, message.into()))
    }

    /// Only changes were delivered, removals as [`Status::Removed`](crate::Status).
    pub fn delta() -> Self {
        Self::new(Reach::Delta)
    }

    fn new(reach: Reach) -> Self {
        Self {
            reach,
            source_count: None,
            is_proof: false,
            facts: Vec::new(),
        }
    }

    /// Takes away the proof of absence; a reason that was given before stays.
    #[must_use]
    pub fn weakened(mut self, reason: PartialReason, message: impl Into<String>) -> Self {
        if !matches!(self.reach, Reach::Partial(..)) {
            self.reach = Reach::Partial(reason, message.into());
        }
        self
    }

    /// How many people the source itself says there are.
    #[must_use]
    pub fn source_count(mut self, count: u64) -> Self {
        self.source_count = Some(count);
        self
    }

    /// As [`source_count`](Self::source_count), for a source that counts exactly
    /// the people who were asked for: if the read has delivered fewer or more, in
    /// all its pages, it is no longer complete.
    #[must_use]
    pub fn counted(mut self, count: u64) -> Self {
        self.is_proof = true;
        self.source_count(count)
    }

    /// Something else that was seen: `("base", "found")`.
    #[must_use]
    pub fn fact(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.push((name.into(), value.into()));
        self
    }

    /// Tells which reported groups are not there; nothing if there are none.
    #[must_use]
    pub fn missing_groups<T: AsRef<str>>(self, names: &[T]) -> Self {
        match names {
            [] => self,
            names => self.fact(report::MISSING, report::listed(names)),
        }
    }

    /// True for [`Coverage::complete`] that was not weakened.
    pub fn is_complete(&self) -> bool {
        self.reach == Reach::Complete
    }

    /// The reason, if the coverage is partial.
    pub fn reason(&self) -> Option<PartialReason> {
        match self.reach {
            Reach::Partial(reason, _) => Some(reason),
            Reach::Complete | Reach::Delta => None,
        }
    }

    /// The reason as a sentence, if the coverage is partial.
    pub fn message(&self) -> Option<&str> {
        match &self.reach {
            Reach::Partial(_, message) => Some(message),
            Reach::Complete | Reach::Delta => None,
        }
    }

    /// What else was seen, in the order in which it was added.
    pub fn facts(&self) -> &[(String, String)] {
        &self.facts
    }

    /// Holds the source's count against the rows of the whole read.
    pub(crate) fn settled(self, entries: u64) -> Self {
        let Some(count) = self.source_count.filter(|_| self.is_proof) else {
            return self;
        };
        let reason = match entries.cmp(&count) {
            Ordering::Equal => return self,
            Ordering::Less => PartialReason::Truncated,
            Ordering::Greater => PartialReason::Drifted,
        };
        let message = format!("the source counts {count} people, and {entries} were delivered");
        self.weakened(reason, message)
    }

    pub(crate) fn into_wit(self, entries: u64) -> wit::Coverage {
        let this = self.settled(entries);
        let evidence = wit::Evidence {
            entries,
            source_count: this.source_count,
            facts: this.facts,
        };
        match this.reach {
            Reach::Complete => wit::Coverage::Complete(evidence),
            Reach::Delta => wit::Coverage::Delta(evidence),
            Reach::Partial(reason, message) => wit::Coverage::Partial(wit::Shortfall {
                reason,
                message,
                evidence,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_is_proof_must_be_what_was_delivered() {
        let settled = |coverage: Coverage, entries| coverage.settled(entries).reason();
        let counted = Coverage::complete().counted(3);
        assert_eq!(settled(counted.clone(), 3), None);
        assert_eq!(settled(counted.clone(), 2), Some(PartialReason::Truncated));
        assert_eq!(settled(counted.clone(), 4), Some(PartialReason::Drifted));
        let weak = counted.weakened(PartialReason::Unreadable, "why");
        assert_eq!(settled(weak, 2), Some(PartialReason::Unreadable));
        // A count of another set of people proves nothing, either way.
        assert_eq!(settled(Coverage::complete().source_count(3), 2), None);
    }
}
