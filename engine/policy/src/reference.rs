//! Fields that name other people: a manager, deputies, an assistant.

use crate::group_rule::{GroupRule, is_same};
use crate::policy::{AttributeId, FieldMapping, Mode, Policy, ValueSource};
use muster_model::FieldName;

/// A field whose values are accounts of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Attributes that name the people; the first that has a value counts.
    pub from: Vec<AttributeId>,
    /// How a value names its target, in the order in which it is tried.
    pub by: Vec<By>,
    /// What is said of people who refer to each other in a circle.
    pub cycles: Cycles,
}

impl Reference {
    /// All attributes that it reads: those that name people, and those by which
    /// they are found.
    pub fn attributes(&self) -> impl Iterator<Item = AttributeId> + '_ {
        let keys = self.by.iter().filter_map(|by| match by {
            By::Attribute(attribute) => Some(*attribute),
            By::Id | By::Username | By::Email(_) => None,
        });
        self.from.iter().copied().chain(keys)
    }
}

/// How a value names its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// By the target's identifier at the source.
    Id,
    /// By the target's username.
    Username,
    /// By what this mapped field of the target holds.
    Email(FieldName),
    /// By a value of this attribute of the target's entry.
    Attribute(AttributeId),
}

/// What is said of people who refer to each other in a circle. Their values are
/// written all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cycles {
    /// A finding names the circle.
    Report,
    /// Nothing.
    Allow,
}

impl FieldMapping {
    /// The reference, if the field names other people.
    pub fn reference(&self) -> Option<&Reference> {
        match &self.value {
            ValueSource::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// True if sync owns single items of the field and the intranet the others.
    pub fn is_merged(&self) -> bool {
        matches!(self.value, ValueSource::Groups(_)) && self.mode == Mode::Always
    }
}

impl Policy {
    /// Fields that name other people.
    pub fn references(&self) -> impl Iterator<Item = &FieldMapping> {
        let fields = self.fields.iter();
        fields.filter(|field| field.reference().is_some())
    }

    /// Attributes by whose values references find their targets, each once, with
    /// the name under which accounts remember those values; in order of names.
    pub fn reference_keys(&self) -> Vec<(FieldName, AttributeId)> {
        let references = self.fields.iter().filter_map(FieldMapping::reference);
        let ways = references.flat_map(|reference| &reference.by);
        let mut keys: Vec<(FieldName, AttributeId)> = ways
            .filter_map(|by| match by {
                By::Attribute(attribute) => Some(*attribute),
                By::Id | By::Username | By::Email(_) => None,
            })
            .filter_map(|attribute| {
                let name = self.attributes.get(attribute)?;
                Some((FieldName::hidden(name), attribute))
            })
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Groups, by name or by pattern, of which the source is to tell who is in
    /// them although they put nobody into scope.
    pub fn report_groups(&self) -> Vec<String> {
        let rules = self.fields.iter().filter_map(|field| match &field.value {
            ValueSource::Groups(rules) => Some(rules),
            _ => None,
        });
        let mut groups: Vec<String> = Vec::new();
        for GroupRule { group, .. } in rules.flatten() {
            let mut known = groups.iter().chain(&self.scope.groups);
            if !known.any(|known| is_same(known, group)) {
                groups.push(group.clone());
            }
        }
        groups
    }
}
