//! Policies that can be used, and are hardly what was meant: one file for each
//! warning, named after it.
//!
//! A lint says nothing where it is not sure.

pub(crate) mod empty_list;
pub(crate) mod included_and_excluded;
pub(crate) mod listed_twice;
mod mapped_twice;
mod matches_everybody;
mod never_holds;
mod repeated_rule;
mod unknown_status;
pub(crate) mod unused_value;

use crate::diagnostic::Code;
use crate::expression::{Marks, Place};
use crate::policy::Policy;
use crate::source::Source;
use crate::yaml;
use cel::common::ast::{CallExpr, Expr, IdedExpr, operators};
use muster_model::PolicyLine;

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

/// Something about a policy as a whole, told in the file that it stands in.
pub(crate) struct Finding {
    code: Code,
    /// The rule that it is about.
    at: PolicyLine,
    /// The way to its key; none for the whole line.
    way: Vec<String>,
    message: String,
    help: String,
}

/// Looks at a policy as a whole.
pub(crate) fn policy(policy: &Policy) -> Vec<Finding> {
    let mut findings = mapped_twice::check(policy);
    findings.extend(repeated_rule::check(policy));
    findings
}

/// Reports the findings about one file.
pub(crate) fn tell(source: &mut Source<'_>, findings: &[Finding]) {
    let file = source.file;
    for finding in findings.iter().filter(|one| one.at.file == file) {
        let way: Vec<&str> = finding.way.iter().map(String::as_str).collect();
        let span = match way.as_slice() {
            [] => source.span_of_line(finding.at.line),
            way => yaml::find(source, way),
        };
        source
            .report(finding.code, span, &finding.message)
            .help(&finding.help);
    }
}

/// Names of groups and units that are the same: those of LDAP are compared
/// without regard to case and to spaces behind commas.
pub(crate) fn folded(name: &str) -> String {
    if !name.contains('=') {
        return name.to_owned();
    }
    let parts = name.split(',').map(|part| part.trim().to_lowercase());
    parts.collect::<Vec<_>>().join(",")
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
