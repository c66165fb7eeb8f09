//! What a field should hold, in words that others may use.

use crate::desired::Desired;
use muster_model::Value;
use muster_policy::{FieldMapping, Texts};
use std::borrow::Cow;

/// What the source and the policy want a field to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The account has no such field.
    Absent,
    /// Whatever the account has is right.
    Kept,
    /// This value.
    Value(Value),
    /// One of these: a source promises no order.
    AnyOf(Vec<String>),
}

/// What a field should hold for which the source gives these texts, by what the
/// policy says of absent and empty ones.
pub fn wanted(field: &FieldMapping, texts: Texts<'_>) -> Wanted {
    match Desired::of(field, texts) {
        Desired::Absent => Wanted::Absent,
        Desired::Kept => Wanted::Kept,
        Desired::AnyOf(items) => Wanted::AnyOf(items.into_iter().map(Cow::into_owned).collect()),
        one => one.into_value().map_or(Wanted::Absent, Wanted::Value),
    }
}

impl Wanted {
    /// True if an account that holds this value is as it should be.
    pub fn is_met_by(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Kept, _) | (Self::Absent, None) => true,
            (Self::Value(wanted), Some(value)) => wanted == value,
            (Self::AnyOf(items), Some(Value::Text(text))) => items.contains(text),
            _ => false,
        }
    }
}
