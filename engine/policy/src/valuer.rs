//! Runs one mapping for many people.

use crate::expression::{Evaluator, ExpressionFailed};
use crate::policy::{FieldMapping, Shape, UsernameMapping, ValueSource};
use crate::texts::Texts;
use crate::transform::{StepFailed, Transform};
use jiff::Timestamp;
use muster_model::{EntryView, Value};
use std::borrow::Cow;

/// Why a mapping gives nothing for one person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingFailed {
    /// The expression could not be evaluated.
    #[error(transparent)]
    Expression(#[from] ExpressionFailed),
    /// A step of the chain could not be done, or the value is not of the type.
    #[error(transparent)]
    Step(#[from] StepFailed),
}

/// Runs one mapping for many people, at one instant.
#[derive(Debug)]
pub struct Valuer<'p> {
    value: Prepared<'p>,
    transform: &'p Transform,
    shape: Shape,
}

#[derive(Debug)]
enum Prepared<'p> {
    Attributes(&'p [usize]),
    Expression(Box<Evaluator<'p>>),
}

impl<'p> Valuer<'p> {
    /// Prepares a field's mapping for a plan whose instant is `now`.
    pub fn of_field(field: &'p FieldMapping, now: Timestamp) -> Self {
        Self::new(&field.value, &field.transform, field.shape, now)
    }

    /// Prepares the mapping of usernames.
    pub fn of_username(username: &'p UsernameMapping, now: Timestamp) -> Self {
        Self::new(&username.value, &username.transform, Shape::Text, now)
    }

    fn new(value: &'p ValueSource, transform: &'p Transform, shape: Shape, now: Timestamp) -> Self {
        Self {
            transform,
            shape,
            value: match value {
                ValueSource::Attributes(candidates) => Prepared::Attributes(candidates),
                ValueSource::Expression(expression) => {
                    Prepared::Expression(Box::new(Evaluator::new(expression, now)))
                }
                // The planner follows these: one entry alone does not tell.
                ValueSource::Reference(_) | ValueSource::Groups(_) => Prepared::Attributes(&[]),
            },
        }
    }

    /// The texts for one person. One that comes straight from the page is
    /// borrowed, and costs nothing.
    pub fn texts<'e>(&mut self, entry: EntryView<'e>) -> Result<Texts<'e>, MappingFailed> {
        let texts = self.given(entry)?;
        Ok(self.transformed(texts)?)
    }

    /// What the attributes, or the expression, give.
    pub(crate) fn given<'e>(&mut self, entry: EntryView<'e>) -> Result<Texts<'e>, MappingFailed> {
        Ok(match &mut self.value {
            Prepared::Attributes(candidates) => of_attributes(candidates, entry),
            Prepared::Expression(evaluator) => of_value(evaluator.value(entry)?),
        })
    }

    /// What comes behind that.
    pub(crate) fn chain(&self) -> (&Transform, Shape) {
        (self.transform, self.shape)
    }

    /// What becomes of texts of which it is known where they come from.
    pub fn transformed<'e>(&self, texts: Texts<'e>) -> Result<Texts<'e>, StepFailed> {
        let texts = self.transform.apply(texts)?;
        let texts = match self.transform.gives_parts() && self.shape != Shape::List {
            true => texts.first(),
            false => texts,
        };
        self.shape.coerce(texts)
    }
}

/// The first candidate that has a value with something in it, or else the first
/// that has one at all. Of several values the empty ones say nothing.
fn of_attributes<'e>(candidates: &[usize], entry: EntryView<'e>) -> Texts<'e> {
    let filled = candidates.iter().find(|&&attribute| {
        entry
            .values(attribute)
            .any(|value| !value.trim().is_empty())
    });
    let present = || {
        candidates
            .iter()
            .find(|&&attribute| entry.values(attribute).len() > 0)
    };
    let Some(&attribute) = filled.or_else(present) else {
        return Texts::Absent;
    };
    let mut values = entry.values(attribute);
    if values.len() > 1 {
        let filled = values.filter(|value| !value.is_empty());
        return Texts::Many(filled.map(Cow::Borrowed).collect());
    }
    let one = values.next().map(Cow::Borrowed);
    one.map_or(Texts::Absent, Texts::One)
}

fn of_value(value: Option<Value>) -> Texts<'static> {
    match value {
        None => Texts::Absent,
        Some(Value::Text(text)) => Texts::One(Cow::Owned(text)),
        Some(Value::List(items)) => Texts::Many(items.into_iter().map(Cow::Owned).collect()),
    }
}
