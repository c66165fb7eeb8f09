//! What stands on a page beside its records.

use super::trie::Names;
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

    /// A member that is a whole number, or the text of one.
    pub fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Value::String(text) => text.trim().parse().ok(),
            value => value.as_u64(),
        }
    }
}
