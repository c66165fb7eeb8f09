//! Names that policies take from elsewhere: attributes, and declared values.

use crate::outline::{NodeId, Outline};
use crate::surroundings::AttributeFact;
use crate::workspace::Workspace;
use std::collections::BTreeMap;

/// A value that a policy declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) name: String,
    /// As the policy gives it, if it does.
    pub(crate) written: Option<String>,
}

impl Workspace<'_> {
    /// Attributes that a document's expressions may read: what the plugin says,
    /// what was recorded, and what the policy reads already.
    pub(crate) fn attributes(&self, path: &str) -> Vec<AttributeFact> {
        let mut known: BTreeMap<String, AttributeFact> = BTreeMap::new();
        let wanted = self.wanted(path);
        let plugin = wanted.and_then(|wanted| self.around.plugin(&wanted));
        for attribute in plugin.iter().flat_map(|plugin| &plugin.attributes) {
            known.insert(attribute.name.to_lowercase(), attribute.clone());
        }
        let draft = self.draft_of(path);
        let sample = draft.and_then(|draft| self.around.sample(draft.directory()));
        let recorded = sample.iter().flat_map(|sample| sample.attributes.iter());
        let read = draft.into_iter().flat_map(|draft| draft.attributes());
        for name in recorded.chain(read) {
            known
                .entry(name.to_lowercase())
                .or_insert_with(|| AttributeFact {
                    name: name.clone(),
                    ..AttributeFact::default()
                });
        }
        known.into_values().collect()
    }

    /// Values that the policies of a document declare.
    pub(crate) fn declared(&self, path: &str) -> Vec<Declared> {
        let policies = self.policies_of(path).into_iter();
        let documents = policies.filter_map(|policy| self.documents.get(policy));
        let mut found: BTreeMap<String, Declared> = BTreeMap::new();
        for document in documents {
            let text = document.text.as_str();
            for (name, node) in declarations(&document.outline) {
                let written = written(&document.outline, text, node);
                found
                    .entry(name.clone())
                    .or_insert(Declared { name, written });
            }
        }
        found.into_values().collect()
    }
}

/// Names that stand under `values`, with their nodes.
pub(crate) fn declarations(outline: &Outline) -> Vec<(String, NodeId)> {
    let Some(values) = outline.find(&["values"]) else {
        return Vec::new();
    };
    let children = outline.children(Some(values));
    let named = children.filter_map(|(id, node)| Some((node.key()?.to_owned(), id)));
    named.collect()
}

fn written(outline: &Outline, text: &str, node: NodeId) -> Option<String> {
    let node = outline.node(node)?;
    let value = text
        .get(node.at.end..node.end)?
        .trim_start_matches(':')
        .trim();
    (!value.is_empty()).then(|| value.to_owned())
}
