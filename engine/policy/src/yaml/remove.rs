//! Which bytes go with a thing that is taken out of a file.
//!
//! Nothing is taken out where a comment would lose what it is about, or where
//! the form is unusual.

use super::tree::{Entry, Kind, Node, Style};
use std::ops::Range;

/// The bytes of one item of a list that is not its first.
pub(crate) fn item(text: &str, items: &[Node], place: usize) -> Option<Range<usize>> {
    let node = items.get(place)?;
    let end = end(text, node)?;
    let before = items.get(place.checked_sub(1)?)?;
    let between = text.get(before.span.end..node.span.start)?;
    match between.trim() {
        "," => Some(before.span.end..end),
        _ => {
            let start = line_start(text, node.span.start);
            let is_item = text.get(start..node.span.start)?.trim() == "-";
            if is_item {
                whole_lines(text, start..end)
            } else {
                None
            }
        }
    }
}

/// The bytes of an entry of a mapping.
pub(crate) fn entry(text: &str, entry: &Entry) -> Option<Range<usize>> {
    let end = end(text, &entry.value)?;
    let start = line_start(text, entry.at.start);
    if text.get(start..entry.at.start)?.trim().is_empty()
        && let Some(lines) = whole_lines(text, start..end)
    {
        return Some(lines);
    }
    let before = text.get(..entry.at.start)?.trim_end();
    if let Some(before) = before.strip_suffix(',') {
        return Some(before.len()..end);
    }
    let behind = text.get(end..)?;
    let rest = behind
        .trim_start()
        .strip_prefix(',')?
        .trim_start_matches(' ');
    before
        .ends_with('{')
        .then(|| entry.at.start..text.len() - rest.len())
}

/// Where a value ends, if it is one of those whose end is certain.
fn end(text: &str, node: &Node) -> Option<usize> {
    let certain = match &node.kind {
        Kind::Scalar(scalar) => scalar.style != Style::Block,
        Kind::List(_) | Kind::Map(_) => {
            let written = text.get(node.span.clone())?;
            written.starts_with(['[', '{']) && written.ends_with([']', '}'])
        }
        Kind::Broken => false,
    };
    certain.then_some(node.span.end)
}

fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or("");
    before.rfind('\n').map_or(0, |at| at + 1)
}

/// A range up to the end of its line, if nothing else stands there.
fn whole_lines(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(range.end..)?;
    let line = rest.split_inclusive('\n').next().unwrap_or("");
    line.trim()
        .is_empty()
        .then(|| range.start..range.end + line.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::super::read;
    use super::*;
    use crate::source::Source;

    /// Takes the second thing out of the mapping or list under `a`.
    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let root = read(&mut Source::new("p.yaml", text)).unwrap();
        let Kind::Map(entries) = &root.kind else {
            panic!("no mapping")
        };
        let range = match &entries.first().unwrap().value.kind {
            Kind::List(items) => item(text, items, 1),
            Kind::Map(entries) => entry(text, entries.get(1).unwrap()),
            _ => panic!("no collection"),
        };
        let without = range.map(|range| {
            let mut text = text.to_owned();
            text.replace_range(range, "");
            text
        });
        assert_eq!(without.as_deref(), expected, "{text}");
    }

    #[test]
    fn a_thing_goes_with_what_belongs_to_it() {
        check("a: [x, y, z]\n", Some("a: [x, z]\n"));
        check("a: [x, 'y']\n", Some("a: [x]\n"));
        check("a:\n  - x\n  - y\n  - z\n", Some("a:\n  - x\n  - z\n"));
        check("a:\n- x\n- \"y\"\n", Some("a:\n- x\n"));
        check("a: {x: 1, y: 2}\n", Some("a: {x: 1}\n"));
        check(
            "a:\n  x: 1\n  y: {z: [1]}\n  z: 3\n",
            Some("a:\n  x: 1\n  z: 3\n"),
        );
    }

    #[test]
    fn what_has_a_comment_or_no_certain_end_stays() {
        check("a:\n  - x\n  - y # why\n", None);
        check("a: [x, # why\n  y]\n", None);
        check("a:\n  x: 1\n  y:\n    z: 1\n  w: 2\n", None);
        check("a:\n  x: 1\n  y: |\n    z\n", None);
        check("a:\n  x: 1\n  y: 2 # why\n", None);
    }
}
