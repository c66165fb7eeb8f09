//! What a mapped field should hold: a value, nothing, or what it holds already.

use crate::accounts::{AccountTable, Row};
use muster_model::Value;
use muster_policy::{FieldMapping, OnAbsent, OnEmpty, Shape, Texts};
use std::borrow::Cow;

/// A field's value as the source and the policy want it, borrowed where it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Desired<'e> {
    Absent,
    /// Whatever the account has is right.
    Kept,
    Text(Cow<'e, str>),
    /// Several values for a field that takes one: any of them will do, so that
    /// a source without an order does not flap.
    AnyOf(Vec<Cow<'e, str>>),
    /// In canonical order.
    List(Vec<Cow<'e, str>>),
}

impl<'e> Desired<'e> {
    /// What a field should hold for which the source gives these texts.
    pub(crate) fn of(field: &'e FieldMapping, texts: Texts<'e>) -> Self {
        let found = Self::shaped(texts, field.shape);
        let is_blank = found.is_blank();
        match (&field.default, found) {
            (Some(default), _) if is_blank => match field.shape {
                Shape::List => Self::List(vec![Cow::Borrowed(default)]),
                _ => Self::Text(Cow::Borrowed(default)),
            },
            (_, Self::Absent) => Self::missing(field),
            (_, found) if is_blank => match field.empty {
                OnEmpty::Write => found,
                OnEmpty::Absent => Self::missing(field),
                OnEmpty::Keep => Self::Kept,
            },
            (_, found) => found,
        }
    }

    /// A value that was found in another way than by the field's mapping alone;
    /// without one, what no value does.
    pub(crate) fn found(field: &FieldMapping, value: Option<Value>) -> Self {
        match value {
            None => Self::missing(field),
            Some(Value::Text(text)) => Self::Text(Cow::Owned(text)),
            Some(Value::List(items)) => Self::List(items.into_iter().map(Cow::Owned).collect()),
        }
    }

    fn missing(field: &FieldMapping) -> Self {
        match field.absent {
            OnAbsent::Remove => Self::Absent,
            OnAbsent::Keep => Self::Kept,
        }
    }

    fn shaped(texts: Texts<'e>, shape: Shape) -> Self {
        let many = match (texts, shape) {
            (Texts::Absent, _) => return Self::Absent,
            (Texts::One(text), Shape::List) => vec![text],
            (Texts::One(text), _) => return Self::Text(text),
            (Texts::Many(texts), _) => texts,
        };
        let filled = many.into_iter().filter(|text| !text.is_empty());
        let mut items: Vec<Cow<'e, str>> = filled.collect();
        if shape == Shape::List {
            items.sort_unstable();
            items.dedup();
            return Self::List(items);
        }
        match items.len() {
            0 => Self::Text(Cow::Borrowed("")),
            _ => Self::AnyOf(items),
        }
    }

    /// True if it says nothing: absent or empty.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Kept => false,
            Self::Text(text) => text.is_empty(),
            Self::AnyOf(items) | Self::List(items) => items.is_empty(),
        }
    }

    /// True if the account's field is as it should be.
    pub(crate) fn is_held(&self, accounts: &AccountTable, row: Row, field: usize) -> bool {
        match self {
            Self::Absent => accounts.is_absent(row, field),
            Self::Kept => true,
            Self::Text(text) => accounts.holds_text(row, field, text),
            Self::AnyOf(items) => items
                .iter()
                .any(|text| accounts.holds_text(row, field, text)),
            Self::List(items) => accounts.holds_list(row, field, items),
        }
    }

    /// True if a person with this account would have a value.
    pub(crate) fn fills(&self, accounts: &AccountTable, row: Row, field: usize) -> bool {
        match self {
            Self::Kept => !accounts.is_blank(row, field),
            value => !value.is_blank(),
        }
    }

    /// True if it is this value.
    pub(crate) fn is(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Absent, None) => true,
            (Self::Text(text), Some(Value::Text(value))) => text == value,
            (Self::AnyOf(items), Some(Value::Text(value))) => {
                items.iter().any(|item| item == value)
            }
            (Self::List(items), Some(Value::List(value))) => value == items,
            _ => false,
        }
    }

    /// Copies the value out. Of several values for one text the first in
    /// ascending order is taken, since sources promise no order.
    pub(crate) fn into_value(self) -> Option<Value> {
        match self {
            Self::Absent | Self::Kept => None,
            Self::Text(text) => Some(Value::Text(text.into_owned())),
            Self::AnyOf(items) => items
                .into_iter()
                .min()
                .map(|text| Value::Text(text.into_owned())),
            Self::List(items) => Some(Value::List(
                items.into_iter().map(Cow::into_owned).collect(),
            )),
        }
    }
}
