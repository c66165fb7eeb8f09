//! Policies that can be used, and are hardly what was meant: one file for each
//! warning, named after it.
//!
//! A lint says nothing where it is not sure.

mod matches_everybody;
mod never_holds;
mod unknown_status;

use crate::expression::{Marks, Place};
use cel::common::ast::{CallExpr, Expr, IdedExpr, operators};

/// A condition that was compiled, and where it stands.
pub(crate) struct Condition<'c, 's, 't, 'n> {
    /// Its tree, bound.
    pub(crate) tree: &'c IdedExpr,
    /// Where the parts of the tree stand in the expression.
    pub(crate) marks: &'c Marks,
    /// Where the expression stands in the file.
    pub(crate) place: &'c mut Place<'s, 't, 'n>,
    /// What it is, for messages: `where` in backticks.
    pub(crate) what: &'c str,
}

/// Looks at one condition.
pub(crate) fn condition(mut condition: Condition<'_, '_, '_, '_>) {
    // What compares with a word that no status is can never hold for that reason.
    if !unknown_status::check(&mut condition) {
        never_holds::check(&mut condition);
        matches_everybody::check(&mut condition);
    }
}

/// The operands of a chain of `&&` or of `||`; the expression itself if it is none.
fn operands<'e>(expr: &'e IdedExpr, operator: &str) -> Vec<&'e IdedExpr> {
    match &expr.expr {
        Expr::Call(CallExpr {
            func_name, args, ..
        }) if func_name == operator => args
            .iter()
            .flat_map(|operand| operands(operand, operator))
            .collect(),
        _ => vec![expr],
    }
}

/// The smallest parts of a condition that are joined by `&&` and `||` and of
/// which `is_so` is true, the whole condition first.
fn parts<'e>(expr: &'e IdedExpr, is_so: &dyn Fn(&IdedExpr) -> bool) -> Vec<&'e IdedExpr> {
    let below = [operators::LOGICAL_AND, operators::LOGICAL_OR]
        .into_iter()
        .map(|operator| operands(expr, operator))
        .find(|operands| operands.len() > 1);
    match below {
        _ if is_so(expr) => vec![expr],
        Some(below) => below
            .into_iter()
            .flat_map(|part| parts(part, is_so))
            .collect(),
        None => Vec::new(),
    }
}
