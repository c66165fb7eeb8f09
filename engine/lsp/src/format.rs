//! Documents in their canonical form.

use crate::workspace::{Document, Workspace};
use lsp_types::TextEdit;

/// The edits that bring a document into its canonical form; none if it cannot be
/// read, which diagnostics say already.
pub(crate) fn format(workspace: &Workspace<'_>, path: &str) -> Option<Vec<TextEdit>> {
    let document = workspace.documents.get(path)?;
    workspace.kind(path)?;
    let formatted = muster_policy::format(path, document.text.as_str()).ok()?;
    Some(
        difference(workspace, document, &formatted)
            .into_iter()
            .collect(),
    )
}

/// One edit that makes another text of a document, and leaves the lines before and
/// behind it alone. None if there is nothing to do.
pub(crate) fn difference(
    workspace: &Workspace<'_>,
    document: &Document,
    after: &str,
) -> Option<TextEdit> {
    let before = document.text.as_str();
    if before == after {
        return None;
    }
    let pairs = before
        .split_inclusive('\n')
        .zip(after.split_inclusive('\n'));
    let same = pairs.take_while(|(one, other)| one == other);
    let start: usize = same.map(|(line, _)| line.len()).sum();
    let (left, right) = (before.get(start..)?, after.get(start..)?);
    let pairs = left
        .split_inclusive('\n')
        .rev()
        .zip(right.split_inclusive('\n').rev());
    let same = pairs.take_while(|(one, other)| one == other);
    let end: usize = same.map(|(line, _)| line.len()).sum();
    Some(TextEdit {
        range: document
            .text
            .span(start..before.len() - end, workspace.encoding),
        new_text: right.get(..right.len() - end)?.to_owned(),
    })
}
