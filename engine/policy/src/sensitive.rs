//! What a policy keeps from being shown.

use crate::policy::{AttributeId, Policy, ValueSource};
use muster_model::FieldName;
use std::collections::BTreeSet;

impl Policy {
    /// The fields whose values are shown to nobody.
    pub fn sensitive(&self) -> BTreeSet<FieldName> {
        let sensitive = self.fields.iter().filter(|field| field.sensitive);
        sensitive.map(|field| field.name.clone()).collect()
    }

    /// True if an attribute's values must not be shown: a sensitive field is made
    /// of it. Whoever makes it the username, too, shows it.
    pub fn hides(&self, attribute: &str) -> bool {
        let is_named = |id: &AttributeId| {
            let name = self.attributes.get(*id);
            name.is_some_and(|name| name.eq_ignore_ascii_case(attribute))
        };
        let sensitive = self.fields.iter().filter(|field| field.sensitive);
        let mut sources = sensitive.map(|field| &field.value);
        let reads = |source: &ValueSource| match source {
            ValueSource::Attributes(ids) => ids.iter().any(is_named),
            ValueSource::Expression(expression) => expression.attributes().any(|id| is_named(&id)),
            // They cannot be sensitive.
            ValueSource::Reference(_) | ValueSource::Groups(_) => false,
        };
        let is_username = self
            .username_attribute()
            .is_some_and(|name| name.eq_ignore_ascii_case(attribute));
        !is_username && sources.any(reads)
    }
}
