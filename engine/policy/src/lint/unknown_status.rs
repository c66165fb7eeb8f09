//! `status` is compared with a word that it never is.

use super::Condition;
use crate::check::reader::listing;
use crate::diagnostic::Code;
use crate::expression::STATUS;
use crate::nearest::only_near;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

/// True if there is such a comparison.
pub(super) fn check(condition: &mut Condition<'_, '_, '_, '_>) -> bool {
    let mut words = Vec::new();
    comparisons(condition.tree, &mut words);
    words.retain(|(_, word)| !STATUS.contains(word));
    for (literal, word) in &words {
        let at = condition.marks.token(literal.id);
        let fix = only_near(word, STATUS).and_then(|near| {
            let text = format!("\"{near}\"");
            condition
                .place
                .fix(&format!("Write `{text}`"), &[(at.clone(), &text)])
        });
        condition
            .place
            .report(
                Code::UnknownStatus,
                at,
                format!("`status` is never `{word}`"),
            )
            .help(format!("It is one of {}.", listing(STATUS)))
            .maybe_fix(fix);
    }
    !words.is_empty()
}

/// All texts that the status is compared with.
fn comparisons<'e>(expr: &'e IdedExpr, words: &mut Vec<(&'e IdedExpr, &'e str)>) {
    let mut literal = |expr: &'e IdedExpr| {
        if let Expr::Literal(LiteralValue::String(text)) = &expr.expr {
            words.push((expr, text.inner()));
        }
    };
    match &expr.expr {
        Expr::Call(CallExpr {
            func_name,
            args,
            target: None,
        }) => match (func_name.as_str(), args.as_slice()) {
            (operators::EQUALS | operators::NOT_EQUALS, [a, b]) if is_status(a) => literal(b),
            (operators::EQUALS | operators::NOT_EQUALS, [a, b]) if is_status(b) => literal(a),
            (
                operators::IN,
                [
                    IdedExpr {
                        expr: Expr::Ident(name),
                        ..
                    },
                    IdedExpr {
                        expr: Expr::List(list),
                        ..
                    },
                ],
            ) if name == "@status" => {
                list.elements.iter().for_each(literal);
            }
            _ => args.iter().for_each(|part| comparisons(part, words)),
        },
        Expr::Call(call) => {
            let parts = call.target.iter().map(AsRef::as_ref).chain(&call.args);
            parts.for_each(|part| comparisons(part, words));
        }
        Expr::Comprehension(inner) => {
            comparisons(&inner.iter_range, words);
            comparisons(&inner.loop_step, words);
        }
        _ => {}
    }
}

fn is_status(expr: &IdedExpr) -> bool {
    matches!(&expr.expr, Expr::Ident(name) if name == "@status")
}
