//! Messages in, messages out.

use crate::outline::Outline;
use crate::surroundings::Surroundings;
use crate::text::Text;
use crate::uri::{path_of, uri_of};
use crate::workspace::{Document, Workspace};
use crate::{actions, capabilities, complete, definition, format, hover, symbols};
use capabilities::Client;
use lsp_server::{
    Connection, ErrorCode, ExtractError, Message, Notification, ProtocolError, Request, RequestId,
    Response,
};
use lsp_types::notification::{self, Notification as _};
use lsp_types::request::{self, Request as _};
use lsp_types::{InitializeParams, PublishDiagnosticsParams, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// Why a server stopped before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ServeFailed {
    /// The client does not keep to the protocol.
    #[error("the client does not keep to the protocol")]
    Protocol(#[from] ProtocolError),
    /// The client's first words make no sense.
    #[error("the client's `initialize` makes no sense")]
    Initialize(#[source] serde_json::Error),
    /// The client is gone.
    #[error("the client is gone, and did not say goodbye")]
    Gone,
}

/// Serves one client until it says goodbye.
pub fn serve(connection: &Connection, around: &dyn Surroundings) -> Result<(), ServeFailed> {
    let (id, params) = connection.initialize_start()?;
    let params: InitializeParams =
        serde_json::from_value(params).map_err(ServeFailed::Initialize)?;
    let client = Client::of(&params);
    let answer = capabilities::answer(client.encoding);
    connection.initialize_finish(id, answer)?;
    let mut server = Server {
        connection,
        workspace: Workspace::new(around, client.encoding),
        client,
        changed: BTreeSet::new(),
        published: BTreeMap::new(),
    };
    server.watch()?;
    server.all()
}

struct Server<'s> {
    connection: &'s Connection,
    workspace: Workspace<'s>,
    client: Client,
    /// Files that have changed since the last check.
    changed: BTreeSet<String>,
    /// What the client was told, by file.
    published: BTreeMap<String, Vec<lsp_types::Diagnostic>>,
}

impl Server<'_> {
    fn all(&mut self) -> Result<(), ServeFailed> {
        // Whoever types fast is checked once behind the last letter.
        while let Ok(message) = self.connection.receiver.recv() {
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request)? {
                        return Ok(());
                    }
                    self.settle()?;
                    let answer = self.answer(request);
                    self.send(answer)?;
                }
                Message::Notification(note) if note.method == notification::Exit::METHOD => {
                    return Err(ServeFailed::Gone);
                }
                Message::Notification(note) => self.hear(note),
                Message::Response(_) => {}
            }
            if self.connection.receiver.is_empty() {
                self.settle()?;
            }
        }
        Err(ServeFailed::Gone)
    }

    fn send(&self, message: impl Into<Message>) -> Result<(), ServeFailed> {
        let sent = self.connection.sender.send(message.into());
        sent.map_err(|_| ServeFailed::Gone)
    }

    fn tell<N: notification::Notification>(&self, params: N::Params) -> Result<(), ServeFailed> {
        self.send(Notification::new(N::METHOD.to_owned(), params))
    }

    /// Asks to be told when files change behind the editor's back.
    fn watch(&self) -> Result<(), ServeFailed> {
        match self.client.watches {
            true => self.send(Request::new(
                RequestId::from("watch".to_owned()),
                request::RegisterCapability::METHOD.to_owned(),
                capabilities::watching(),
            )),
            false => Ok(()),
        }
    }

    fn answer(&mut self, request: Request) -> Response {
        let workspace = &self.workspace;
        let client = &self.client;
        let answered = Answer(request)
            .to::<request::Completion>(|params| {
                let place = params.text_document_position;
                let found = complete::complete(workspace, client, &path(&place), place.position);
                Some(lsp_types::CompletionResponse::Array(found))
            })
            .or_else(|other| {
                other.to::<request::HoverRequest>(|params| {
                    let place = params.text_document_position_params;
                    hover::hover(workspace, client, &path(&place), place.position)
                })
            })
            .or_else(|other| {
                other.to::<request::CodeActionRequest>(|params| {
                    Some(actions::actions(workspace, client, &params))
                })
            })
            .or_else(|other| {
                other.to::<request::Formatting>(|params| {
                    format::format(workspace, &path_of(&params.text_document.uri))
                })
            })
            .or_else(|other| {
                other.to::<request::DocumentSymbolRequest>(|params| {
                    symbols::symbols(workspace, client, &path_of(&params.text_document.uri))
                })
            })
            .or_else(|other| {
                other.to::<request::GotoDefinition>(|params| {
                    let place = params.text_document_position_params;
                    definition::definition(workspace, &path(&place), place.position)
                })
            });
        answered.unwrap_or_else(|Answer(request)| {
            let text = format!("`{}` is not offered here", request.method);
            Response::new_err(request.id, ErrorCode::MethodNotFound as i32, text)
        })
    }

    /// Takes a notification in. One that makes no sense, or that nobody here
    /// knows, changes nothing.
    fn hear(&mut self, note: Notification) {
        let heard = Heard(note)
            .of::<notification::DidOpenTextDocument>(|params| {
                let opened = params.text_document;
                self.put(&opened.uri, opened.version, Text::new(opened.text));
            })
            .or_else(|other| {
                other.of::<notification::DidChangeTextDocument>(|params| {
                    let path = path_of(&params.text_document.uri);
                    let Some(known) = self.workspace.documents.get(&path) else {
                        return;
                    };
                    let (uri, mut text) = (known.uri.clone(), known.text.clone());
                    for change in &params.content_changes {
                        text.edit(change, self.workspace.encoding);
                    }
                    self.put(&uri, params.text_document.version, text);
                })
            })
            .or_else(|other| {
                other.of::<notification::DidSaveTextDocument>(|params| {
                    // The disk has it now, and so have those who read it there.
                    self.changed.insert(path_of(&params.text_document.uri));
                })
            })
            .or_else(|other| {
                other.of::<notification::DidCloseTextDocument>(|params| {
                    let path = path_of(&params.text_document.uri);
                    self.workspace.documents.remove(&path);
                    self.changed.insert(path);
                })
            })
            .or_else(|other| {
                other.of::<notification::DidChangeWatchedFiles>(|params| {
                    let files = params.changes.iter().map(|change| path_of(&change.uri));
                    self.changed.extend(files);
                })
            });
        // What is left is not for us.
        drop(heard);
    }

    fn put(&mut self, uri: &Uri, version: i32, text: Text) {
        let path = path_of(uri);
        let document = Document {
            uri: uri.clone(),
            version,
            outline: Outline::of(text.as_str()),
            text,
        };
        self.workspace.documents.insert(path.clone(), document);
        self.changed.insert(path);
    }

    /// Checks what has changed, and tells what is new.
    fn settle(&mut self) -> Result<(), ServeFailed> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let changed = std::mem::take(&mut self.changed);
        self.workspace.check(&changed);
        let known: BTreeSet<String> = self
            .workspace
            .files()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let gone: Vec<String> = self
            .published
            .keys()
            .filter(|file| !known.contains(*file))
            .cloned()
            .collect();
        for file in gone {
            self.published.remove(&file);
            self.publish(&file, Vec::new())?;
        }
        for file in known {
            let found = self.workspace.shown(&file);
            let is_open = self.workspace.documents.contains_key(&file);
            let is_new = match self.published.get(&file) {
                Some(told) => *told != found,
                // Of a file that nobody looks at, that it is well is no news.
                None => is_open || !found.is_empty(),
            };
            if is_new || (is_open && changed.contains(&file)) {
                self.publish(&file, found.clone())?;
                self.published.insert(file, found);
            }
        }
        Ok(())
    }

    fn publish(
        &self,
        file: &str,
        diagnostics: Vec<lsp_types::Diagnostic>,
    ) -> Result<(), ServeFailed> {
        let document = self.workspace.documents.get(file);
        let uri = document.map(|document| document.uri.clone());
        let Some(uri) = uri.or_else(|| uri_of(file)) else {
            return Ok(());
        };
        self.tell::<notification::PublishDiagnostics>(PublishDiagnosticsParams {
            uri,
            diagnostics,
            version: document.map(|document| document.version),
        })
    }
}

fn path(place: &lsp_types::TextDocumentPositionParams) -> String {
    path_of(&place.text_document.uri)
}

/// A request that nobody has answered yet.
struct Answer(Request);

impl Answer {
    /// Answers it, if it is of this kind.
    fn to<R>(self, with: impl FnOnce(R::Params) -> R::Result) -> Result<Response, Self>
    where
        R: request::Request,
        R::Params: DeserializeOwned,
        R::Result: Serialize,
    {
        let Self(request) = self;
        let id = request.id.clone();
        match request.extract::<R::Params>(R::METHOD) {
            Ok((id, params)) => Ok(Response::new_ok(id, with(params))),
            Err(ExtractError::MethodMismatch(request)) => Err(Self(request)),
            Err(ExtractError::JsonError { error, .. }) => Ok(Response::new_err(
                id,
                ErrorCode::InvalidParams as i32,
                error.to_string(),
            )),
        }
    }
}

/// A notification that nobody has taken in yet.
struct Heard(Notification);

impl Heard {
    fn of<N>(self, with: impl FnOnce(N::Params)) -> Result<(), Self>
    where
        N: notification::Notification,
        N::Params: DeserializeOwned,
    {
        match self.0.extract::<N::Params>(N::METHOD) {
            Ok(params) => with(params),
            Err(ExtractError::MethodMismatch(note)) => return Err(Self(note)),
            Err(ExtractError::JsonError { .. }) => {}
        }
        Ok(())
    }
}
