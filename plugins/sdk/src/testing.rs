//! Stand-ins for the host's capabilities in native tests of a plugin.
//!
//! They belong to the thread, as each test has one of its own.
//!
//! ```
//! use muster_sdk::{files, testing};
//! testing::file("people", "id,name\n1,Anna\n");
//! assert_eq!(files::open("people").unwrap().info().size, Some(15));
//! ```

use crate::bindings::muster::provider::ldap::Entries as PackedEntries;
use crate::host::Level;
use crate::http::{Request, Response};
use crate::ldap::{Change, IdSet, Outcome, Password, Query, State, Verdict};
use crate::{Failure, Page, ReadFrom, ReadRequest, Scope, Status};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

mod read;
pub mod sql;

pub use read::{Read, read, read_on};

type LdapServer = Rc<dyn Fn(&str, &Query) -> Result<Vec<Block>, Failure>>;
type LoginServer = Rc<dyn Fn(&str, &str, &str) -> Result<Verdict, Failure>>;
type SqlServer = Rc<dyn Fn(&str, &sql::Query) -> Result<Vec<sql::Block>, Failure>>;
type HttpServer = Rc<dyn Fn(&Request) -> Result<Response, Failure>>;

#[derive(Default)]
struct World {
    files: BTreeMap<String, FakeNeed>,
    sql: Option<SqlServer>,
    ldap: Option<LdapServer>,
    ldap_name: Option<String>,
    logins: Option<LoginServer>,
    http: Option<HttpServer>,
    log: Vec<(Level, String)>,
    now_ms: u64,
    cancelled: bool,
}

#[derive(Clone, Default)]
struct FakeNeed {
    is_folder: bool,
    /// By name; the name of the only file is empty.
    files: BTreeMap<String, FakeFile>,
}

#[derive(Clone, Default)]
struct FakeFile {
    content: Vec<u8>,
    at_end: Option<Failure>,
    tag: Option<String>,
    modified_ms: u64,
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::default();
}

fn world<T>(act: impl FnOnce(&mut World) -> T) -> T {
    WORLD.with_borrow_mut(act)
}

/// Puts a file behind a need of the manifest. It is called `NEED.txt`.
pub fn file(need: &str, content: impl Into<Vec<u8>>) {
    only_file(
        need,
        FakeFile {
            content: content.into(),
            ..FakeFile::default()
        },
    );
}

/// As [`file`], but reading its end fails: `Failure::drifted("…")`.
pub fn broken_file(need: &str, content: impl Into<Vec<u8>>, at_end: Failure) {
    only_file(
        need,
        FakeFile {
            content: content.into(),
            at_end: Some(at_end),
            ..FakeFile::default()
        },
    );
}

/// As [`file`], but with a tag that tells this version of it from others.
pub fn tagged_file(need: &str, content: impl Into<Vec<u8>>, tag: &str) {
    only_file(
        need,
        FakeFile {
            content: content.into(),
            tag: Some(tag.to_owned()),
            ..FakeFile::default()
        },
    );
}

fn only_file(need: &str, file: FakeFile) {
    let files = BTreeMap::from([(String::new(), file)]);
    let is_folder = false;
    world(|w| {
        w.files
            .insert(need.to_owned(), FakeNeed { is_folder, files })
    });
}

/// Puts another file beside the file or the files of a need: `NEED.txt.sha256`.
pub fn file_beside(need: &str, name: &str, content: impl Into<Vec<u8>>) {
    let file = FakeFile {
        content: content.into(),
        ..FakeFile::default()
    };
    world(|w| {
        let files = &mut w.files.entry(need.to_owned()).or_default().files;
        files.insert(name.to_owned(), file);
    });
}

/// Puts a folder behind a need of the manifest: name, time of change in
/// milliseconds, content. A file's tag is its time and size.
pub fn folder(need: &str, files: &[(&str, u64, &str)]) {
    let file = |(name, modified_ms, content): &(&str, u64, &str)| {
        let file = FakeFile {
            content: content.as_bytes().to_vec(),
            tag: Some(format!("{modified_ms}-{}", content.len())),
            modified_ms: *modified_ms,
            at_end: None,
        };
        ((*name).to_owned(), file)
    };
    let files = files.iter().map(file).collect();
    let is_folder = true;
    world(|w| {
        w.files
            .insert(need.to_owned(), FakeNeed { is_folder, files })
    });
}

/// Answers queries: the function gets the database's name and the query.
pub fn sql(server: impl Fn(&str, &sql::Query) -> Result<Vec<sql::Block>, Failure> + 'static) {
    world(|w| w.sql = Some(Rc::new(server)));
}

/// Answers searches: the function gets the connection's name and the query.
pub fn ldap(server: impl Fn(&str, &Query) -> Result<Vec<Block>, Failure> + 'static) {
    world(|w| w.ldap = Some(Rc::new(server)));
}

/// Says which server answers searches; `directory.example:389` without it.
pub fn ldap_server(name: &str) {
    world(|w| w.ldap_name = Some(name.to_owned()));
}

/// Judges logins: the function gets the connection's name, the DN and the
/// password.
pub fn logins(server: impl Fn(&str, &str, &str) -> Result<Verdict, Failure> + 'static) {
    world(|w| w.logins = Some(Rc::new(server)));
}

/// Calls a function with a password, as the host hands one over.
pub fn with_password<T>(text: &str, act: impl FnOnce(Password<'_>) -> T) -> T {
    act(Password(&ldap::Password(text.to_owned())))
}

/// Answers requests.
pub fn http(server: impl Fn(&Request) -> Result<Response, Failure> + 'static) {
    world(|w| w.http = Some(Rc::new(server)));
}

/// An answer of JSON for [`http`] to give.
pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Response {
    let kind = ("content-type".to_owned(), "application/json".to_owned());
    Response {
        status,
        headers: vec![kind],
        body: body.into(),
    }
}

/// Sets the run's instant.
pub fn now_ms(now: u64) {
    world(|w| w.now_ms = now);
}

/// Stops the run.
pub fn cancel() {
    world(|w| w.cancelled = true);
}

/// Takes what was logged so far.
pub fn take_log() -> Vec<(Level, String)> {
    world(|w| std::mem::take(&mut w.log))
}

/// A request for everybody, from the start, in pages of 500.
pub fn request(attributes: &[&str]) -> ReadRequest {
    ReadRequest {
        attributes: attributes.iter().map(|a| (*a).to_owned()).collect(),
        scope: everybody(),
        page_size: 500,
        start_at: ReadFrom::Start,
    }
}

/// The scope that leaves nobody out.
pub fn everybody() -> Scope {
    Scope {
        groups: Vec::new(),
        under: Vec::new(),
        except_groups: Vec::new(),
        except_under: Vec::new(),
        report: Vec::new(),
    }
}

/// A scope of everybody in which these groups are told.
pub fn reporting(report: &[&str]) -> Scope {
    Scope {
        report: report.iter().map(|&name| name.to_owned()).collect(),
        ..everybody()
    }
}

/// A person of a page, with values of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct PlainRow {
    /// The external id.
    pub id: Option<String>,
    /// Syncing and reported groups.
    pub groups: Vec<String>,
    /// The status.
    pub status: Status,
    /// Values per column of the page.
    pub values: Vec<Vec<Vec<u8>>>,
}

impl PlainRow {
    /// The first value of a column as text.
    pub fn text(&self, column: usize) -> Option<String> {
        let value = self.values.get(column)?.first()?;
        Some(String::from_utf8_lossy(value).into_owned())
    }
}

/// Unpacks a page.
pub fn rows(page: &Page) -> Vec<PlainRow> {
    let mut value_ends = page.value_ends.iter();
    let mut data = page.data.as_slice();
    let (mut value_at, mut data_at) = (0, 0);
    let mut cells = page.cell_ends.iter().map(|&cell_end| {
        let count = cell_end - std::mem::replace(&mut value_at, cell_end);
        let values = value_ends.by_ref().take(count as usize).map(|&end| {
            let length = end - std::mem::replace(&mut data_at, end);
            let (value, rest) = data.split_at(length as usize);
            data = rest;
            value.to_vec()
        });
        values.collect::<Vec<_>>()
    });
    let text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
    page.statuses
        .iter()
        .map(|&status| PlainRow {
            status,
            id: cells
                .next()
                .unwrap_or_default()
                .into_iter()
                .next()
                .map(text),
            groups: cells
                .next()
                .unwrap_or_default()
                .into_iter()
                .map(text)
                .collect(),
            values: cells.by_ref().take(page.columns.len()).collect(),
        })
        .collect()
}

/// One block of LDAP entries for [`ldap`] to answer with.
#[derive(Clone, Debug)]
pub struct Block(PackedEntries, Option<Failure>);

impl Block {
    /// A block with the attributes of the query.
    pub fn new(query: &Query) -> Self {
        Self::of(query.attributes.clone(), None)
    }

    /// In place of a block: the conversation breaks here.
    pub fn broken(failure: Failure) -> Self {
        Self::of(Vec::new(), Some(failure))
    }

    fn of(columns: Vec<String>, failure: Option<Failure>) -> Self {
        let entries = PackedEntries {
            columns,
            data: Vec::new(),
            value_ends: Vec::new(),
            cell_ends: Vec::new(),
            continued: false,
            states: Vec::new(),
            sets: Vec::new(),
            end: None,
        };
        Self(entries, failure)
    }

    /// Adds an entry: its DN and the values of the attributes that it has.
    #[must_use]
    pub fn entry(mut self, dn: &str, attributes: &[(&str, &[&[u8]])]) -> Self {
        self.cell(&[dn.as_bytes()]);
        for column in self.0.columns.clone() {
            let values = attributes.iter().find(|(name, _)| *name == column);
            self.cell(values.map_or(&[], |(_, values)| values));
        }
        self
    }

    /// What a refresh says of the entry that was added last.
    #[must_use]
    pub fn state(mut self, change: Change, uuid: [u8; 16]) -> Self {
        let uuid = uuid.to_vec();
        self.0.states.push(State { change, uuid });
        self
    }

    /// Entries that a refresh names without sending them.
    #[must_use]
    pub fn ids(mut self, deleted: bool, uuids: &[[u8; 16]]) -> Self {
        let uuids = uuids.concat();
        self.0.sets.push(IdSet { deleted, uuids });
        self
    }

    fn cell(&mut self, values: &[&[u8]]) {
        for value in values {
            self.0.data.extend_from_slice(value);
            self.0.value_ends.push(self.0.data.len() as u32);
        }
        self.0.cell_ends.push(self.0.value_ends.len() as u32);
    }

    /// The last entry goes on in the next block.
    #[must_use]
    pub fn continued(mut self) -> Self {
        self.0.continued = true;
        self
    }

    /// This block is the last, and the search went well.
    #[must_use]
    pub fn success(self) -> Self {
        self.end(Outcome {
            code: 0,
            matched_dn: String::new(),
            message: String::new(),
            references: 0,
            pages: 1,
            exhausted: true,
            feed: None,
        })
    }

    /// This block is the last.
    #[must_use]
    pub fn end(mut self, outcome: Outcome) -> Self {
        self.0.end = Some(outcome);
        self
    }
}

fn missing(what: &str, name: &str) -> Failure {
    Failure::denied(format!("the test set up no {what} `{name}`"))
}

pub(crate) mod host {
    use super::{Level, world};

    pub fn log(level: Level, message: &str) {
        world(|w| w.log.push((level, message.to_owned())));
    }

    pub fn now_ms() -> u64 {
        world(|w| w.now_ms)
    }

    pub fn cancelled() -> bool {
        world(|w| w.cancelled)
    }
}

pub(crate) mod files {
    use super::{FakeFile, missing, world};
    use crate::Failure;
    use crate::files::{Entry, Info, Place};
    use std::cell::Cell;

    pub struct Reader {
        file: FakeFile,
        name: String,
        at: Cell<usize>,
    }

    impl std::fmt::Debug for Reader {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(&self.name)
        }
    }

    impl Reader {
        pub fn info(&self) -> Info {
            Info {
                name: self.name.clone(),
                size: Some(self.file.content.len() as u64),
                tag: self.file.tag.clone(),
            }
        }

        pub fn read(&self, max: u32) -> Result<Vec<u8>, Failure> {
            let rest = self.file.content.get(self.at.get()..).unwrap_or_default();
            let chunk = rest.iter().take(max as usize).copied().collect::<Vec<_>>();
            self.at.set(self.at.get() + chunk.len());
            match &self.file.at_end {
                Some(failure) if chunk.is_empty() => Err(failure.clone()),
                _ => Ok(chunk),
            }
        }
    }

    pub fn look(need: &str) -> Result<Place, Failure> {
        let found = world(|w| w.files.get(need).cloned());
        let found = found.ok_or_else(|| missing("file", need))?;
        if !found.is_folder {
            return Ok(Place::File);
        }
        let entry = |(name, file): (String, FakeFile)| Entry {
            name,
            size: file.content.len() as u64,
            modified_ms: file.modified_ms,
        };
        Ok(Place::Folder(found.files.into_iter().map(entry).collect()))
    }

    pub fn open(
        need: &str,
        name: Option<&str>,
        unless: Option<&str>,
    ) -> Result<Option<Reader>, Failure> {
        let found = world(|w| w.files.get(need)?.files.get(name.unwrap_or("")).cloned());
        let file = found.ok_or_else(|| missing("file", name.unwrap_or(need)))?;
        if unless.is_some() && file.tag.as_deref() == unless {
            return Ok(None);
        }
        Ok(Some(Reader {
            file,
            name: name.map_or_else(|| format!("{need}.txt"), str::to_owned),
            at: Cell::new(0),
        }))
    }
}

pub(crate) mod http {
    use super::{missing, world};
    use crate::Failure;
    use crate::http::{Request, Response};

    pub fn send(request: &Request) -> Result<Response, Failure> {
        let server = world(|w| w.http.clone());
        server.ok_or_else(|| missing("endpoint", &request.endpoint))?(request)
    }

    pub fn send_all(requests: &[Request]) -> Vec<Result<Response, Failure>> {
        requests.iter().map(send).collect()
    }
}

pub(crate) mod ldap {
    use super::{Block, PackedEntries, VecDeque, missing, world};
    use crate::Failure;
    use crate::ldap::{Query, Verdict};
    use std::cell::RefCell;

    pub struct Password(pub String);

    pub fn verify(connection: &str, dn: &str, password: &Password) -> Result<Verdict, Failure> {
        let server = world(|w| w.logins.clone());
        server.ok_or_else(|| missing("connection", connection))?(connection, dn, &password.0)
    }

    pub fn server(connection: &str) -> Result<String, Failure> {
        let (is_there, name) = world(|w| (w.ldap.is_some(), w.ldap_name.clone()));
        match is_there {
            true => Ok(name.unwrap_or_else(|| "directory.example:389".to_owned())),
            false => Err(missing("connection", connection)),
        }
    }

    #[derive(Debug)]
    pub struct Search(RefCell<VecDeque<Block>>);

    impl Search {
        pub fn next(&self) -> Result<PackedEntries, Failure> {
            let block = self.0.borrow_mut().pop_front();
            match block {
                Some(Block(entries, None)) => Ok(entries),
                Some(Block(_, Some(failure))) => Err(failure),
                None => Err(Failure::internal(
                    "the search was asked for a block after its last one",
                )),
            }
        }
    }

    pub fn open(connection: &str, query: &Query) -> Result<Search, Failure> {
        let server = world(|w| w.ldap.clone());
        let blocks = server.ok_or_else(|| missing("connection", connection))?(connection, query)?;
        Ok(Search(RefCell::new(blocks.into())))
    }
}
