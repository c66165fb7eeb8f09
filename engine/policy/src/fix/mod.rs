//! What would put a mistake right, as edits of the text.

mod apply;
mod quotes;
mod tabs;

pub use apply::{Applied, Fixed, fix};
pub(crate) use quotes::quotes;
pub(crate) use tabs::tabs;

use serde::Serialize;
use std::ops::Range;

/// A way to put one diagnostic right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does, as an order: "Write `fields`".
    pub title: String,
    /// Whether it may be done without looking.
    pub applicability: Applicability,
    /// Edits of the diagnostic's file, in order of places, none within another.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// Says that somebody has to look before it is applied.
    pub(crate) fn guess(self) -> Self {
        Self {
            applicability: Applicability::Unsafe,
            ..self
        }
    }
}

/// Whether a fix may be applied without looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// It can only be what was meant.
    Safe,
    /// It is a guess, or it changes what the policy does.
    Unsafe,
}

/// One replacement in the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// Bytes that go; none where something is put in.
    pub span: Range<usize>,
    /// Where they begin: counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// Where they end: the line of the first letter that stays.
    pub end_line: u32,
    /// The column of the first letter that stays.
    pub end_column: u32,
    /// What comes in their place.
    pub text: String,
}
