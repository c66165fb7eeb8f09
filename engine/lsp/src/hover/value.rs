//! What a mapping, a condition or an attribute gives for a person.

use super::Place;
use super::sample::{Person, Reads};
use crate::outline::{NodeId, Step};
use muster_policy::{Draft, Expression};

impl Place<'_> {
    /// What the mapping or the condition around a node gives; nothing if there is
    /// none, or nobody to show it with.
    pub(super) fn value(&self, node: NodeId) -> String {
        self.told(node).unwrap_or_default()
    }

    fn told(&self, node: NodeId) -> Option<String> {
        let draft = self.workspace.draft_of(self.path)?;
        let sample = self.workspace.around.sample(draft.directory())?;
        let path = self.document.outline.path(Some(node));
        let subject = self.subject(draft, &path, node)?;
        let person = Person::of(draft, &sample, self.workspace.around.now());
        Some(match subject {
            Subject::Field(place) => {
                let field = draft.fields().get(place)?;
                person.told(&Reads::of(&field.value), |person, entry| {
                    person.field(field, entry)
                })
            }
            Subject::Username => {
                let mapping = &draft.identity().username;
                person.told(&Reads::of(&mapping.value), Person::username)
            }
            Subject::Condition(expression) => {
                let read: Vec<usize> = expression.attributes().collect();
                person.told(&Reads(read), |person, entry| {
                    person.condition(expression, entry)
                })
            }
        })
    }

    /// What a node is a part of.
    fn subject<'d>(&self, draft: &'d Draft, path: &[&Step], node: NodeId) -> Option<Subject<'d>> {
        let keys: Vec<&str> = path
            .iter()
            .map(|step| match step {
                Step::Key(name) => name.as_str(),
                Step::Item(_) => "-",
            })
            .collect();
        match keys.as_slice() {
            ["fields", name, ..] => {
                let place = draft
                    .fields()
                    .iter()
                    .position(|field| field.name.as_str() == *name);
                place.map(Subject::Field)
            }
            ["identity", "username", ..] => Some(Subject::Username),
            ["scope", "where"] => draft.condition().map(Subject::Condition),
            ["block", "-", ..] => {
                let name = self.rule(node)?;
                let rule = draft.blocks().iter().find(|rule| rule.name == name)?;
                Some(Subject::Condition(&rule.when))
            }
            _ => None,
        }
    }

    /// The name of the block rule around a node.
    fn rule(&self, node: NodeId) -> Option<&str> {
        let outline = &self.document.outline;
        let mut at = node;
        let item = loop {
            let node = outline.node(at)?;
            match node.step {
                Step::Item(_) => break at,
                Step::Key(_) => at = node.parent?,
            }
        };
        let mut children = outline.children(Some(item));
        let (_, name) = children.find(|(_, child)| child.key() == Some("name"))?;
        self.document
            .text
            .as_str()
            .get(name.scalar.as_ref()?.range.clone())
    }

    /// What an attribute is for the person of the sample, behind its explanation.
    pub(super) fn values_of(&self, attribute: &str) -> String {
        let told = || {
            let draft = self.workspace.draft_of(self.path)?;
            let sample = self.workspace.around.sample(draft.directory())?;
            let person = Person::of(draft, &sample, self.workspace.around.now());
            person.attribute(attribute)
        };
        match told() {
            Some(line) => format!("\n\n{line}"),
            None => String::new(),
        }
    }
}

/// What can be computed for a person.
enum Subject<'d> {
    Field(usize),
    Username,
    Condition(&'d Expression),
}
