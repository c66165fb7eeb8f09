//! What stands on a page beside its records.

use super::trie::Names;
use crate::{Coverage, Failure};
use serde_json::{Map, Value};

/// The other members of a page's outermost object, such as totals and links.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    pub(super) names: Names,
    pub(super) members: Map<String, Value>,
    pub(super) records: usize,
    pub(super) has_list: bool,
}

impl Rest {
    /// Number of records that were handed over.
    pub fn records(&self) -> usize {
        self.records
    }

    /// True if the list of records was there, even if it was empty.
    pub fn has_list(&self) -> bool {
        self.has_list
    }

    /// All members but the records.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// A member; its name is compared as the selection compares names.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name).or_else(|| {
            let mut members = self.members.iter();
            let found = members.find(|(known, _)| self.names.are_equal(known, name));
            found.map(|(_, value)| value)
        })
    }

    /// A member that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The token of the next page: a text or a number. A name that is missing,
    /// `null` and an empty text are none.
    ///
    /// Whatever else stands there is a failure: to take it for none would make a
    /// last page of one that others follow.
    pub fn token(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(Failure::data(format!(
                "the answer's `{name}` is no token of a next page: {}",
                shown(other)
            ))),
        }
    }

    /// How far a read went whose last page this is: complete, as long as the
    /// people of all its pages are as many as the member `count` says. Without
    /// such a member, or with one that is no number, nothing is held against it.
    pub fn complete(&self, count: &str) -> Coverage {
        let coverage = Coverage::complete().fact("last page", "reached");
        match self.number(count) {
            Some(count) => coverage.counted(count),
            None => coverage,
        }
    }

    /// A member that is a whole number, or the text of one.
    pub fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Value::String(text) => text.trim().parse().ok(),
            value => value.as_u64(),
        }
    }
}

/// The kind of a value, since what it holds may be long.
fn shown(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "a boolean",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        Value::Null | Value::Number(_) | Value::String(_) => "a value",
    }
}
