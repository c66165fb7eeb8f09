//! Where a policy says what.

use crate::policy::{AttributeId, Policy, ValueSource};
use muster_model::PolicyLine;

impl Policy {
    /// The first line that reads an attribute: of the rules, in order of the file.
    pub fn line_of(&self, attribute: AttributeId) -> Option<&PolicyLine> {
        let username = &self.identity.username;
        let identity = username.value.reads(attribute).then_some(&username.at);
        let conditions = self
            .scope
            .condition
            .iter()
            .chain(self.blocks.iter().map(|rule| &rule.when));
        let conditions = conditions
            .filter(|condition| condition.attributes().any(|read| read == attribute))
            .map(|condition| &condition.at);
        let fields = self.fields.iter();
        let fields = fields.filter(|field| field.value.reads(attribute));
        identity
            .into_iter()
            .chain(conditions)
            .chain(fields.map(|field| &field.at))
            .min()
    }
}

impl ValueSource {
    fn reads(&self, attribute: AttributeId) -> bool {
        match self {
            Self::Attributes(candidates) => candidates.contains(&attribute),
            Self::Expression(expression) => expression.attributes().any(|read| read == attribute),
            Self::Reference(reference) => reference.attributes().any(|read| read == attribute),
            Self::Groups(_) => false,
        }
    }
}
