//! What could be written at the cursor.

mod expression;
mod insert;
mod keys;
mod values;

use crate::capabilities::Client;
use crate::language::Spot;
use crate::outline::{NodeId, Outline, Slot};
use crate::surroundings::PluginFacts;
use crate::text::Text;
use crate::workspace::{Document, Workspace};
use insert::Insert;
use lsp_types::{CompletionItem, Position};
use muster_policy::language::Section;
use std::sync::Arc;

/// Everything that could be written at a place of a document.
pub(crate) fn complete(
    workspace: &Workspace<'_>,
    client: &Client,
    path: &str,
    position: Position,
) -> Vec<CompletionItem> {
    let found = Cursor::of(workspace, client, path, position);
    found.map_or_else(Vec::new, |cursor| cursor.offers())
}

/// A place at which something is being written.
struct Cursor<'w> {
    workspace: &'w Workspace<'w>,
    path: &'w str,
    root: &'static Section,
    document: &'w Document,
    /// The text up to the cursor.
    before: Outline,
    offset: usize,
    plugin: Option<Arc<PluginFacts>>,
    insert: Insert,
}

impl<'w> Cursor<'w> {
    fn of(
        workspace: &'w Workspace<'w>,
        client: &Client,
        path: &'w str,
        position: Position,
    ) -> Option<Self> {
        let document = workspace.documents.get(path)?;
        let root = workspace.kind(path)?;
        let offset = document.text.offset(position, workspace.encoding);
        let before = Outline::of(document.text.as_str().get(..offset)?);
        let plugin = workspace.wanted(path);
        Some(Self {
            workspace,
            path,
            root,
            document,
            before,
            offset,
            plugin: plugin.and_then(|wanted| workspace.around.plugin(&wanted)),
            insert: Insert::new(client, &document.text, offset, workspace.encoding),
        })
    }

    fn offers(&self) -> Vec<CompletionItem> {
        let offers = match self.before.slot {
            Slot::Nothing => Vec::new(),
            Slot::Key { container, start } => self.keys(container, start, keys::Room::Braces),
            Slot::Entry { container, start } => {
                let mut offers = self.keys(container, start, keys::Room::Line);
                if let Some(spot) = container.and_then(|node| self.spot(Some(node))) {
                    let style = crate::outline::Style::Plain;
                    offers.extend(self.values(&spot, container, start, style));
                }
                offers
            }
            Slot::Value { node, start, style } => {
                let spot = self.spot(Some(node));
                spot.map_or_else(Vec::new, |spot| {
                    self.values(&spot, Some(node), start, style)
                })
            }
        };
        insert::in_order(offers)
    }

    fn text(&self) -> &Text {
        &self.document.text
    }

    /// What a node of the text up to the cursor takes.
    fn spot(&self, node: Option<NodeId>) -> Option<Spot> {
        Spot::of(self.root, &self.before.path(node))
    }

    /// A node of the text up to the cursor, as the whole document has it.
    fn whole(&self, node: NodeId) -> Option<NodeId> {
        self.document.outline.same(self.before.node(node)?)
    }

    /// What was written from a byte up to the cursor.
    fn typed(&self, start: usize) -> &str {
        let text = self.text().as_str();
        text.get(start..self.offset).unwrap_or("")
    }
}

#[cfg(test)]
mod tests;
