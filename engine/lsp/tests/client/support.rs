//! A client in memory, and a disk with a few files.

use jiff::Timestamp;
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use muster_lsp::{PluginFacts, Sample, ServeFailed, Surroundings, Wanted, serve};
use muster_model::DirectoryName;
use muster_policy::Diagnostic;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Default)]
pub struct Disk {
    pub files: Arc<Mutex<BTreeMap<String, String>>>,
    pub values: Option<String>,
}

impl Surroundings for Disk {
    fn now(&self) -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    fn read(&self, path: &str) -> Result<String, String> {
        let files = self.files.lock().unwrap();
        files
            .get(path)
            .cloned()
            .ok_or_else(|| "there is no such file".to_owned())
    }

    fn values(&self) -> Option<String> {
        self.values.clone()
    }

    fn plugins(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn plugin(&self, _wanted: &Wanted<'_>) -> Option<Arc<PluginFacts>> {
        None
    }

    fn settings(&self, _wanted: &Wanted<'_>) -> Vec<Diagnostic> {
        Vec::new()
    }

    fn sample(&self, _directory: &DirectoryName) -> Option<Arc<Sample>> {
        None
    }
}

pub struct Client {
    pub wire: Connection,
    pub server: Option<JoinHandle<Result<(), ServeFailed>>>,
    pub heard: VecDeque<Message>,
    pub answer: Value,
    pub next: i32,
}

impl Client {
    pub fn new(disk: &Disk, capabilities: &Value) -> Self {
        let (wire, servers) = Connection::memory();
        let disk = disk.clone();
        let server = thread::spawn(move || serve(&servers, &disk));
        let mut client = Self {
            wire,
            server: Some(server),
            heard: VecDeque::new(),
            answer: Value::Null,
            next: 1,
        };
        client.answer = client.ask("initialize", json!({"capabilities": capabilities}));
        client.tell("initialized", json!({}));
        client
    }

    pub fn tell(&self, method: &str, params: Value) {
        let note = Notification::new(method.to_owned(), params);
        self.wire.sender.send(note.into()).unwrap();
    }

    pub fn raw(&mut self, method: &str, params: Value) -> lsp_server::Response {
        let id = RequestId::from(self.next);
        self.next += 1;
        let request = Request::new(id.clone(), method.to_owned(), params);
        self.wire.sender.send(request.into()).unwrap();
        loop {
            match self
                .wire
                .receiver
                .recv_timeout(PATIENCE)
                .expect("an answer")
            {
                Message::Response(response) if response.id == id => return response,
                other => self.heard.push_back(other),
            }
        }
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.raw(method, params).response_result.expect("no error")
    }

    pub fn open(&self, path: &str, text: &str) {
        self.tell(
            "textDocument/didOpen",
            json!({"textDocument": {
                "uri": uri(path), "languageId": "yaml", "version": 1, "text": text,
            }}),
        );
    }

    pub fn edit(&self, path: &str, version: i32, changes: Value) {
        self.tell(
            "textDocument/didChange",
            json!({
                "textDocument": {"uri": uri(path), "version": version},
                "contentChanges": changes,
            }),
        );
    }

    /// The next diagnostics about a file.
    pub fn told(&mut self, path: &str) -> Value {
        let wanted = |message: &Message| match message {
            Message::Notification(note) => {
                note.method == "textDocument/publishDiagnostics" && note.params["uri"] == uri(path)
            }
            _ => false,
        };
        if let Some(at) = self.heard.iter().position(wanted) {
            let Some(Message::Notification(note)) = self.heard.remove(at) else {
                panic!()
            };
            return note.params;
        }
        loop {
            let message = self.wire.receiver.recv_timeout(PATIENCE);
            let message = message.unwrap_or_else(|_| panic!("nothing was told of {path}"));
            match message {
                message if wanted(&message) => {
                    let Message::Notification(note) = message else {
                        panic!()
                    };
                    return note.params;
                }
                other => self.heard.push_back(other),
            }
        }
    }

    /// Codes of the next diagnostics about a file.
    pub fn codes(&mut self, path: &str) -> Vec<String> {
        let told = self.told(path);
        let found = told["diagnostics"].as_array().unwrap().iter();
        found
            .map(|one| one["code"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Everything that was told of a file and not taken yet.
    pub fn untaken(&mut self, path: &str) -> usize {
        // An answer comes behind whatever was told before it.
        self.raw("muster/nothing", json!(null));
        let about = |message: &&Message| match message {
            Message::Notification(note) => note.params["uri"] == uri(path),
            _ => false,
        };
        self.heard.iter().filter(about).count()
    }

    pub fn bye(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.server.take().unwrap().join().unwrap().unwrap();
    }
}

pub fn uri(path: &str) -> String {
    match path.starts_with('/') {
        true => format!("file://{path}"),
        false => path.to_owned(),
    }
}

pub fn place(path: &str, line: u32, character: u32) -> Value {
    json!({
        "textDocument": {"uri": uri(path)},
        "position": {"line": line, "character": character},
    })
}

pub const POLICY: &str = "/policies/staff.yaml";
pub const SHARED: &str = "/policies/shared/fields.yaml";

pub const TEXT: &str = "\
muster: 1
directory: staff
provider: {plugin: csv}
identity: {username: uid}
fields:
  email: mail
";

pub fn all() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-8", "utf-16"]},
        "textDocument": {
            "completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown"]}},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
        },
        "workspace": {
            "workspaceEdit": {"documentChanges": true},
            "didChangeWatchedFiles": {"dynamicRegistration": true},
        },
    })
}
