//! Where a policy says what.

use crate::policy::{AttributeId, Policy, ValueSource};
use muster_model::PolicyLine;

impl Policy {
    /// The first line that reads an attribute: of the rules, in order of the file.
    pub fn line_of(&self, attribute: AttributeId) -> Option<&PolicyLine> {
        let identity = (self.identity.username == attribute).then_some(&self.identity.at);
        let conditions = self
            .scope
            .condition
            .iter()
            .chain(self.blocks.iter().map(|rule| &rule.when));
        let conditions = conditions
            .filter(|condition| condition.attributes().any(|read| read == attribute))
            .map(|condition| &condition.at);
        let fields = self.fields.iter().filter(|field| match &field.value {
            ValueSource::Attributes(candidates) => candidates.contains(&attribute),
            ValueSource::Expression(expression) => {
                expression.attributes().any(|read| read == attribute)
            }
        });
        identity
            .into_iter()
            .chain(conditions)
            .chain(fields.map(|field| &field.at))
            .min()
    }
}
