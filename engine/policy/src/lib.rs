//! YAML text to a checked policy, or to diagnostics with their places.
//!
//! This crate knows nothing about files, networks, clocks, accounts or plans:
//! text in, [`Policy`] or [`Diagnostic`]s out.
//!
//! [`check_with`] is the entry point, [`check`] and [`parse`] are for a policy that
//! stands alone, and [`render`] shows diagnostics with their lines. Files that a
//! policy names are handed in ([`Files`]). A checked policy has known
//! names and compiled expressions only; an [`Evaluator`] runs one of them for
//! many people.
//!
//! INVARIANT: no text makes this crate panic, and the same text gives the same
//! policy and the same diagnostics.
//!
//! Reading order: `policy` is what comes out; [`language`] lists every key;
//! `yaml` reads the text, `values` puts an environment's values in, `check` turns
//! it into a policy section by section, `expression` is CEL; `valuer` runs a
//! mapping for one person after the other, `usernames` the one that names them.

mod adoption;
mod approval;
mod beside;
mod check;
mod constant;
mod diagnostic;
pub mod document;
mod draft;
mod exception;
mod expression;
mod fix;
mod format;
mod grace;
mod group_rule;
pub mod language;
mod licences;
mod lint;
mod literals;
mod nearest;
mod pages;
mod places;
mod policy;
mod reference;
mod render;
mod sensitive;
mod source;
mod text;
mod texts;
mod time;
mod trace;
mod transform;
mod typed;
mod usernames;
mod valuer;
mod values;
mod yaml;

pub use adoption::{Adopt, MappingRow, MatchKey, Standing};
pub use approval::{ApprovalTerms, KEY_KIND};
pub use beside::{Beneath, Beside, FileTexts, Files, NamedText, NoFiles, shown};
pub use check::{Checked, check, check_with, parse};
pub use diagnostic::{Code, Diagnostic, Severity};
pub use draft::Draft;
pub use exception::{Exception, ExceptionDeed, Person};
pub use expression::{
    CallStyle, Evaluator, Expression, ExpressionFailed, Function, Leaf, Parameter, functions,
};
pub use fix::{Applicability, Applied, Edit, Fix, Fixed, fix};
pub use format::{NotFormatted, format};
pub use grace::{Grace, Unblock};
pub use group_rule::{Gift, GroupRule, is_same as is_same_group};
pub use licences::{LicenceTerms, SeatCount};
pub use literals::words;
pub use nearest::nearest;
pub use policy::*;
pub use reference::{By, Cycles, Reference};
pub use render::{Colour, render};
pub use texts::Texts;
pub use trace::{Trace, TraceStep};
pub use transform::{StepFailed, Transform};
pub use usernames::Usernames;
pub use valuer::{MappingFailed, Valuer};

/// JSON Schema (draft 2020-12) of the policy language, for editors: what
/// [`language::schema`] makes, as it is shipped.
pub const SCHEMA: &str = include_str!("../../../policies/policy.schema.json");
