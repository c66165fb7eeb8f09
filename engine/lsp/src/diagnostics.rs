//! What is wrong, as editors show it.

use crate::text::{Encoding, Text};
use crate::uri::uri_of;
use crate::workspace::Workspace;
use lsp_types::{
    DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Range,
};
use muster_policy::{Diagnostic, Severity, shown};
use serde_json::json;

/// Who says it.
const SOURCE: &str = "muster";

impl Workspace<'_> {
    /// All that is wrong with a file.
    pub(crate) fn shown(&self, path: &str) -> Vec<lsp_types::Diagnostic> {
        let Some(text) = self.text(path) else {
            return Vec::new();
        };
        let all = self.diagnostics(path).into_iter();
        all.map(|found| lsp_types::Diagnostic {
            related_information: self.related(path),
            ..convert(found, &text, self.encoding)
        })
        .collect()
    }

    /// For a file that policies include: where they do.
    fn related(&self, path: &str) -> Option<Vec<DiagnosticRelatedInformation>> {
        let policies = self.policies_of(path).into_iter();
        let places = policies
            .filter(|policy| *policy != path)
            .filter_map(|policy| self.names_it(policy, path))
            .map(|location| DiagnosticRelatedInformation {
                location,
                message: "a policy names this file here".to_owned(),
            });
        let places: Vec<_> = places.collect();
        (!places.is_empty()).then_some(places)
    }

    /// Where a policy names a file.
    fn names_it(&self, policy: &str, path: &str) -> Option<Location> {
        let document = self.documents.get(policy)?;
        let text = document.text.as_str();
        let scalars = document
            .outline
            .nodes
            .iter()
            .filter_map(|node| node.scalar.as_ref());
        let mut scalars = scalars.filter(|scalar| {
            let written = text.get(scalar.range.clone());
            written.is_some_and(|written| shown(policy, written) == path)
        });
        Some(Location {
            uri: document.uri.clone(),
            range: document
                .text
                .span(scalars.next()?.range.clone(), self.encoding),
        })
    }
}

/// One diagnostic, in a text.
pub(crate) fn convert(
    found: &Diagnostic,
    text: &Text,
    encoding: Encoding,
) -> lsp_types::Diagnostic {
    let label = found.label.as_deref();
    let said = std::iter::once(found.message.as_str())
        .chain(label)
        .chain(found.help.as_deref());
    lsp_types::Diagnostic {
        range: place(found, text, encoding),
        severity: Some(match found.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(found.code.to_string())),
        code_description: None,
        source: Some(SOURCE.to_owned()),
        message: said.collect::<Vec<_>>().join("\n"),
        related_information: None,
        tags: None,
        data: Some(json!({
            "explain": format!("muster check --explain {}", found.code),
            "fixable": found.fix.is_some(),
        })),
    }
}

fn place(found: &Diagnostic, text: &Text, encoding: Encoding) -> Range {
    text.span(found.span.clone(), encoding)
}

/// The location of some bytes of a file that is open or not.
pub(crate) fn location(
    workspace: &Workspace<'_>,
    path: &str,
    bytes: std::ops::Range<usize>,
) -> Option<Location> {
    if let Some(document) = workspace.documents.get(path) {
        return Some(Location {
            uri: document.uri.clone(),
            range: document.text.span(bytes, workspace.encoding),
        });
    }
    let text = workspace.read(path).ok()?;
    Some(Location {
        uri: uri_of(path)?,
        range: Text::new(text).span(bytes, workspace.encoding),
    })
}
