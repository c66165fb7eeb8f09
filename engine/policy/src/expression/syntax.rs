//! What is said of an expression that cannot be read.

use super::compile::{Unreadable, parse};
use super::limits;
use super::place::{Place, replaced};
use super::repair;
use crate::diagnostic::Code;
use crate::fix::Fix;
use crate::yaml;
use std::ops::Range;

/// Reports an expression that cannot be read.
pub(super) fn syntax_error(place: &mut Place<'_, '_, '_>, text: &str, errors: &Unreadable) {
    let first = errors.as_ref().and_then(|errors| errors.errors.first());
    let at = first.map_or(0..text.len(), |error| position(text, error.pos));
    let why = first.map_or_else(
        || "it makes no sense".to_owned(),
        |error| plain_words(&error.msg),
    );
    let help = advice(place, text, &why);
    let fix = in_quotes(place).or_else(|| in_cel(place, text));
    place
        .report(
            Code::ExpressionSyntax,
            at,
            format!("The expression cannot be read: {why}"),
        )
        .label("reading stopped here")
        .maybe_help(help)
        .maybe_fix(fix);
}

/// Quotes around what was written up to the end of the line, if it can be read
/// then.
fn in_quotes(place: &Place<'_, '_, '_>) -> Option<Fix> {
    if !place.comment_follows {
        return None;
    }
    let rest = place.source.text.get(place.whole.start..)?;
    let written = rest.lines().next()?.trim_end();
    if !can_be_read(written) {
        return None;
    }
    let span = place.whole.start..place.whole.start + written.len();
    let edits = [(span, yaml::quoted(written))];
    Some(
        place
            .source
            .fix("Put the whole expression in quotes", edits),
    )
}

/// The operators as CEL has them, if the expression can be read then.
fn in_cel(place: &Place<'_, '_, '_>, text: &str) -> Option<Fix> {
    let parts = repair::foreign(text);
    if parts.is_empty() || !can_be_read(&replaced(text, &parts)?) {
        return None;
    }
    place.fix("Write the operators as CEL has them", &parts)
}

/// True if a text is an expression, whatever its names mean.
pub(crate) fn can_be_read(text: &str) -> bool {
    limits::excess(text).is_none() && parse(text).is_ok()
}

/// A line and a column, both counted from 1, as a range of one character.
fn position(text: &str, (line, column): (isize, isize)) -> Range<usize> {
    let (Ok(line), Ok(column)) = (usize::try_from(line - 1), usize::try_from(column - 1)) else {
        return 0..text.len();
    };
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let within = rest
        .char_indices()
        .nth(column)
        .map_or(rest.trim_end().len(), |(at, _)| at);
    let at = start + within;
    let one = text.get(at..).and_then(|rest| rest.chars().next());
    at..at + one.map_or(0, char::len_utf8)
}

/// The generated parser lists every token that it expected; nobody wants that.
fn plain_words(message: &str) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let message = message.split(" expecting ").next().unwrap_or(message);
    if message.contains("'<EOF>'") {
        return "it ends too early".to_owned();
    }
    for (begins, says) in [
        ("mismatched input ", "unexpected "),
        ("extraneous input ", "unexpected "),
        ("no viable alternative at input ", "unexpected "),
        ("token recognition error at: ", "makes no sense: "),
    ] {
        if let Some(rest) = message.strip_prefix(begins) {
            let token = rest
                .strip_prefix('\'')
                .and_then(|rest| rest.strip_suffix('\''));
            return format!(
                "{says}`{}`",
                token.unwrap_or(rest).replace("\\n", " ").trim()
            );
        }
    }
    message.trim_end_matches('.').to_owned()
}

fn advice(place: &Place<'_, '_, '_>, text: &str, why: &str) -> Option<String> {
    if place.comment_follows {
        return Some(
            "YAML takes ` #` for a comment; put the whole expression in quotes.".to_owned(),
        );
    }
    if why.contains("has() macro") {
        return Some("`has` takes `entry.NAME`; for other names compare with null: `entry[\"x y\"] != null`.".to_owned());
    }
    if why.contains("unsupported syntax") {
        return Some(
            "Absent attributes are null here; test them with `has(entry.mail)`.".to_owned(),
        );
    }
    if why.starts_with("makes no sense") && (why.contains("`\"") || why.contains("`'")) {
        return Some("A quote is opened and never closed.".to_owned());
    }
    if why.starts_with("makes no sense") && why.chars().any(|c| !c.is_ascii() && c.is_alphabetic())
    {
        return Some(
            "Names with other letters than a–z are written `entry[\"Größe\"]`, texts in quotes."
                .to_owned(),
        );
    }
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .collect();
    for (word, sign) in [("and", "&&"), ("or", "||"), ("not", "!")] {
        if words.iter().any(|found| found.eq_ignore_ascii_case(word)) {
            return Some(format!("Write `{sign}` for {word}."));
        }
    }
    single_equals(text).then(|| "Write `==` to compare.".to_owned())
}

fn single_equals(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, &byte)| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let beside =
            |other: Option<&u8>, signs: &[u8]| other.is_some_and(|other| signs.contains(other));
        byte == b'=' && !beside(before, b"=!<>") && !beside(bytes.get(at + 1), b"=")
    })
}
