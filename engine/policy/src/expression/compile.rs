//! From a scalar of the policy to an expression, or to diagnostics.

use super::bind::{Binder, Bound};
use super::functions::ENV;
use super::limits;
use super::marks::Marks;
use super::place::Place;
use super::shape::Shape;
use super::syntax::syntax_error;
use super::{Expression, Uses};
use crate::check::attributes::Attributes;
use crate::check::reader;
use crate::diagnostic::Code;
use crate::fix::Fix;
use crate::lint;
use crate::source::Source;
use crate::yaml::{Kind, Node, Origin, Spread, Style};
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
pub(super) type Unreadable = Option<ParseErrors>;

/// Parses with the crate's parser, which is generated code: on a thread of its
/// own, with the stack that it needs, and where a panic of it ends nothing.
pub(super) fn parse(text: &str) -> Result<(IdedExpr, SourceInfo), Unreadable> {
    std::thread::scope(|scope| {
        let work = || ENV.parser().parse_with_source_info(text);
        let thread = std::thread::Builder::new()
            .stack_size(limits::PARSER_STACK)
            .spawn_scoped(scope, work);
        let outcome = thread.map_err(|_| None)?.join().map_err(|_| None)?;
        outcome.map_err(Some)
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
