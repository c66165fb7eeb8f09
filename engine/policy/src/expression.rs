//! CEL, compiled once. To be replaced.

use jiff::Timestamp;
use muster_model::{EntryView, PolicyLine, Value};

/// A compiled CEL expression with its place in the policy.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Where it stands.
    pub at: PolicyLine,
    /// As it was written.
    pub text: String,
}

/// Why an expression has no value for one person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct ExpressionFailed {
    /// What went wrong, as a sentence.
    pub text: String,
}

/// Evaluates one expression for many entries at one instant, and remembers
/// results for equal inputs.
#[derive(Debug)]
pub struct Evaluator<'p> {
    expression: &'p Expression,
    now: Timestamp,
}

impl<'p> Evaluator<'p> {
    /// Prepares an expression for a plan whose instant is `now`.
    pub fn new(expression: &'p Expression, now: Timestamp) -> Self {
        Self { expression, now }
    }

    /// Evaluates a condition.
    pub fn test(&mut self, entry: EntryView<'_>) -> Result<bool, ExpressionFailed> {
        let _ = (entry, self.now, self.expression);
        unimplemented!()
    }

    /// Evaluates a value; `None` is absent.
    pub fn value(&mut self, entry: EntryView<'_>) -> Result<Option<Value>, ExpressionFailed> {
        let _ = entry;
        unimplemented!()
    }
}
