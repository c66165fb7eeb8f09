//! Tabs as indentation become spaces, where only one reading is possible.

use super::Fix;
use crate::source::Source;
use crate::yaml::{self, Kind, Node, Style};
use std::ops::Range;

/// How wide people make a level.
const WIDTHS: [usize; 3] = [2, 4, 8];

/// Spaces for all tabs that indent. None if the text cannot be read then, or if it
/// says different things with different widths.
pub(crate) fn tabs(source: &Source<'_>) -> Option<Fix> {
    let tabs = indenting(source.text);
    // Without one, reading again would find the same fault, and look for its fix.
    if tabs.is_empty() {
        return None;
    }
    let mut readings = WIDTHS.iter().filter_map(|width| {
        let (tree, changed) = reading(source, &tabs, *width)?;
        Some((tree, *width, changed))
    });
    let (tree, width, changed) = readings.next()?;
    let unclear = readings.any(|(other, ..)| !other.says_the_same(&tree));
    if unclear || holds_one(&tree, &changed) {
        return None;
    }
    let spaces = " ".repeat(width);
    let edits = tabs.into_iter().map(|tab| (tab, spaces.clone()));
    Some(source.fix("Indent with spaces", edits))
}

/// Each tab that stands before anything else in its line.
fn indenting(text: &str) -> Vec<Range<usize>> {
    let mut tabs = Vec::new();
    let mut start = 0;
    // A carriage return alone ends a line of YAML, too.
    for line in text.split_inclusive(['\n', '\r']) {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let leading = line.get(..indent).unwrap_or("");
        tabs.extend(
            leading
                .match_indices('\t')
                .map(|(at, _)| start + at..start + at + 1),
        );
        start += line.len();
    }
    tabs
}

/// The tree that the text has with such a width, and where tabs were in it.
fn reading(source: &Source<'_>, tabs: &[Range<usize>], width: usize) -> Option<(Node, Vec<usize>)> {
    let mut text = String::with_capacity(source.text.len() + tabs.len() * width);
    let mut changed = Vec::with_capacity(tabs.len());
    let mut done = 0;
    for tab in tabs {
        text.push_str(source.text.get(done..tab.start)?);
        changed.push(text.len());
        text.extend(std::iter::repeat_n(' ', width));
        done = tab.end;
    }
    text.push_str(source.text.get(done..)?);
    let mut scratch = Source::new(source.file, &text);
    let tree = yaml::read(&mut scratch)?;
    scratch
        .into_diagnostics()
        .is_empty()
        .then_some((tree, changed))
}

/// True if one of the places is within a block scalar, where white space counts.
fn holds_one(node: &Node, places: &[usize]) -> bool {
    match &node.kind {
        Kind::Scalar(scalar) => {
            scalar.style == Style::Block && places.iter().any(|place| node.span.contains(place))
        }
        Kind::List(items) => items.iter().any(|item| holds_one(item, places)),
        Kind::Map(entries) => entries.iter().any(|entry| holds_one(&entry.value, places)),
        Kind::Broken => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Code, check, fix};

    #[test]
    fn a_tab_that_no_line_begins_with_is_told_and_left() {
        for text in [
            "a: b\t\r\tc:\n",
            "a: b\t\rc:\t\r\td\n",
            "a:\n  - b\t\r\t\tc:\n\td{:\n\te\ne",
        ] {
            let found = check("p.yaml", text).diagnostics;
            let unreadable = [Code::Tab, Code::Syntax];
            assert!(
                found.iter().any(|one| unreadable.contains(&one.code)),
                "{found:?}"
            );
            let texts = [("p.yaml".to_owned(), text.to_owned())].into();
            let check = |texts: &std::collections::BTreeMap<String, String>| {
                let text = texts.get("p.yaml").map_or("", String::as_str);
                check("p.yaml", text).diagnostics
            };
            let once = fix(texts, &check).texts;
            assert_eq!(fix(once.clone(), &check).texts, once);
        }
    }
}
