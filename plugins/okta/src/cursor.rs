//! What is kept between pages and between runs.

use muster_sdk::Failure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the System Log is read on.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// From what it took in at this instant.
    Since(String),
    /// At a link that Okta gave.
    Link(String),
}

/// Where the next delta goes on.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Feed {
    /// Of attributes and scope.
    pub question: String,
    /// In the log.
    pub log: Position,
    /// The server's clock when the position was taken, in seconds since 1970.
    pub at: u64,
    /// When the membership of each syncing and reported group last changed, as far
    /// as it was read.
    pub groups: BTreeMap<String, String>,
    /// What stands for the reported groups.
    pub reported: String,
}

/// Which list a full read is in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// People in scope: the members of this group, or everybody.
    Living(usize),
    /// The deactivated.
    Deactivated,
}

/// Where a full read goes on after a page.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Place {
    /// Of attributes and scope.
    pub question: String,
    /// The list.
    pub part: Part,
    /// The next page of it.
    pub target: String,
    /// When the read began, on the server's clock.
    pub began: String,
    /// What the read's end will hand over.
    pub feed: Option<Feed>,
}

/// Longest cursor that the host keeps, with room for what it adds.
const LONGEST: usize = (64 << 10) - 256;

/// Packs what is kept; nothing if it would be too long.
pub fn pack<T: Serialize>(kept: &T) -> Option<Vec<u8>> {
    let packed = serde_json::to_vec(kept).ok()?;
    (packed.len() <= LONGEST).then_some(packed)
}

/// Opens a feed's position, if it answers this question.
pub fn feed(kept: &[u8], question: &str) -> Result<Feed, Failure> {
    let unknown = |_| Failure::stale_cursor("the stored position is of another version");
    let feed: Feed = serde_json::from_slice(kept).map_err(unknown)?;
    if feed.question == question {
        return Ok(feed);
    }
    Err(Failure::stale_cursor(
        "the stored position was made for another org, scope, or list of attributes",
    ))
}

/// Opens a read's place, if it is of this question.
pub fn place(kept: &[u8], question: &str) -> Result<Place, Failure> {
    let place: Option<Place> = serde_json::from_slice(kept).ok();
    place
        .filter(|place| place.question == question)
        .ok_or_else(|| Failure::stale_cursor("the place in the read is not one of this read"))
}
