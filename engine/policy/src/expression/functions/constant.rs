//! Constant texts that mean more than they are: patterns, notations of a time,
//! time zones. They are compiled with the expression, so that a wrong one is
//! told before anything is read.

use crate::constant::{self, Notation, Unusable};
use cel::common::types::Type;
use cel::common::value::{StaticVal, Val};
use chrono_tz::Tz;
use regex::Regex;
use std::any::Any;

/// What a constant text is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// A regular expression.
    Pattern,
    /// By which a time is read.
    Reading,
    /// By which a time is written.
    Writing,
    /// The name of a time zone.
    Zone,
}

impl Kind {
    /// What it is, as a noun.
    pub(in super::super) fn word(self) -> &'static str {
        match self {
            Self::Pattern => "pattern",
            Self::Reading | Self::Writing => "format",
            Self::Zone => "time zone",
        }
    }

    /// What it is, for signatures.
    pub(in super::super) fn words(self) -> &'static str {
        match self {
            Self::Pattern => "a constant pattern",
            Self::Reading | Self::Writing => "a constant format",
            Self::Zone => "a constant time zone",
        }
    }
}

/// A text that was compiled with the expression.
#[derive(Clone, Debug)]
pub(in super::super) enum Constant {
    Pattern(Regex),
    Notation(Notation),
    Zone(Tz),
}

impl Constant {
    /// Compiles a text.
    pub(in super::super) fn compile(kind: Kind, text: &str) -> Result<Self, Unusable> {
        match kind {
            Kind::Pattern => constant::pattern(text)
                .map(Self::Pattern)
                .map_err(|why| Unusable {
                    why,
                    help:
                        "In an expression a backslash is doubled, or the text is raw: `r\"\\d+\"`."
                            .to_owned(),
                }),
            Kind::Reading => Notation::reading(text).map(Self::Notation),
            Kind::Writing => Notation::writing(text).map(Self::Notation),
            Kind::Zone => constant::zone(text).map(Self::Zone),
        }
    }
}

// Their names stand in messages.
static PATTERN: Type = Type::new_unspecified_type("a pattern");
static FORMAT: Type = Type::new_unspecified_type("a format");
static ZONE: Type = Type::new_unspecified_type("a time zone");

impl Val for Constant {
    fn get_type(&self) -> &Type {
        match self {
            Self::Pattern(_) => &PATTERN,
            Self::Notation(_) => &FORMAT,
            Self::Zone(_) => &ZONE,
        }
    }

    fn cel_type() -> &'static Type {
        &PATTERN
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Constant {}
