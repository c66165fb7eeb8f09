//! YAML as a tree in which everything knows its place.
//!
//! Built from the parser's events rather than with serde: a policy with ten
//! mistakes must give all ten, and serde stops at the first.

mod find;
mod plain;
mod remove;
mod spread;
mod syntax;
mod tree;
mod write;

pub(crate) use find::find;
pub(crate) use plain::Plain;
pub(crate) use remove::{entry as without_entry, item as without_item};
pub(crate) use spread::Spread;
pub(crate) use tree::{Entry, Kind, Node, Origin, Scalar, Style, read};
pub(crate) use write::{inside, may_begin_plain, quoted};
