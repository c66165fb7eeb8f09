//! What could be done about what is wrong.

use crate::capabilities::Client;
use crate::diagnostics::convert;
use crate::uri::path_of;
use crate::workspace::{Document, Workspace};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, WorkspaceEdit,
};
use muster_policy::{Applicability, Diagnostic, Edit, Fix};
use std::collections::{BTreeMap, HashMap};

/// What could be done about a part of a document, or about all of it.
pub(crate) fn actions(
    workspace: &Workspace<'_>,
    client: &Client,
    params: &CodeActionParams,
) -> Vec<CodeActionOrCommand> {
    let path = path_of(&params.text_document.uri);
    let Some(document) = workspace.documents.get(&path) else {
        return Vec::new();
    };
    let wanted = |kind: &CodeActionKind| {
        let only = params.context.only.as_ref();
        only.is_none_or(|only| only.iter().any(|wanted| is_part(kind, wanted)))
    };
    let mut actions = Vec::new();
    if wanted(&CodeActionKind::QUICKFIX) {
        let start = document.text.offset(params.range.start, workspace.encoding);
        let end = document.text.offset(params.range.end, workspace.encoding);
        let found = workspace.diagnostics(&path).into_iter();
        let here = found.filter(|found| found.span.start <= end && start <= found.span.end);
        let fixable = here.filter_map(|found| Some((found, found.fix.as_ref()?)));
        actions.extend(fixable.map(|(found, fix)| quick(workspace, client, document, found, fix)));
    }
    if wanted(&CodeActionKind::SOURCE_FIX_ALL) {
        actions.extend(all(workspace, client, &path, document));
    }
    actions
        .into_iter()
        .map(CodeActionOrCommand::CodeAction)
        .collect()
}

/// True if a kind is one of those that are wanted: `source` wants
/// `source.fixAll`, too.
fn is_part(kind: &CodeActionKind, wanted: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(wanted.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty())
}

fn quick(
    workspace: &Workspace<'_>,
    client: &Client,
    document: &Document,
    found: &Diagnostic,
    fix: &Fix,
) -> CodeAction {
    let edits = fix
        .edits
        .iter()
        .map(|edit| self::edit(workspace, document, edit));
    CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![convert(found, &document.text, workspace.encoding)]),
        edit: Some(workspace_edit(client, document, edits.collect())),
        is_preferred: Some(fix.applicability == Applicability::Safe),
        ..CodeAction::default()
    }
}

fn edit(workspace: &Workspace<'_>, document: &Document, edit: &Edit) -> TextEdit {
    TextEdit {
        range: document.text.span(edit.span.clone(), workspace.encoding),
        new_text: edit.text.clone(),
    }
}

/// Everything that can only be meant in one way, at once; in this document alone.
fn all(
    workspace: &Workspace<'_>,
    client: &Client,
    path: &str,
    document: &Document,
) -> Option<CodeAction> {
    let before = document.text.as_str();
    let texts = BTreeMap::from([(path.to_owned(), before.to_owned())]);
    let check = |texts: &BTreeMap<String, String>| {
        let text = texts.get(path).map_or("", String::as_str);
        workspace.found_if(path, text)
    };
    let fixed = muster_policy::fix(texts, &check);
    let after = fixed.texts.get(path)?;
    let edit = crate::format::difference(workspace, document, after)?;
    Some(CodeAction {
        title: match fixed.applied.as_slice() {
            [one] => one.title.clone(),
            more => format!("Put {} mistakes right", more.len()),
        },
        kind: Some(CodeActionKind::SOURCE_FIX_ALL),
        edit: Some(workspace_edit(client, document, vec![edit])),
        ..CodeAction::default()
    })
}

// The protocol wants a map whose keys are URIs; theirs never change.
fn workspace_edit(client: &Client, document: &Document, edits: Vec<TextEdit>) -> WorkspaceEdit {
    let uri = document.uri.clone();
    if !client.versioned_edits {
        return WorkspaceEdit {
            changes: Some(HashMap::from([(uri, edits)])),
            ..WorkspaceEdit::default()
        };
    }
    let change = TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            uri,
            version: Some(document.version),
        },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    };
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(vec![change])),
        ..WorkspaceEdit::default()
    }
}
