//! Compiling paths, and reading pages with them.

use super::list::{List, One, Page};
use super::path;
use super::record::Record;
use super::rest::Rest;
use super::trie::{Kind, Names, Node, Planting};
use super::walk::Walk;
use crate::Failure;
use serde::de::DeserializeSeed;

/// Where the records of a page stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At<'a> {
    /// The page is a list of records.
    Root,
    /// The page is an object, and this member is the list of records.
    Member(&'a str),
    /// The page is one record.
    One,
}

/// What is wanted of each record, compiled for one walk.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    pub(super) nodes: Vec<Node>,
    pub(super) slots: usize,
    /// Number of keys in all nodes.
    pub(super) keys: usize,
    pub(super) names: Names,
    pub(super) bare: Option<String>,
}

/// Puts a [`Selection`] together; slots are counted in the order of the calls.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    paths: Vec<(String, Kind)>,
    names: Names,
    bare: Option<String>,
}

impl Builder {
    /// Adds a path whose texts are wanted.
    #[must_use]
    pub fn text(mut self, path: impl Into<String>) -> Self {
        self.paths.push((path.into(), Kind::Text));
        self
    }

    /// Adds paths whose texts are wanted.
    #[must_use]
    pub fn texts<P: Into<String>>(self, paths: impl IntoIterator<Item = P>) -> Self {
        paths
            .into_iter()
            .fold(self, |builder, path| builder.text(path))
    }

    /// Adds a path whose JSON is wanted, lists whole.
    #[must_use]
    pub fn raw(mut self, path: impl Into<String>) -> Self {
        self.paths.push((path.into(), Kind::Raw));
        self
    }

    /// Compares names, and texts in conditions, without regard to ASCII case.
    #[must_use]
    pub fn any_case(mut self) -> Self {
        self.names = Names::AnyCase;
        self
    }

    /// Lets an object and its member of this name stand for one another: the
    /// path `emails` gives the `value` of each e-mail, and the path
    /// `manager.value` the text of a manager who is no object. A path that ends
    /// with a condition goes on to this member.
    #[must_use]
    pub fn bare(mut self, member: impl Into<String>) -> Self {
        self.bare = Some(member.into());
        self
    }

    /// Compiles the paths.
    pub fn build(self) -> Result<Selection, Failure> {
        let mut planting = Planting::new(self.names);
        for (slot, (text, kind)) in self.paths.iter().enumerate() {
            let mut segments = path::parse(text)?;
            if segments.last().is_some_and(|last| !last.filter.is_empty()) {
                let Some(bare) = &self.bare else {
                    return Err(Failure::config(format!(
                        "`{text}` is no path: a name is missing after the condition"
                    )));
                };
                segments.push(path::Segment {
                    name: bare.clone(),
                    filter: Vec::new(),
                });
            }
            planting.plant(&segments, slot, *kind);
        }
        let (nodes, keys) = planting.grown(self.bare.as_deref());
        Ok(Selection {
            nodes,
            keys,
            slots: self.paths.len(),
            names: self.names,
            bare: self.bare,
        })
    }
}

impl Selection {
    /// Compiles paths whose texts are wanted, names as they are spelled.
    pub fn new<P: Into<String>>(paths: impl IntoIterator<Item = P>) -> Result<Self, Failure> {
        Self::builder().texts(paths).build()
    }

    /// Begins with no path.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Reads a page and hands over its records, in order. Returns what else
    /// stands in the page's outermost object.
    ///
    /// Records that were handed over before a failure belong to a page that
    /// cannot be believed: let the failure end the read.
    pub fn read(
        &self,
        page: &[u8],
        at: At<'_>,
        mut each: impl FnMut(Record<'_>),
    ) -> Result<Rest, Failure> {
        let text = text(page)?;
        let mut rest = Rest {
            names: self.names,
            ..Rest::default()
        };
        let member = match at {
            At::Member(member) => member,
            At::Root | At::One => "",
        };
        let mut walk = Walk::new(self);
        let mut json = serde_json::Deserializer::from_str(text);
        let list = List {
            walk: &mut walk,
            each: &mut each,
            rest: &mut rest,
        };
        let read = match at {
            At::Root => list.deserialize(&mut json),
            At::Member(_) => Page { list, member }.deserialize(&mut json),
            At::One => One {
                walk: list.walk,
                index: 0,
                each: list.each,
            }
            .deserialize(&mut json),
        };
        let read = read.and_then(|()| json.end());
        match read {
            Ok(()) => Ok(rest),
            Err(error) => Err(Failure::data(format!(
                "the answer cannot be read at `{}`: {error}",
                walk.place()
            ))),
        }
    }
}

/// Bytes of a page that a message shows.
const SHOWN: usize = 40;

/// The page as text, if it looks like JSON at all.
fn text(page: &[u8]) -> Result<&str, Failure> {
    let page = page.strip_prefix(b"\xef\xbb\xbf").unwrap_or(page);
    let text = std::str::from_utf8(page).map_err(|error| {
        Failure::data(format!(
            "the answer is not UTF-8, from byte {} on",
            error.valid_up_to()
        ))
    })?;
    let start = text.trim_start();
    match start.as_bytes().first() {
        Some(b'{' | b'[' | b'"' | b'n' | b't' | b'f' | b'-' | b'0'..=b'9') => Ok(text),
        None => Err(Failure::data("the answer is empty where JSON is expected")),
        Some(_) => {
            let line = start.lines().next().unwrap_or_default();
            let shown: String = line.chars().take(SHOWN).collect();
            Err(
                Failure::data(format!("the answer is no JSON; it begins with `{shown}`"))
                    .hint("see whether the URL is that of the service's API, not of its web pages"),
            )
        }
    }
}
