//! Words that tests are written in.

use crate::cases::scene::{Covers, Others};
use muster_model::{BlockCause, Removal, SourceStatus};
use serde::de::{Deserialize, IntoDeserializer, value::StrDeserializer};
use std::fmt;

pub(super) const OTHERS: [(&str, Others); 2] =
    [("none", Others::Nothing), ("any", Others::Anything)];

pub(super) const COVERAGE: [(&str, Covers); 3] = [
    ("complete", Covers::Everybody),
    ("partial", Covers::Some),
    ("delta", Covers::Changes),
];

/// What a source says of the right to log in. `blocked` is for tests to which it
/// means nothing why.
pub(super) const STATUS: [(&str, SourceStatus); 13] = [
    ("active", SourceStatus::Active),
    ("pending", SourceStatus::Pending),
    ("blocked", SourceStatus::Blocked(BlockCause::Other)),
    ("disabled", SourceStatus::Blocked(BlockCause::Disabled)),
    ("locked", SourceStatus::Blocked(BlockCause::Locked)),
    ("expired", SourceStatus::Blocked(BlockCause::Expired)),
    (
        "not-yet-valid",
        SourceStatus::Blocked(BlockCause::NotYetValid),
    ),
    ("suspended", SourceStatus::Blocked(BlockCause::Suspended)),
    ("archived", SourceStatus::Blocked(BlockCause::Archived)),
    ("removed", SourceStatus::Removed(Removal::Final)),
    ("restorable", SourceStatus::Removed(Removal::Restorable)),
    ("left-scope", SourceStatus::Removed(Removal::LeftScope)),
    ("unknown", SourceStatus::Unknown),
];

/// The words that a type takes, if this is none of them.
pub(super) fn others_than<'de, T: Deserialize<'de>>(
    word: &'de str,
) -> Result<T, &'static [&'static str]> {
    let input: StrDeserializer<'de, Expected> = word.into_deserializer();
    T::deserialize(input).map_err(|expected| expected.0)
}

/// An error that keeps what would have been right.
#[derive(Debug)]
struct Expected(&'static [&'static str]);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl std::error::Error for Expected {}

impl serde::de::Error for Expected {
    fn custom<T: fmt::Display>(_text: T) -> Self {
        Self(&[])
    }

    fn unknown_variant(_variant: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }
}
