//! Calls and answers as values.

use crate::ldap::{Entries, Query, Verdict};
use crate::sql::{Column, Rows};
use serde::{Deserialize, Serialize};

/// What a plugin asks of a capability. What it opens has a number, each its own
/// in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// What a need for files is bound to.
    Look {
        /// Which need.
        need: String,
    },
    /// Open a file.
    OpenFile {
        /// The number that it gets.
        file: u32,
        /// Which need.
        need: String,
        /// Which file of a folder, or the checksum beside a file.
        name: Option<String>,
        /// The version that the plugin has already.
        unless: Option<String>,
    },
    /// Read on in a file.
    ReadFile {
        /// Which file.
        file: u32,
        /// Bytes that are wanted at most.
        max: u32,
    },
    /// Send a request.
    Send(Request),
    /// Begin a search.
    Search {
        /// The number that it gets.
        search: u32,
        /// Which need.
        connection: String,
        /// What is searched for.
        query: Query,
    },
    /// The next entries of a search.
    Entries {
        /// Which search.
        search: u32,
    },
    /// Which LDAP server answers.
    Server {
        /// Which need.
        connection: String,
    },
    /// Try a login. The password is in no call.
    Verify {
        /// Which need.
        connection: String,
        /// Whose.
        dn: String,
    },
    /// Ask a database.
    Ask {
        /// The number that the answer gets.
        answer: u32,
        /// Which need.
        database: String,
        /// The query.
        text: String,
        /// Its parameters.
        parameters: Vec<Option<String>>,
    },
    /// The next rows of an answer.
    Rows {
        /// Which answer.
        answer: u32,
    },
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

/// A request as the plugin made it: without what the host adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Which need.
    pub endpoint: String,
    /// A path below the base URL, or an absolute URL.
    pub target: String,
    /// Headers, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::octets")]
    pub body: Vec<u8>,
}

/// An answer over HTTP, after redirects and repeated tries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(with = "crate::octets")]
    pub body: Vec<u8>,
}

/// A file of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed, in milliseconds since 1970 (UTC).
    pub modified_ms: u64,
}

/// What a need for files is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// One file.
    File,
    /// A folder with these files.
    Folder(Vec<FileEntry>),
    /// A file behind a URL.
    Url,
}

/// What is known of an open file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileInfo {
    /// Its name.
    pub name: String,
    /// Its size, if it is known.
    pub size: Option<u64>,
    /// What tells this version from any other.
    pub tag: Option<String>,
}

/// How opening a file went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opened {
    /// It is open.
    Open(FileInfo),
    /// It is the version that the plugin has already.
    NotModified,
}

/// What a source says to a [`Call`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// To [`Call::Look`].
    Place(Place),
    /// To [`Call::OpenFile`].
    Opened(Opened),
    /// To [`Call::ReadFile`]; nothing is the end.
    Chunk(#[serde(with = "crate::octets")] Vec<u8>),
    /// To [`Call::Send`].
    Response(Response),
    /// To [`Call::Search`]: it has begun.
    Searching,
    /// To [`Call::Entries`].
    Entries(#[serde(with = "super::packed::entries")] Entries),
    /// To [`Call::Server`].
    Server(String),
    /// To [`Call::Verify`].
    Verdict(Verdict),
    /// To [`Call::Ask`].
    Columns(Vec<Column>),
    /// To [`Call::Rows`].
    Rows(#[serde(with = "super::packed::rows")] Rows),
}

/// A search that has begun, as an answer.
pub(crate) struct Searching;

/// The columns of an answer that has begun.
pub(crate) type Opening = Vec<Column>;

macro_rules! answers {
    ($($kind:ident: $type:ty),*) => {
        $(impl From<$type> for Answer {
            fn from(answer: $type) -> Self {
                Self::$kind(answer)
            }
        }

        impl TryFrom<Answer> for $type {
            type Error = ();

            fn try_from(answer: Answer) -> Result<Self, ()> {
                match answer {
                    Answer::$kind(answer) => Ok(answer),
                    _ => Err(()),
                }
            }
        })*
    };
}

answers!(
    Place: Place,
    Opened: Opened,
    Chunk: Vec<u8>,
    Response: Response,
    Entries: Entries,
    Server: String,
    Verdict: Verdict,
    Columns: Opening,
    Rows: Rows
);

impl From<Searching> for Answer {
    fn from(_: Searching) -> Self {
        Self::Searching
    }
}

impl TryFrom<Answer> for Searching {
    type Error = ();

    fn try_from(answer: Answer) -> Result<Self, ()> {
        match answer {
            Answer::Searching => Ok(Self),
            _ => Err(()),
        }
    }
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A defect.
    Error,
    /// The operator should look at it.
    Warn,
    /// What happened.
    Info,
    /// For the plugin's author.
    Debug,
}
