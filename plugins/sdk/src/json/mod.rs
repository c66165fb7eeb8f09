//! People out of JSON pages, without a tree: what a policy does not read is
//! skipped, and what it reads is borrowed from the page.
//!
//! A [`Selection`] is compiled once from paths; [`Selection::read`] then walks
//! each page once and hands over one [`Record`] after the other.
//!
//! ```
//! use muster_sdk::json::{At, Selection};
//!
//! let selection = Selection::new(["id", "name.givenName", r#"emails[type eq "work"].value"#])?;
//! let page = br#"{"total": 1, "people": [
//!     {"id": 7, "name": {"givenName": "Bj\u00f6rn"},
//!      "emails": [{"value": "b@home.example"}, {"value": "b@example.org", "type": "work"}]}]}"#;
//! let mut seen = Vec::new();
//! let rest = selection.read(page, At::Member("people"), |person| {
//!     seen.push((0..3).map(|slot| person.first(slot).unwrap_or("").to_owned()).collect::<Vec<_>>());
//! })?;
//! assert_eq!(seen, [["7", "Björn", "b@example.org"]]);
//! assert_eq!(rest.number("total"), Some(1));
//! # Ok::<(), muster_sdk::Failure>(())
//! ```
//!
//! # The language of paths
//!
//! | path | leads to |
//! | --- | --- |
//! | `title` | the member `title` |
//! | `name.givenName` | the member `givenName` of the object `name` |
//! | `emails.value` | the member `value` of each element of the list `emails` |
//! | `emails[type eq "work"].value` | the same, of those elements whose `type` is `work` |
//! | `phones[primary eq true and type ne "fax"].value` | several conditions: all must hold |
//! | `["odd.name"].x` | a name with dots or brackets, as a JSON string in brackets |
//! | `urn:example:2.0:User:department` | the member `department` of the object `urn:example:2.0:User` |
//!
//! - A list stands for its elements, however deep: wherever a path meets one, it
//!   goes on in each element. So a path may have any number of values, which come
//!   in the order of the page.
//! - A value is the text of a string, or the JSON text of a number or a boolean
//!   with the digits that the page has. `null`, an object and an empty list are
//!   no value; [`Record::is_present`] tells them from a missing name.
//! - A condition compares text: `primary eq true` holds for `true` and `"true"`.
//!   A missing name equals nothing, so `eq` fails and `ne` holds.
//! - Where a path leads on and a text, number or boolean stands in its way, there
//!   is no value – unless [`Builder::bare`] names a member that it stands for.
//! - Names are compared exactly, or with [`Builder::any_case`] without regard to
//!   ASCII case, as then are the texts in conditions.
//!
//! A page that is no JSON, that has a selected name twice in one object, or whose
//! records are no list of objects is a failure of kind `data` that says where.

mod leaf;
mod list;
mod path;
mod people;
mod record;
mod rest;
mod selection;
mod trie;
mod walk;

#[cfg(test)]
mod tests;

pub use people::People;
pub use record::Record;
pub use rest::Rest;
pub use selection::{At, Builder, Selection};
