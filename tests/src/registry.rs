//! A throw-away OCI registry on loopback, with everything that it keeps in a
//! folder that a test can spoil, and plain requests past every client.

use crate::program::{end_now, eventually, find, text_of};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;

/// Who may enter a registry that asks for a login.
pub const USER: &str = "muster";

/// Their password.
pub const PASSWORD: &str = "S3cret-of-the-registry";

/// The same, as `htpasswd -nbB` writes it.
const HTPASSWD: &str = "muster:$2y$05$B/9X9/U32ZviW.UN4irkXubcHRJX32Nw3X2TefEzcfgZkcBB.fLY.\n";

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whom a registry lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Open,
    /// [`USER`] with [`PASSWORD`].
    Locked,
}

/// A running registry; ends when it is dropped.
#[derive(Debug)]
pub struct Registry {
    folder: TempDir,
    address: SocketAddr,
    process: Mutex<Option<Child>>,
}

/// What a registry answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its head, as it came.
    pub head: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Registry {
    /// Starts one.
    pub fn start(door: Door) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("muster-registry-")
            .tempdir()
            .expect("a folder for the registry");
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port");
        let path = folder.path().display();
        let auth = match door {
            Door::Open => String::new(),
            Door::Locked => {
                fs::write(folder.path().join("htpasswd"), HTPASSWD).expect("a file of users");
                format!("auth: {{htpasswd: {{realm: here, path: {path}/htpasswd}}}}\n")
            }
        };
        let config = format!(
            "version: 0.1\nlog: {{level: warn, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {path}/data}}, delete: {{enabled: true}}}}\n\
             http: {{addr: \"{address}\", secret: none}}\n{auth}"
        );
        fs::write(folder.path().join("config.yml"), config).expect("a configuration");
        let registry = Self {
            folder,
            address,
            process: Mutex::new(None),
        };
        registry.run_again();
        registry
    }

    /// Starts it anew, with what it kept.
    pub fn run_again(&self) {
        let log = File::create(self.folder.path().join("log")).expect("a log");
        let child = Command::new(find("docker-registry"))
            .arg("serve")
            .arg(self.folder.path().join("config.yml"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log"))
            .stderr(log)
            .spawn()
            .expect("docker-registry starts");
        *self.process.lock().expect("the process") = Some(child);
        let up = eventually(PATIENCE, || TcpStream::connect(self.address).is_ok());
        assert!(up, "{}", text_of(&self.folder.path().join("log")));
    }

    /// Ends it; what it keeps stays.
    pub fn stop(&self) {
        if let Some(mut child) = self.process.lock().expect("the process").take() {
            end_now(&mut child);
        }
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Where the bytes with this digest (`sha256:…`) are kept.
    pub fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.trim_start_matches("sha256:");
        let blobs = self
            .folder
            .path()
            .join("data/docker/registry/v2/blobs/sha256");
        blobs.join(&hex[..2]).join(hex).join("data")
    }

    /// Changes one byte of what is kept under a digest.
    pub fn spoil(&self, digest: &str) {
        let file = self.blob(digest);
        let mut bytes = fs::read(&file).expect("what is kept");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(file, bytes).expect("what is kept");
    }

    /// One request past every client.
    pub fn ask(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: */*\r\n\
             Accept: application/vnd.oci.image.manifest.v1+json\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("a request");
        stream.write_all(body).expect("a body");
        let mut all = Vec::new();
        stream.read_to_end(&mut all).expect("an answer");
        let at = all.windows(4).position(|four| four == b"\r\n\r\n");
        let at = at.expect("a head");
        let head = String::from_utf8_lossy(&all[..at]).into_owned();
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
        Answer {
            status: status.expect("a status"),
            body: all[at + 4..].to_vec(),
            head,
        }
    }

    /// Puts bytes into a repository, and says their digest.
    pub fn put_blob(&self, repository: &str, bytes: &[u8], digest: &str) {
        let begun = self.ask("POST", &format!("/v2/{repository}/blobs/uploads/"), "", b"");
        assert_eq!(begun.status, 202, "{begun:?}");
        let location = begun.head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("location")
                .then(|| value.to_owned())
        });
        let location = location.expect("where to go on");
        let path = location
            .split_once(&self.host())
            .map_or(location.as_str(), |(_, path)| path);
        let end = match path.contains('?') {
            true => '&',
            false => '?',
        };
        let put = self.ask(
            "PUT",
            &format!("{path}{end}digest={digest}"),
            "application/octet-stream",
            bytes,
        );
        assert_eq!(put.status, 201, "{put:?}");
    }

    /// Puts a manifest under a tag.
    pub fn put_manifest(&self, repository: &str, tag: &str, kind: &str, manifest: &[u8]) {
        let path = format!("/v2/{repository}/manifests/{tag}");
        let put = self.ask("PUT", &path, kind, manifest);
        assert_eq!(put.status, 201, "{put:?}");
    }

    /// The manifest under a tag or digest.
    pub fn manifest(&self, repository: &str, tag: &str) -> Vec<u8> {
        let found = self.ask("GET", &format!("/v2/{repository}/manifests/{tag}"), "", b"");
        assert_eq!(found.status, 200, "{found:?}");
        found.body
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.stop();
    }
}
