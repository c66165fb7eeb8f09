//! The parts of a document, for an editor's outline.

use crate::capabilities::Client;
use crate::outline::{NodeId, Step};
use crate::workspace::{Document, Workspace};
use lsp_types::{DocumentSymbol, DocumentSymbolResponse, Location, SymbolInformation, SymbolKind};

/// Longest detail of a symbol, in letters.
const LONGEST: usize = 60;

/// Sections, fields, rules and whatever else has a name.
pub(crate) fn symbols(
    workspace: &Workspace<'_>,
    client: &Client,
    path: &str,
) -> Option<DocumentSymbolResponse> {
    let document = workspace.documents.get(path)?;
    workspace.kind(path)?;
    let within = Within {
        workspace,
        document,
    };
    let nested = within.children(None, None);
    Some(match client.nested_symbols {
        true => DocumentSymbolResponse::Nested(nested),
        false => {
            let mut flat = Vec::new();
            within.flatten(&nested, None, &mut flat);
            DocumentSymbolResponse::Flat(flat)
        }
    })
}

struct Within<'w> {
    workspace: &'w Workspace<'w>,
    document: &'w Document,
}

impl Within<'_> {
    fn children(&self, of: Option<NodeId>, parent: Option<&str>) -> Vec<DocumentSymbol> {
        let outline = &self.document.outline;
        let children = outline.children(of);
        children
            .filter_map(|(id, _)| self.symbol(id, parent))
            .collect()
    }

    fn symbol(&self, id: NodeId, parent: Option<&str>) -> Option<DocumentSymbol> {
        let node = self.document.outline.node(id)?;
        let (name, selection) = match &node.step {
            Step::Key(name) => (name.clone(), node.at.clone()),
            Step::Item(_) => self.named_item(id)?,
        };
        let children = self.children(Some(id), node.key());
        let scalar = node.scalar.as_ref();
        let value = scalar.and_then(|scalar| self.document.text.as_str().get(scalar.range.clone()));
        let (text, encoding) = (&self.document.text, self.workspace.encoding);
        let start = node.at.start.min(selection.start);
        #[expect(deprecated, reason = "a member that has to be there")]
        Some(DocumentSymbol {
            // The protocol allows no symbol without a name.
            name: if name.trim().is_empty() {
                "…".to_owned()
            } else {
                name
            },
            detail: value.map(short),
            kind: kind(parent, &node.step, !children.is_empty()),
            tags: None,
            deprecated: None,
            range: text.span(start..node.end.max(selection.end), encoding),
            selection_range: text.span(selection, encoding),
            children: (!children.is_empty()).then_some(children),
        })
    }

    /// An item of a list goes by the `name` in it; others have none.
    fn named_item(&self, id: NodeId) -> Option<(String, std::ops::Range<usize>)> {
        let outline = &self.document.outline;
        let mut children = outline.children(Some(id));
        let (_, name) = children.find(|(_, child)| child.key() == Some("name"))?;
        let range = name.scalar.as_ref()?.range.clone();
        let text = self.document.text.as_str().get(range.clone())?;
        Some((text.to_owned(), range))
    }

    fn flatten(
        &self,
        symbols: &[DocumentSymbol],
        container: Option<&str>,
        flat: &mut Vec<SymbolInformation>,
    ) {
        for symbol in symbols {
            #[expect(deprecated, reason = "a member that has to be there")]
            flat.push(SymbolInformation {
                name: symbol.name.clone(),
                kind: symbol.kind,
                tags: None,
                deprecated: None,
                location: Location {
                    uri: self.document.uri.clone(),
                    range: symbol.range,
                },
                container_name: container.map(str::to_owned),
            });
            let children = symbol.children.as_deref().unwrap_or_default();
            self.flatten(children, Some(&symbol.name), flat);
        }
    }
}

fn kind(parent: Option<&str>, step: &Step, has_children: bool) -> SymbolKind {
    match (parent, step) {
        (Some("fields"), _) => SymbolKind::FIELD,
        (Some("block"), Step::Item(_)) => SymbolKind::EVENT,
        (Some("values"), _) => SymbolKind::CONSTANT,
        (None, _) if has_children => SymbolKind::NAMESPACE,
        _ if has_children => SymbolKind::OBJECT,
        _ => SymbolKind::PROPERTY,
    }
}

/// The first line of a value.
fn short(value: &str) -> String {
    let line = value.split(['\n', '\r']).next().unwrap_or("").trim();
    let cut: String = line.chars().take(LONGEST).collect();
    match cut.len() < value.len() {
        true => format!("{cut}…"),
        false => cut,
    }
}
