//! What a mapped field should hold, and whether it does: without building a
//! string for people in whom nothing changed.

use crate::accounts::{AccountTable, Row, Synced};
use muster_model::{Cause, EntryView, FieldChange, FieldName, Value};
use muster_policy::{Evaluator, ExpressionFailed, FieldMapping, Mode, Policy, Shape, ValueSource};
use std::collections::BTreeMap;

/// A field's value as the source and the policy want it, borrowed where it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Desired<'e> {
    Absent,
    Text(&'e str),
    /// Several values for a field that takes one: any of them will do, so that
    /// a source without an order does not flap.
    AnyOf(Vec<&'e str>),
    /// In canonical order.
    List(Vec<&'e str>),
    Computed(Value),
}

/// Computes desired values, expression by expression.
#[derive(Debug)]
pub(crate) struct Mapper<'p> {
    policy: &'p Policy,
    /// One per field; none for fields without an expression.
    evaluators: Vec<Option<Evaluator<'p>>>,
    /// Digests of the mappings at the last run.
    before: Option<&'p BTreeMap<FieldName, String>>,
}

impl<'p> Mapper<'p> {
    pub(crate) fn new(
        policy: &'p Policy,
        now: jiff::Timestamp,
        before: Option<&'p BTreeMap<FieldName, String>>,
    ) -> Self {
        let evaluators = policy
            .fields
            .iter()
            .map(|field| match &field.value {
                ValueSource::Attributes(_) => None,
                ValueSource::Expression(expression) => Some(Evaluator::new(expression, now)),
            })
            .collect();
        Self {
            policy,
            evaluators,
            before,
        }
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (usize, &'p FieldMapping)> + use<'p> {
        self.policy.fields.iter().enumerate()
    }

    /// Computes what a field should hold.
    pub(crate) fn desired<'e>(
        &mut self,
        place: usize,
        field: &'p FieldMapping,
        entry: EntryView<'e>,
    ) -> Result<Desired<'e>, ExpressionFailed>
    where
        'p: 'e,
    {
        let found = match &field.value {
            ValueSource::Attributes(candidates) => from_attributes(candidates, field.shape, entry),
            ValueSource::Expression(_) => match self.evaluators.get_mut(place) {
                Some(Some(evaluator)) => shaped(evaluator.value(entry)?, field.shape),
                _ => Desired::Absent,
            },
        };
        Ok(match &field.default {
            Some(default) if found.is_blank() => match field.shape {
                Shape::Text => Desired::Text(default),
                Shape::List => Desired::List(vec![default]),
            },
            _ => found,
        })
    }

    /// Why a field that was synced before gets another value.
    pub(crate) fn cause(
        &self,
        field: &FieldMapping,
        accounts: &AccountTable,
        row: Row,
        place: usize,
        desired: &Desired<'_>,
    ) -> Cause {
        match accounts.synced(row, place) {
            Synced::Never => Cause::Policy,
            _ if self.was_remapped(field) => Cause::Policy,
            Synced::Same => Cause::Source,
            Synced::Differs if desired.is(accounts.last_synced(row, place)) => Cause::LocalEdit,
            Synced::Differs => Cause::Source,
        }
    }

    fn was_remapped(&self, field: &FieldMapping) -> bool {
        self.before
            .and_then(|before| before.get(&field.name))
            .is_some_and(|digest| *digest != field.digest)
    }

    /// The changes that make a new account.
    pub(crate) fn initial(
        &mut self,
        entry: EntryView<'_>,
    ) -> Result<Vec<FieldChange>, (&'p FieldMapping, ExpressionFailed)> {
        let mut changes = Vec::new();
        for (place, field) in self.fields() {
            let desired = self
                .desired(place, field, entry)
                .map_err(|failed| (field, failed))?;
            if let Some(new) = desired.into_value() {
                changes.push(FieldChange {
                    name: field.name.clone(),
                    old: None,
                    new: Some(new),
                    cause: Cause::Source,
                    policy: Some(field.at.clone()),
                });
            }
        }
        Ok(changes)
    }
}

fn from_attributes<'e>(candidates: &[usize], shape: Shape, entry: EntryView<'e>) -> Desired<'e> {
    let filled = candidates
        .iter()
        .find(|&&attribute| entry.values(attribute).any(|value| !value.is_empty()));
    let present = || {
        candidates
            .iter()
            .find(|&&attribute| entry.values(attribute).len() > 0)
    };
    let Some(&attribute) = filled.or_else(present) else {
        return Desired::Absent;
    };
    let mut values = entry.values(attribute);
    match shape {
        Shape::Text if values.len() == 1 => values.next().map_or(Desired::Absent, Desired::Text),
        Shape::Text => Desired::AnyOf(values.filter(|value| !value.is_empty()).collect()),
        Shape::List => {
            let mut items: Vec<&str> = values.filter(|value| !value.is_empty()).collect();
            items.sort_unstable();
            items.dedup();
            Desired::List(items)
        }
    }
}

fn shaped<'e>(value: Option<Value>, shape: Shape) -> Desired<'e> {
    match (value, shape) {
        (None, _) => Desired::Absent,
        (Some(Value::Text(text)), Shape::List) => Desired::Computed(Value::List(vec![text])),
        (Some(Value::List(items)), Shape::Text) => match items.into_iter().next() {
            Some(first) => Desired::Computed(Value::Text(first)),
            None => Desired::Absent,
        },
        (Some(value), _) => Desired::Computed(value),
    }
}

impl Desired<'_> {
    /// True if it says nothing: absent or empty.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Text(text) => text.is_empty(),
            Self::AnyOf(items) | Self::List(items) => items.is_empty(),
            Self::Computed(value) => value.is_empty(),
        }
    }

    /// True if the account's field is as it should be.
    pub(crate) fn is_held(&self, accounts: &AccountTable, row: Row, field: usize) -> bool {
        match self {
            Self::Absent => accounts.is_absent(row, field),
            Self::Text(text) => accounts.holds_text(row, field, text),
            Self::AnyOf(items) => items
                .iter()
                .any(|text| accounts.holds_text(row, field, text)),
            Self::List(items) => accounts.holds_list(row, field, items),
            Self::Computed(value) => accounts.value(row, field).as_ref() == Some(value),
        }
    }

    /// True if it is this value.
    fn is(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Absent, None) => true,
            (Self::Text(text), Some(Value::Text(value))) => text == value,
            (Self::AnyOf(items), Some(Value::Text(value))) => items.contains(&value.as_str()),
            (Self::List(items), Some(Value::List(value))) => value == items,
            (Self::Computed(computed), Some(value)) => computed == value,
            _ => false,
        }
    }

    /// Copies the value out. Of several values for one text the first in
    /// ascending order is taken, since sources promise no order.
    pub(crate) fn into_value(self) -> Option<Value> {
        match self {
            Self::Absent => None,
            Self::Text(text) => Some(Value::from(text)),
            Self::AnyOf(items) => items.into_iter().min().map(Value::from),
            Self::List(items) => Some(Value::List(items.into_iter().map(str::to_owned).collect())),
            Self::Computed(value) => Some(value),
        }
    }
}

/// Compares every mapped field of an account with the entry.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Values to change.
    pub(crate) changes: Vec<FieldChange>,
    /// True if all agree now but sync's memory of them does not.
    pub(crate) unsettled: bool,
}

impl<'p> Mapper<'p> {
    /// Finds what is to change in an account.
    pub(crate) fn compare(
        &mut self,
        accounts: &AccountTable,
        row: Row,
        entry: EntryView<'_>,
    ) -> Result<Comparison, (&'p FieldMapping, ExpressionFailed)> {
        let mut found = Comparison::default();
        for (place, field) in self.fields() {
            let wanted = match field.mode {
                Mode::Always => true,
                Mode::Create => false,
                Mode::IfEmpty => accounts.is_blank(row, place),
            };
            if !wanted {
                continue;
            }
            let desired = self
                .desired(place, field, entry)
                .map_err(|failed| (field, failed))?;
            let tracked = field.mode == Mode::Always;
            if desired.is_held(accounts, row, place) {
                found.unsettled |= tracked && accounts.is_unsettled(row, place);
            } else if tracked || !desired.is_blank() {
                let cause = if tracked {
                    self.cause(field, accounts, row, place, &desired)
                } else {
                    Cause::Source
                };
                found.changes.push(FieldChange {
                    name: field.name.clone(),
                    old: accounts.value(row, place),
                    new: desired.into_value(),
                    cause,
                    policy: Some(field.at.clone()),
                });
            }
        }
        Ok(found)
    }
}
