//! `values.NAME`: a value of the environment becomes a constant of the
//! expression, and never a part of its text.

use super::bind::Binder;
use super::shape::Shape;
use crate::diagnostic::Code;
use crate::values::{Given, unknown};
use crate::yaml::{Plain, Scalar, Style};
use cel::common::ast::{Expr, IdedExpr, ListExpr, LiteralValue};
use cel::common::types::{CelBool, CelDouble, CelInt, CelString};
use std::rc::Rc;

/// The variable that has them.
pub(super) const NAME: &str = "values";

impl Binder<'_, '_, '_, '_> {
    /// Binds `values.x`; none if it is not one.
    pub(super) fn value(&mut self, expr: &mut IdedExpr) -> Option<Shape> {
        let Expr::Select(select) = &expr.expr else {
            return None;
        };
        if !matches!(&select.operand.expr, Expr::Ident(name) if name == NAME) {
            return None;
        }
        let (name, is_test) = (select.field.clone(), select.test);
        let at = self.marks.selected(&select.operand);
        let extent = self.marks.extent(expr);
        let values = Rc::clone(self.values());
        let (literal, shape) = match values.get(&name) {
            Some(_) if is_test => (
                Expr::Literal(LiteralValue::Boolean(CelBool::from(true))),
                Shape::Bool,
            ),
            Some(Given::Scalar(scalar)) => literal(scalar),
            Some(Given::List(items)) => {
                let items = items.iter().map(|item| IdedExpr {
                    id: expr.id,
                    expr: literal(item).0,
                });
                (Expr::List(ListExpr::new(items.collect())), Shape::List)
            }
            Some(Given::Missing) => {
                // Reported where it is declared.
                self.spoil();
                return Some(Shape::Any);
            }
            None => {
                let span = self.span(at);
                self.spoil();
                unknown(self.source(), span, &name, &values);
                return Some(Shape::Any);
            }
        };
        self.uses.values.insert(name, format!("{:?}", literal));
        self.marks.set(expr.id, extent);
        expr.expr = literal;
        Some(shape)
    }

    /// `values` by itself is no value.
    pub(super) fn bare_values(&mut self, id: u64) -> Shape {
        let at = self.marks.token(id);
        self.report(Code::EntryUse, at, "`values` itself is no value")
            .help("Name one: `values.site`. The values of an attribute are `values(entry.mail)`.");
        Shape::Any
    }
}

fn literal(scalar: &Scalar) -> (Expr, Shape) {
    let plain = match scalar.style {
        Style::Plain => Plain::of(&scalar.text),
        _ => Plain::Text,
    };
    let (value, shape) = match plain {
        Plain::Bool(flag) => (LiteralValue::Boolean(CelBool::from(flag)), Shape::Bool),
        Plain::Whole(number) => (LiteralValue::Int(CelInt::from(number)), Shape::Whole),
        Plain::Float(number) => (
            LiteralValue::Double(CelDouble::from(number)),
            Shape::Fraction,
        ),
        Plain::Null | Plain::Ambiguous | Plain::Text => (
            LiteralValue::String(CelString::from(scalar.text.clone())),
            Shape::Text,
        ),
    };
    (Expr::Literal(value), shape)
}
