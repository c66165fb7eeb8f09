//! Quotes around an expression in which YAML reads something of its own.

use super::Fix;
use crate::expression::{can_be_read, token};
use crate::language::{Takes, sections};
use crate::source::Source;
use crate::yaml;
use std::ops::Range;

/// Quotes around the expression at a place that YAML does not get along with, if it
/// is the value of a key that takes one, and can be read then.
pub(crate) fn quotes(source: &Source<'_>, at: usize) -> Option<Fix> {
    let start = source
        .text
        .get(..at)?
        .rfind('\n')
        .map_or(0, |line| line + 1);
    let line = source.text.get(start..)?.lines().next()?;
    let mut values = keys().filter_map(|key| value(line, key));
    let span = values.find(|span| (span.start..=span.end).contains(&(at - start)))?;
    let written = line.get(span.clone())?;
    if !can_be_read(written) {
        return None;
    }
    let edits = [(start + span.start..start + span.end, yaml::quoted(written))];
    Some(source.fix("Put the whole expression in quotes", edits))
}

/// Names of keys that take expressions.
fn keys() -> impl Iterator<Item = &'static str> {
    let all = sections().iter().flat_map(|section| section.keys);
    all.filter(|key| takes_expression(&key.takes))
        .map(|key| key.name)
}

fn takes_expression(takes: &Takes) -> bool {
    match takes {
        Takes::Expression => true,
        Takes::OneOf(several) => several.iter().any(takes_expression),
        _ => false,
    }
}

/// Where the value of a key stands in a line, as its author meant it.
fn value(line: &str, key: &str) -> Option<Range<usize>> {
    let places = line.match_indices(key).map(|(at, _)| at);
    let (at, rest) = places.into_iter().find_map(|at| {
        let before = line.get(..at)?.chars().next_back();
        let rest = line.get(at + key.len()..)?.strip_prefix(": ")?;
        let alone = before.is_none_or(|c| c.is_whitespace() || "{,-".contains(c));
        alone.then_some((at, rest))
    })?;
    let in_flow = line.get(..at)?.contains('{');
    let start = line.len() - rest.trim_start().len();
    let length = length(line.get(start..)?, in_flow);
    Some(start..start + length)
}

/// Up to a comment, or to the sign that ends a value within brackets.
fn length(text: &str, in_flow: bool) -> usize {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        match first {
            '(' | '[' | '{' => open += 1,
            '}' | ',' if in_flow && open == 0 => break,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '#' if text.get(..at).is_some_and(|before| before.ends_with(' ')) => break,
            _ => {}
        }
        at += token(rest, first);
    }
    text.get(..at).unwrap_or(text).trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_found_as_it_was_meant() {
        for (line, found) in [
            ("  where: \"a\" in groups", "\"a\" in groups"),
            ("  where: !has(entry.a)  # why", "!has(entry.a)"),
            (
                "  - {name: a, when: \"x\" in [\"y\", \"z\"]}",
                "\"x\" in [\"y\", \"z\"]",
            ),
            (
                "  when: has(entry.a) ? \"b\" : \"c # d\"",
                "has(entry.a) ? \"b\" : \"c # d\"",
            ),
            ("f: {expr: a ? b : c, mode: create}", "a ? b : c"),
        ] {
            let spans = keys().filter_map(|key| value(line, key));
            let mut texts: Vec<&str> = spans.filter_map(|span| line.get(span)).collect();
            // Several sections have a key of that name.
            texts.dedup();
            assert_eq!(texts, [found], "{line}");
        }
    }
}
