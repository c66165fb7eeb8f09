//! What a field of an account holds.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A field's value. An absent value is the absence of a `Value`, never an
/// empty one: empty, absent and unmapped are three different things.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// One text, possibly empty.
    Text(String),
    /// Several texts, sorted and without repetition.
    List(Vec<String>),
}

impl Value {
    /// Makes a list value in its one canonical order.
    pub fn list(mut items: Vec<String>) -> Self {
        items.sort_unstable();
        items.dedup();
        Self::List(items)
    }

    /// True if a person looking at the field would see nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
        }
    }

    /// Borrows the value.
    pub fn view(&self) -> ValueView<'_> {
        match self {
            Self::Text(text) => ValueView::Text(text),
            Self::List(items) => ValueView::List(items.iter().map(String::as_str).collect()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::List(items) => f.write_str(&items.join(", ")),
        }
    }
}

/// A value that is borrowed from a packed record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValueView<'a> {
    /// One text, possibly empty.
    Text(#[serde(borrow)] &'a str),
    /// Several texts, in canonical order.
    List(#[serde(borrow)] Vec<&'a str>),
}

impl ValueView<'_> {
    /// Copies the value out of its record.
    pub fn to_owned(&self) -> Value {
        match self {
            Self::Text(text) => Value::Text((*text).to_owned()),
            Self::List(items) => Value::List(items.iter().map(|s| (*s).to_owned()).collect()),
        }
    }
}
