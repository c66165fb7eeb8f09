//! Finds the place of a key without checking anything.

use super::tree::{Kind, Node, read};
use crate::source::Source;
use std::ops::Range;

/// Where the key stands to which a way leads, or the last one on it that is there;
/// the beginning of the text if there is none. A step may hold several keys, or
/// places in lists, with dots between them.
pub(crate) fn find(source: &Source<'_>, way: &[&str]) -> Range<usize> {
    let mut scratch = Source::new(source.file, source.text);
    let root = read(&mut scratch);
    let start = root.as_ref().map_or(0, |root| root.span.start);
    let whole = way.join(".");
    root.and_then(|root| below(&root, &whole))
        .unwrap_or(start..start)
}

fn below(node: &Node, way: &str) -> Option<Range<usize>> {
    match &node.kind {
        Kind::Map(entries) => entries.iter().find_map(|entry| {
            let rest = rest(way, &entry.key)?;
            Some(below(&entry.value, rest).unwrap_or(entry.at.clone()))
        }),
        Kind::List(items) => {
            let (first, rest) = way.split_once('.').unwrap_or((way, ""));
            let item = items.get(first.parse::<usize>().ok()?)?;
            Some(below(item, rest).unwrap_or(item.span.clone()))
        }
        _ => None,
    }
}

/// What is left of a way behind a key.
fn rest<'w>(way: &'w str, key: &str) -> Option<&'w str> {
    let rest = way.strip_prefix(key)?;
    match rest.strip_prefix('.') {
        Some(rest) => Some(rest),
        None => rest.is_empty().then_some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_or_the_last_one_before_it_is_found() {
        let text = "provider:\n  config:\n    a.b: {c: [x, {d: y}]}\n    a: z\n";
        let source = Source::new("p.yaml", text);
        for (way, found) in [
            (&["provider", "config", "a"][..], "a"),
            (&["provider", "config", "a.b.c"], "c"),
            (&["provider", "config", "a.b.c.0"], "x"),
            (&["provider", "config", "a.b.c.1.d"], "d"),
            (&["provider", "config", "a.b.x"], "a.b"),
            (&["provider", "secrets", "pin"], "provider"),
            (&["provider", "config", ""], "config"),
            (&["scope"], ""),
        ] {
            assert_eq!(text.get(find(&source, way)), Some(found), "{way:?}");
        }
        assert_eq!(find(&Source::new("p.yaml", "a: ["), &["a"]), 0..0);
    }
}
