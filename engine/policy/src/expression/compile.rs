//! From a scalar of the policy to an expression, or to diagnostics.

use super::bind::{Binder, Bound};
use super::functions::ENV;
use super::limits;
use super::marks::Marks;
use super::place::{Place, replaced};
use super::repair;
use super::shape::Shape;
use super::{Expression, Uses};
use crate::check::attributes::Attributes;
use crate::check::reader;
use crate::diagnostic::Code;
use crate::fix::Fix;
use crate::lint;
use crate::source::Source;
use crate::yaml::{self, Kind, Node, Origin, Spread, Style};
use cel::ParseErrors;
use cel::common::ast::{IdedExpr, SourceInfo};
use std::ops::Range;

/// What an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Must be true or false.
    Condition,
    /// Becomes a field's value.
    Value,
}

/// Compiles the expression in `node`. Attributes that it reads are added to
/// `attributes`; whatever is wrong is reported.
pub(crate) fn compile(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    node: &Node,
    what: &str,
    purpose: Purpose,
) -> Option<Expression> {
    let text = reader::filled(source, node, what)?;
    let Kind::Scalar(scalar) = &node.kind else {
        return None;
    };
    if scalar.origin == Origin::Value {
        source
            .report(
                Code::ValueInExpression,
                node.span.clone(),
                "A value cannot become part of an expression's text",
            )
            .help("Name it as a constant: `values.site`, without `${{ }}` and quotes.");
        return None;
    }
    let plain = scalar.style == Style::Plain;
    let spread = Spread::of(scalar, &node.span, source.text);
    let mut place = Place {
        comment_follows: plain && comment_follows(source.text, node.span.end),
        source,
        spread,
        scalar,
        whole: node.span.clone(),
    };
    if let Some(excess) = limits::excess(text) {
        place
            .report(Code::ExpressionTooLarge, 0..text.len(), excess)
            .help("Split it into several rules or fields.");
        return None;
    }
    let (mut expr, info) = match parse(text) {
        Ok(parsed) => parsed,
        Err(errors) => {
            syntax_error(&mut place, text, &errors);
            return None;
        }
    };
    let mut marks = Marks {
        text: text.to_owned(),
        info,
    };
    let whole = marks.extent(&expr);
    let mut binder = Binder::new(&mut marks, &mut place, attributes);
    let shape = binder.bind(&mut expr);
    let Bound { uses, ok } = binder.finish();
    let fits = ok && fits(&mut place, &uses, shape, purpose, whole);
    // With values of the environment, what is so here may be otherwise elsewhere.
    if fits && purpose == Purpose::Condition && !uses.is_constant() && uses.values.is_empty() {
        lint::condition(lint::Condition {
            tree: &expr,
            marks: &marks,
            place: &mut place,
            what,
        });
    }
    fits.then(|| Expression::new(place.source.line(node.span.start), text, expr, uses))
}

fn comment_follows(text: &str, end: usize) -> bool {
    let line = text.get(end..).and_then(|rest| rest.lines().next());
    line.is_some_and(|line| line.trim_start().starts_with('#'))
}

/// Why there is no tree: what the parser says, or nothing if it died.
type Unreadable = Option<ParseErrors>;

/// Parses with the crate's parser, which is generated code: on a thread of its
/// own, with the stack that it needs, and where a panic of it ends nothing.
fn parse(text: &str) -> Result<(IdedExpr, SourceInfo), Unreadable> {
    std::thread::scope(|scope| {
        let work = || ENV.parser().parse_with_source_info(text);
        let thread = std::thread::Builder::new()
            .stack_size(limits::PARSER_STACK)
            .spawn_scoped(scope, work);
        let outcome = thread.map_err(|_| None)?.join().map_err(|_| None)?;
        outcome.map_err(Some)
    })
}

fn syntax_error(place: &mut Place<'_, '_, '_>, text: &str, errors: &Unreadable) {
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

/// Checks the whole expression's kind against what it is for.
fn fits(
    place: &mut Place<'_, '_, '_>,
    uses: &Uses,
    shape: Shape,
    purpose: Purpose,
    whole: Range<usize>,
) -> bool {
    match purpose {
        Purpose::Condition if !shape.may_be_bool() => {
            let help = match shape {
                Shape::Attribute => "Compare it, or ask whether it is there: `has(entry.mail)`.",
                _ => "A condition compares something: `entry.employeeType == \"service\"`.",
            };
            let message = format!("The condition gives {}, never true or false", shape.words());
            let fix = asks_whether_there(place, &whole);
            place
                .report(Code::NotACondition, whole, message)
                .help(help)
                .maybe_fix(fix);
            false
        }
        Purpose::Condition if uses.is_constant() => {
            place
                .report(
                    Code::ConstantCondition,
                    whole,
                    "The condition is the same for everybody",
                )
                .help("It reads neither `entry` nor `groups`, `status` or `now`.");
            true
        }
        Purpose::Value
            if matches!(
                shape,
                Shape::Map | Shape::Bytes | Shape::Type | Shape::Duration
            ) =>
        {
            let message = format!(
                "The expression gives {}, which no field can hold",
                shape.words()
            );
            place
                .report(Code::NotAValue, whole, message)
                .help("A field holds a text or a list of texts; numbers, times and truth values become texts.");
            false
        }
        _ => true,
    }
}

/// `entry.mail` as a condition is mostly meant as `has(entry.mail)`.
fn asks_whether_there(place: &Place<'_, '_, '_>, whole: &Range<usize>) -> Option<Fix> {
    let attribute = place
        .scalar
        .text
        .get(whole.clone())?
        .strip_prefix("entry.")?;
    if !attribute.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let parts = [
        (whole.start..whole.start, "has("),
        (whole.end..whole.end, ")"),
    ];
    let fix = place.fix(
        &format!("Ask whether it is there: `has(entry.{attribute})`"),
        &parts,
    );
    fix.map(Fix::guess)
}
