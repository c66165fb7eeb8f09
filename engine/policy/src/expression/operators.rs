//! Operators: what they take, and what they give.

use super::bind::Binder;
use super::functions::ADD;
use super::shape::Shape;
use crate::diagnostic::Code;
use crate::fix::Fix;
use cel::common::ast::{CallExpr, Expr, IdedExpr, operators};

const NEVER_EQUAL: &str = "is never equal to";

impl Binder<'_, '_, '_, '_> {
    /// Binds the operands of an operator and checks that they can meet.
    /// Returns the operator's new name, if it gets one.
    pub(super) fn operation(
        &mut self,
        id: u64,
        call: &mut CallExpr,
    ) -> (Shape, Option<&'static str>) {
        let shapes: Vec<Shape> = call
            .args
            .iter_mut()
            .map(|operand| self.bind(operand))
            .collect();
        let name = call.func_name.as_str();
        match (name, shapes.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT, _) => {
                self.conditions(&call.args, &shapes);
                (Shape::Bool, None)
            }
            (operators::CONDITIONAL, &[condition, yes, no]) => {
                if let Some(first) = call.args.first() {
                    self.condition(first, condition);
                }
                (yes.or(no), None)
            }
            (operators::EQUALS | operators::NOT_EQUALS, &[left, right]) => {
                if !left.may_equal(right) {
                    self.misfits(id, NEVER_EQUAL, &call.args, left, right);
                }
                (Shape::Bool, None)
            }
            (
                operators::LESS
                | operators::LESS_EQUALS
                | operators::GREATER
                | operators::GREATER_EQUALS,
                &[left, right],
            ) => {
                if !left.may_order(right) {
                    self.misfits(id, "cannot be compared with", &call.args, left, right);
                }
                (Shape::Bool, None)
            }
            (operators::IN, &[left, right]) => (self.contained(id, call, left, right), None),
            (operators::INDEX, &[left, _]) => (self.item(call, left), None),
            (operators::ADD, &[left, right]) => self.sum(id, call, left, right),
            (operators::SUBSTRACT, &[left, right]) => (
                self.arithmetic(id, call, left, right, left.minus(right)),
                None,
            ),
            (operators::MULTIPLY | operators::DIVIDE | operators::MODULO, &[left, right]) => (
                self.arithmetic(id, call, left, right, left.times(right)),
                None,
            ),
            (operators::NEGATE, &[operand]) => {
                if !operand.is_number() && !operand.is_unknown() {
                    let at = self
                        .marks
                        .extent(call.args.first().unwrap_or(&IdedExpr::default()));
                    let message = format!("`-` needs a number, and this is {}", operand.words());
                    self.report(Code::WrongOperands, at, message);
                }
                (operand, None)
            }
            _ => (Shape::Any, None),
        }
    }

    fn conditions(&mut self, operands: &[IdedExpr], shapes: &[Shape]) {
        for (operand, shape) in operands.iter().zip(shapes) {
            self.condition(operand, *shape);
        }
    }

    /// Reports an operand of `!`, `&&`, `||` or `?` that is never true or false.
    fn condition(&mut self, operand: &IdedExpr, shape: Shape) {
        if shape.may_be_bool() {
            return;
        }
        let at = self.marks.extent(operand);
        let help = (shape == Shape::Attribute)
            .then_some("Ask whether it is there, `has(entry.mail)`, or compare it: `entry.active == \"TRUE\"`.");
        self.report(
            Code::NotACondition,
            at,
            format!("This is {}, never true or false", shape.words()),
        )
        .maybe_help(help);
    }

    fn misfits(&mut self, id: u64, verb: &str, operands: &[IdedExpr], left: Shape, right: Shape) {
        let all = operands.iter().map(|operand| self.marks.extent(operand));
        let at = all.fold(self.marks.token(id), |all, one| {
            all.start.min(one.start)..all.end.max(one.end)
        });
        let message = format!("{} {verb} {}", capital(left.words()), right.words());
        let fix = match verb {
            NEVER_EQUAL => self.number_as_text(operands, left, right),
            _ => None,
        };
        self.report(Code::WrongOperands, at, message)
            .maybe_help(advice(left, right))
            .maybe_fix(fix);
    }

    /// Quotes around a number that a text is compared with.
    fn number_as_text(&self, operands: &[IdedExpr], left: Shape, right: Shape) -> Option<Fix> {
        let number = match (left, right) {
            (Shape::Attribute | Shape::Text, Shape::Whole) => operands.get(1)?,
            (Shape::Whole, Shape::Attribute | Shape::Text) => operands.first()?,
            _ => return None,
        };
        if !matches!(number.expr, Expr::Literal(_)) {
            return None;
        }
        let at = self.marks.token(number.id);
        let text = format!("\"{}\"", self.marks.text.get(at.clone())?);
        let fix = self.fix(&format!("Compare with the text `{text}`"), &[(at, &text)]);
        fix.map(Fix::guess)
    }

    fn contained(&mut self, id: u64, call: &mut CallExpr, left: Shape, right: Shape) -> Shape {
        if let Some(list) = call.args.get_mut(1) {
            Self::as_list(list);
        }
        if !matches!(
            right,
            Shape::Any | Shape::Open | Shape::Attribute | Shape::List | Shape::Map
        ) {
            self.misfits(id, "cannot be looked for in", &call.args, left, right);
        }
        Shape::Bool
    }

    /// `list[0]`: an attribute is its list of values there.
    fn item(&mut self, call: &mut CallExpr, left: Shape) -> Shape {
        let listed = call.args.first_mut().is_some_and(Self::as_list);
        if !matches!(
            left,
            Shape::Any | Shape::Open | Shape::Attribute | Shape::List | Shape::Map
        ) {
            let at = self
                .marks
                .extent(call.args.first().unwrap_or(&IdedExpr::default()));
            let message = format!("This is {}, and has no items", left.words());
            self.report(Code::WrongOperands, at, message);
        }
        if listed { Shape::Text } else { Shape::Any }
    }

    fn sum(
        &mut self,
        id: u64,
        call: &CallExpr,
        left: Shape,
        right: Shape,
    ) -> (Shape, Option<&'static str>) {
        // What the parser makes of `map` and `filter`; bounded by their lists.
        let of_loop = matches!(
            call.args.first().map(|first| &first.expr),
            Some(Expr::Ident(name)) if name == "@result"
        );
        if of_loop {
            return (Shape::Any, None);
        }
        let shape = self.arithmetic(id, call, left, right, left.plus(right));
        let plain = matches!(
            shape,
            Shape::Whole | Shape::Fraction | Shape::Instant | Shape::Duration
        );
        (shape, (!plain).then_some(ADD))
    }

    fn arithmetic(
        &mut self,
        id: u64,
        call: &CallExpr,
        left: Shape,
        right: Shape,
        result: Option<Shape>,
    ) -> Shape {
        result.unwrap_or_else(|| {
            self.misfits(id, "cannot be combined with", &call.args, left, right);
            Shape::Any
        })
    }
}

fn advice(left: Shape, right: Shape) -> Option<&'static str> {
    let texty = |shape| matches!(shape, Shape::Attribute | Shape::Text);
    let other = if texty(left) { right } else { left };
    if !texty(left) && !texty(right) {
        return None;
    }
    match other {
        Shape::Instant => Some("Make a time of the text first: `timestamp(entry.accountExpires)`."),
        Shape::Whole | Shape::Fraction => Some(
            "Attributes are texts: compare with `\"1000\"`, or convert: `int(entry.uidNumber)`, `string(1000)`.",
        ),
        Shape::Bool => {
            Some("Attributes are texts: compare with `\"TRUE\"`, as the source writes it.")
        }
        Shape::Duration => Some("Make a time of the text first: `now - timestamp(entry.created)`."),
        Shape::List => Some("Use `in` to look for a text in a list: `\"x\" in entry.mail`."),
        _ => None,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
