//! How much a read proves, and what shows it.

use crate::bindings::exports::muster::provider::provider as wit;
use crate::report;

pub use wit::PartialReason;

/// How far a read went. Only [`Coverage::complete`] lets absence count.
///
/// The number of rows is added when the batch leaves the plugin; what the
/// source says and what else was seen is added here.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    reach: Reach,
    source_count: Option<u64>,
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

    pub(crate) fn into_wit(self, entries: u64) -> wit::Coverage {
        let evidence = wit::Evidence {
            entries,
            source_count: self.source_count,
            facts: self.facts,
        };
        match self.reach {
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
