//! Comments: none is lost, and those behind values stand in one column.

use serde_yaml::granit_parser::{Event, Parser, options};
use std::ops::Range;

/// Between a value and its comment.
const GAP: usize = 2;

/// Lines that are longer do not push the comments of others to the right.
const WIDE: usize = 60;

/// True if two texts have the same comments in the same order.
pub(super) fn same(a: &str, b: &str) -> bool {
    let texts = |text: &str| -> Vec<String> {
        let found = places(text).into_iter().filter_map(|place| text.get(place));
        found.map(|comment| comment.trim_end().to_owned()).collect()
    };
    texts(a) == texts(b)
}

/// Where the comments stand, with their `#`.
fn places(text: &str) -> Vec<Range<usize>> {
    let options = options! { emit_unresolved_aliases: true, emit_comments: true };
    let events = Parser::new_from_str_with_options(text, options);
    let comments = events.map_while(Result::ok).filter_map(|(event, span)| {
        matches!(event, Event::Comment(..)).then(|| span.byte_range())?
    });
    comments.collect()
}

/// One line of a text.
struct Line<'t> {
    /// Without white space and comment behind it.
    content: &'t str,
    /// The comment behind the content; none if it has the line for itself.
    comment: Option<&'t str>,
    end: &'t str,
}

/// Puts the comments behind values into one column for each paragraph.
pub(super) fn align(text: &str) -> String {
    let comments = places(text);
    let mut lines = Vec::new();
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        lines.push(line(text, start, whole, &comments));
        start += whole.len();
    }
    let mut out = String::with_capacity(text.len());
    for paragraph in lines.split_inclusive(|line| line.content.is_empty() && line.comment.is_none())
    {
        write(&mut out, paragraph);
    }
    out
}

fn line<'t>(text: &'t str, start: usize, whole: &'t str, comments: &[Range<usize>]) -> Line<'t> {
    let body = whole.trim_end_matches(['\n', '\r']);
    let end = whole.get(body.len()..).unwrap_or("");
    let within = start..start + body.len();
    let found = comments.iter().find(|place| within.contains(&place.start));
    let split = found.and_then(|place| {
        let content = text.get(start..place.start)?;
        let comment = text.get(place.start..within.end)?.trim_end();
        Some((content, comment))
    });
    match split {
        Some((indent, _)) if indent.trim().is_empty() => Line {
            content: body.trim_end(),
            comment: None,
            end,
        },
        Some((content, comment)) => Line {
            content: content.trim_end(),
            comment: Some(comment),
            end,
        },
        None => Line {
            content: body,
            comment: None,
            end,
        },
    }
}

fn write(out: &mut String, paragraph: &[Line<'_>]) {
    let width = |line: &Line<'_>| line.content.chars().count();
    let column = paragraph
        .iter()
        .filter(|line| line.comment.is_some())
        .map(width)
        .filter(|width| *width <= WIDE)
        .max()
        .unwrap_or(0);
    for line in paragraph {
        out.push_str(line.content);
        if let Some(comment) = line.comment {
            let gap = column.saturating_sub(width(line)) + GAP;
            out.extend(std::iter::repeat_n(' ', gap));
            out.push_str(comment);
        }
        out.push_str(line.end);
    }
}
