//! A read that is kept: what a provider returned, in a file.
//!
//! The file is JSON Lines, compressed by zstd: one [`Header`], a line for each
//! entry and each broken record, and an end that counts them and has a checksum.
//! A file that was cut short or damaged is told from a whole one, and gives no
//! plan. Entries stand in no order that means anything.
//!
//! [`write()`] takes a source and keeps what it delivers, [`read`] gives it back
//! line by line, and a [`Replay`] is a [`Source`](crate::Source) again: the plan
//! from a snapshot is the plan from the read that was recorded, also for a policy
//! that asks for fewer people. Nothing of a file
//! is trusted: no line, and no person, takes more memory than the bounds below.

mod fit;
mod line;
mod pseudonym;
mod read;
mod replay;
mod write;

pub use fit::{Lack, Unsuitable, for_all};
pub use pseudonym::{Pseudonymous, Pseudonyms};
pub use read::{Record, Snapshot, Unreadable, read};
pub use replay::Replay;
pub use write::{About, Recorder, Unwritten, write};

use muster_model::{Coverage, DirectoryName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The name and version of the format.
pub const SNAPSHOT_FORMAT: &str = "muster.snapshot/1";

/// Bytes of one line; a person with a few photos has less.
const LONGEST_LINE: u64 = 128 << 20;

/// Bytes of the first line, and of one about a broken record: no data of people
/// is in them.
const LONGEST_WORDS: u64 = 4 << 20;

/// Bytes that one person may take in memory.
const LARGEST_ENTRY: usize = 64 << 20;

/// What a snapshot begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`SNAPSHOT_FORMAT`].
    pub format: String,
    /// The policy's directory.
    pub directory: DirectoryName,
    /// Who read.
    pub plugin: PluginStamp,
    /// For which policy.
    pub policy: PolicyStamp,
    /// For which others as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<PolicyStamp>,
    /// When, as RFC 3339.
    pub recorded: String,
    /// Whether the people in it are who they are.
    pub people: People,
    /// Attributes that were asked for, each once.
    pub attributes: Vec<String>,
    /// Those among them whose values are not shown.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sensitive: BTreeSet<String>,
    /// Which part of the source was asked for.
    #[serde(default)]
    pub scope: Asked,
    /// All attributes that the source has, as far as it says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<KnownAttribute>,
    /// How much of it was delivered, and what shows it.
    pub coverage: Coverage,
    /// Where the next delta would go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Vec<u8>>,
    /// Entries in the file.
    pub entries: u64,
    /// Broken records in the file.
    pub problems: u64,
}

/// A plugin, as a snapshot names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginStamp {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file, in hex.
    pub digest: String,
}

impl Header {
    /// True if it was recorded for a policy with this digest.
    pub fn is_for(&self, digest: &str) -> bool {
        let mut policies = self.also.iter().chain([&self.policy]);
        policies.any(|policy| policy.digest == digest)
    }
}

/// A policy, as a snapshot names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyStamp {
    /// Its file, as it was named.
    pub file: String,
    /// Digest of its text, in hex.
    pub digest: String,
}

/// Whether the people of a snapshot are who they are. Whoever does not know the
/// word refuses the file: people under other names would look like strangers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum People {
    /// With the names and values that the source has.
    AsDelivered,
    /// Under other names, the same ones each time: see [`Pseudonyms`].
    Pseudonyms,
}

/// Which part of a source was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Syncing groups; none means everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Sub-trees or units; none means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under: Vec<String>,
    /// Groups whose members are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except_groups: Vec<String>,
    /// Sub-trees that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except_under: Vec<String>,
    /// Groups whose membership is told, though they put nobody into scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub report: Vec<String>,
}

/// An attribute that a source has, whether it was asked for or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAttribute {
    /// Its name.
    pub name: String,
    /// True if it may have several values; none if the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub several: Option<bool>,
    /// What it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
}

#[cfg(test)]
mod tests;
