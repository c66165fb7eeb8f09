//! What client and server can do.

use crate::text::Encoding;
use lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability,
    CompletionOptions, CompletionOptionsCompletionItem, DidChangeWatchedFilesRegistrationOptions,
    FileSystemWatcher, GlobPattern, HoverProviderCapability, InitializeParams, InsertTextMode,
    MarkupKind, OneOf, Registration, RegistrationParams, SaveOptions, ServerCapabilities,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions,
};
use serde_json::{Value, json};

/// What a client can do, as far as it matters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Client {
    pub(crate) encoding: Encoding,
    /// It understands places to fill in within what is inserted.
    pub(crate) snippets: bool,
    /// It can be told to leave what is inserted as it is.
    pub(crate) as_is: bool,
    /// It shows Markdown when it explains what stands somewhere.
    pub(crate) markdown_hover: bool,
    /// It shows Markdown beside what it offers.
    pub(crate) markdown_items: bool,
    /// It refuses edits of a text that has changed since.
    pub(crate) versioned_edits: bool,
    /// It shows symbols within symbols.
    pub(crate) nested_symbols: bool,
    /// It can be asked to tell of files that change.
    pub(crate) watches: bool,
}

impl Client {
    /// Reads a client's first words.
    pub(crate) fn of(params: &InitializeParams) -> Self {
        let can = &params.capabilities;
        let general = can.general.as_ref();
        let encodings = general.and_then(|general| general.position_encodings.as_deref());
        Self {
            encoding: Encoding::of(encodings.unwrap_or_default()),
            ..completions(can)
        }
        .with_documents(can)
    }

    fn with_documents(mut self, can: &ClientCapabilities) -> Self {
        let documents = can.text_document.as_ref();
        let hover = documents.and_then(|documents| documents.hover.as_ref());
        let formats = hover.and_then(|hover| hover.content_format.as_deref());
        self.markdown_hover =
            formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown));
        let symbols = documents.and_then(|documents| documents.document_symbol.as_ref());
        self.nested_symbols = symbols
            .and_then(|symbols| symbols.hierarchical_document_symbol_support)
            .unwrap_or_default();
        let workspace = can.workspace.as_ref();
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        self.versioned_edits = edits
            .and_then(|edits| edits.document_changes)
            .unwrap_or_default();
        let watching = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        self.watches = watching
            .and_then(|watching| watching.dynamic_registration)
            .unwrap_or_default();
        self
    }
}

fn completions(can: &ClientCapabilities) -> Client {
    let documents = can.text_document.as_ref();
    let completion = documents.and_then(|documents| documents.completion.as_ref());
    let item = completion.and_then(|completion| completion.completion_item.as_ref());
    let formats = item.and_then(|item| item.documentation_format.as_deref());
    let modes = item.and_then(|item| item.insert_text_mode_support.as_ref());
    Client {
        snippets: item
            .and_then(|item| item.snippet_support)
            .unwrap_or_default(),
        as_is: modes.is_some_and(|modes| modes.value_set.contains(&InsertTextMode::AS_IS)),
        markdown_items: formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
        ..Client::default()
    }
}

/// Our first words.
pub(crate) fn answer(encoding: Encoding) -> Value {
    json!({
        "capabilities": server(encoding),
        "serverInfo": {"name": "muster", "version": env!("CARGO_PKG_VERSION")},
    })
}

fn server(encoding: Encoding) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
                    include_text: Some(false),
                })),
                ..TextDocumentSyncOptions::default()
            },
        )),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([".", " ", "{", "[", "\"", "'"].map(str::to_owned).to_vec()),
            completion_item: Some(CompletionOptionsCompletionItem {
                label_details_support: Some(false),
            }),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::SOURCE_FIX_ALL,
            ]),
            ..CodeActionOptions::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        definition_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}

/// What a client is asked to look after: files that policies name may be written
/// by other programs.
pub(crate) fn watching() -> RegistrationParams {
    let watchers = ["**/*.yaml", "**/*.yml"].map(|glob| FileSystemWatcher {
        glob_pattern: GlobPattern::String(glob.to_owned()),
        kind: None,
    });
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: watchers.to_vec(),
    };
    RegistrationParams {
        registrations: vec![Registration {
            id: "watch".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            // What we wrote ourselves can be written.
            register_options: serde_json::to_value(options).ok(),
        }],
    }
}
