//! The texts that projects are made of, as the build script found them.

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// A text of a table; the build script puts all of them there, and tests ask for
/// each.
pub(crate) fn find(table: &'static [(&str, &str)], path: &str) -> &'static str {
    let found = table.iter().find(|(known, _)| *known == path);
    found.map_or("", |(_, text)| *text)
}
