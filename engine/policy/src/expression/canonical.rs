//! An expression as a text that is the same for the same meaning: without
//! places, without the choice of quotes and white space.

use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use std::fmt::Write as _;

/// Writes a bound expression; variables by their bound names.
pub(super) fn canonical(expr: &IdedExpr) -> String {
    canonical_with(expr, &|name| name.to_owned())
}

/// Writes a bound expression, with names of the caller's for its variables.
pub(super) fn canonical_with(expr: &IdedExpr, name: &dyn Fn(&str) -> String) -> String {
    let mut out = String::new();
    write(&mut out, expr, name);
    out
}

fn write(out: &mut String, expr: &IdedExpr, name: &dyn Fn(&str) -> String) {
    match &expr.expr {
        Expr::Ident(variable) => out.push_str(&name(variable)),
        // Writing to a string cannot fail, here and below.
        Expr::Literal(literal) => drop(write!(out, "{literal:?}")),
        Expr::Call(call) => {
            let _ = write!(out, "{}(", call.func_name);
            let parts = call.target.iter().map(AsRef::as_ref).chain(&call.args);
            all(out, parts, name);
        }
        Expr::List(list) => {
            out.push_str("list(");
            all(out, &list.elements, name);
        }
        Expr::Select(select) => {
            let _ = write!(out, "select({}, ", select.field);
            all(out, [select.operand.as_ref()], name);
        }
        Expr::Map(map) => {
            out.push_str("map(");
            let entries = map.entries.iter().filter_map(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => Some([&entry.key, &entry.value]),
                EntryExpr::StructField(_) => None,
            });
            all(out, entries.flatten(), name);
        }
        Expr::Comprehension(inner) => {
            let _ = write!(out, "loop({}, ", inner.iter_var);
            let parts = [
                &inner.iter_range,
                &inner.accu_init,
                &inner.loop_cond,
                &inner.loop_step,
                &inner.result,
            ];
            all(out, parts, name);
        }
        Expr::Struct(_) | Expr::Unspecified => out.push('?'),
    }
}

fn all<'e>(
    out: &mut String,
    parts: impl IntoIterator<Item = &'e IdedExpr>,
    name: &dyn Fn(&str) -> String,
) {
    for part in parts {
        write(out, part, name);
        out.push_str(", ");
    }
    out.push(')');
}
