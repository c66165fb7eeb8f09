//! Lengths of time, as policies write them: `14d`, `3 reads`.

use super::reader;
use crate::diagnostic::Code;
use crate::grace::{Grace, Unblock};
use crate::source::Source;
use crate::yaml::Node;

/// The longest grace, in days and in reads.
const LONGEST: u32 = 3650;
const MOST_READS: u32 = 1000;
/// A grace beyond this many days is hardly meant.
const YEAR: u32 = 366;

/// The grace of a rule: days.
pub(super) fn days_of_grace(source: &mut Source<'_>, node: &Node) -> Option<u32> {
    let days = days(source, node, "`grace`", LONGEST, "`14d`")?;
    warn_of_length(source, node, days);
    Some(days)
}

/// The grace of the scope: days, or complete reads.
pub(super) fn grace(source: &mut Source<'_>, node: &Node) -> Option<Grace> {
    let text = reader::text(source, node, "`grace`")?;
    let reads = text.strip_suffix("reads").or(text.strip_suffix("read"));
    let Some(reads) = reads else {
        return match digits(text.strip_suffix('d')) {
            None => unreadable(source, node, text, "`grace`", "`14d`, or `3 reads`"),
            Some(_) => days_of_grace(source, node).map(Grace::Days),
        };
    };
    match digits(Some(reads.trim_end())) {
        None => unreadable(source, node, text, "`grace`", "`14d`, or `3 reads`"),
        Some(Some(reads @ 1..=MOST_READS)) => Some(Grace::Reads(reads)),
        Some(_) => {
            let range = format!("from `1 read` to `{MOST_READS} reads`");
            out_of_range(source, node, text, "`grace`", &range)
        }
    }
}

/// How many days ahead plans look, unless the policy says otherwise, and at most.
const AHEAD: u32 = 30;
const FARTHEST: u32 = 366;

/// How far plans look ahead; `none`: they do not.
pub(super) fn upcoming(source: &mut Source<'_>, node: Option<&Node>) -> Option<u32> {
    let Some(node) = node else {
        return Some(AHEAD);
    };
    match reader::text(source, node, "`upcoming`")? {
        "none" => None,
        _ => days(source, node, "`upcoming`", FARTHEST, "`30d`, or `none`"),
    }
}

/// A whole number of days from 1 to `most`: `14d`.
fn days(source: &mut Source<'_>, node: &Node, what: &str, most: u32, example: &str) -> Option<u32> {
    let text = reader::text(source, node, what)?;
    match digits(text.strip_suffix('d')) {
        None => unreadable(source, node, text, what, example),
        Some(Some(days)) if (1..=most).contains(&days) => Some(days),
        Some(_) => {
            let range = format!("from `1d` to `{most}d`");
            out_of_range(source, node, text, what, &range)
        }
    }
}

/// Who undoes a block.
pub(super) fn unblock(source: &mut Source<'_>, node: Option<&Node>) -> Unblock {
    let words = [("auto", Unblock::Auto), ("manual", Unblock::Manual)];
    node.and_then(|node| reader::word(source, node, "`unblock`", &words))
        .unwrap_or_default()
}

/// `None` if it is no number, `Some(None)` if it is too large for one.
fn digits(text: Option<&str>) -> Option<Option<u32>> {
    let text = text.filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))?;
    Some(text.parse().ok())
}

fn unreadable<T>(
    source: &mut Source<'_>,
    node: &Node,
    text: &str,
    what: &str,
    example: &str,
) -> Option<T> {
    let message = format!("`{text}` is not possible for {what}");
    source
        .report(Code::UnknownWord, node.span.clone(), message)
        .help(format!("Write a number and its unit: {example}."));
    None
}

fn out_of_range<T>(
    source: &mut Source<'_>,
    node: &Node,
    text: &str,
    what: &str,
    range: &str,
) -> Option<T> {
    let message = format!("{what} cannot be `{text}`");
    source
        .report(Code::OutOfRange, node.span.clone(), message)
        .help(format!("It can be anything {range}."));
    None
}

fn warn_of_length(source: &mut Source<'_>, node: &Node, days: u32) {
    if days > YEAR {
        let message = format!("A grace of {days} days keeps people in for more than a year");
        source
            .report(Code::LongGrace, node.span.clone(), message)
            .help("If nobody is to be blocked for it, leave the condition out.");
    }
}
