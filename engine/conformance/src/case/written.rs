//! A case as it stands in its file.

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_yaml::Spanned;
use std::collections::BTreeMap;

/// What a source cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Without {
    /// Line breaks and tabs.
    LineBreaks,
    /// Spaces at the beginning and the end.
    EdgeSpaces,
    /// Values of no letter.
    EmptyValues,
    /// The difference between no value and an empty one: a table has a cell in
    /// any case.
    AbsentValues,
    /// Values of 10,000 bytes.
    LongValues,
    /// Control characters.
    ControlCharacters,
    /// Code points that are no characters.
    Noncharacters,
    /// More than one value of an attribute.
    SeveralValues,
}

/// What a plugin's deltas tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Changes {
    /// Everything.
    #[default]
    All,
    /// Everything but who is gone.
    WithoutRemovals,
    /// Only that nothing has changed.
    Unchanged,
    /// With this source, there are none.
    None,
}

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default)]
    pub config: Map<String, Value>,
    #[serde(default)]
    pub secrets: Vec<Spanned<String>>,
    pub attributes: BTreeMap<String, Spanned<String>>,
    pub id: Option<Spanned<String>>,
    pub known_by: Option<Spanned<String>>,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub groups: bool,
    #[serde(default = "yes")]
    pub status: bool,
    #[serde(default)]
    pub without: Vec<Without>,
    #[serde(default)]
    pub changes: Changes,
    pub people: Option<usize>,
    pub source: Spanned<WrittenSource>,
}

fn yes() -> bool {
    true
}

/// Exactly one of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSource {
    pub json: Option<Json>,
    pub file: Option<Spanned<String>>,
    pub person: Option<Value>,
    pub command: Option<Vec<String>>,
}

/// A service that the suite runs: people as JSON, page by page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Json {
    /// Path of the list.
    pub path: String,
    /// Where the list stands in an answer, as `data.people`; empty: the answer
    /// is the list.
    #[serde(default)]
    pub items: String,
    /// How a person is written.
    pub person: Value,
    /// Where the answer says how many there are.
    pub total: Option<String>,
    /// How pages are asked for; none answers everybody at once.
    pub paging: Option<Paging>,
    /// Words for who may log in and who may not.
    #[serde(default = "words")]
    pub status: [String; 2],
    /// A list of changes.
    pub changes: Option<Feed>,
}

fn words() -> [String; 2] {
    ["active", "blocked"].map(str::to_owned)
}

/// How pages are asked for: by exactly one of `cursor`, `offset`, `page`, `url`
/// and `link`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// Parameter for the number of people on a page.
    pub limit: Option<String>,
    /// As many as the service gives at most; far fewer where few people are served,
    /// so that they make several pages.
    #[serde(default = "most")]
    pub most: usize,
    /// Parameter for the cursor of the page before.
    pub cursor: Option<String>,
    /// Where the answer says the next cursor; it is not there on the last page.
    pub next: Option<String>,
    /// Parameter for the number of people before the page.
    pub offset: Option<String>,
    /// Parameter for the number of the page.
    pub page: Option<String>,
    /// What `offset` or `page` counts from.
    #[serde(default)]
    pub first: usize,
    /// Where the answer says the whole URL of the next page.
    pub url: Option<String>,
    /// True: the header `Link` says it.
    #[serde(default)]
    pub link: bool,
}

fn most() -> usize {
    1000
}

/// A list of what has changed since a mark.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// Path of the list of changes.
    pub path: String,
    /// Parameter for the mark.
    pub since: String,
    /// Where both lists say the mark of now.
    pub mark: String,
    /// Where the list of changes says who is gone: their identifiers.
    pub removed: String,
}
