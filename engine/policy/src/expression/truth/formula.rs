//! A bound condition as a formula over questions.

use super::subject::{Kind, Question, Subject};
use crate::expression::canonical::canonical;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use std::collections::BTreeMap;

/// What a condition says, as far as its structure is understood.
#[derive(Debug)]
pub(super) enum Formula {
    Constant(bool),
    /// A question about the subject of that number.
    Ask(usize, Question),
    Not(Box<Self>),
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
    /// Two truth values that are compared.
    Alike(Box<Self>, Box<Self>),
    Choice(Box<[Self; 3]>),
}

impl Formula {
    /// Whether it is true where each subject is in the given case.
    pub(super) fn holds(&self, subjects: &[Subject], world: &[u64]) -> bool {
        let holds = |formula: &Self| formula.holds(subjects, world);
        match self {
            Self::Constant(constant) => *constant,
            Self::Ask(number, question) => match (subjects.get(*number), world.get(*number)) {
                (Some(subject), Some(&case)) => subject.answer(*question, case),
                _ => false,
            },
            Self::Not(inner) => !holds(inner),
            Self::Both(a, b) => holds(a) && holds(b),
            Self::Either(a, b) => holds(a) || holds(b),
            Self::Alike(a, b) => holds(a) == holds(b),
            Self::Choice(parts) => {
                let [condition, yes, no] = parts.as_ref();
                holds(if holds(condition) { yes } else { no })
            }
        }
    }
}

/// Reads a condition and gathers the subjects of its questions.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) subjects: Vec<Subject>,
    /// Parts of the formula.
    pub(super) size: u64,
    numbers: BTreeMap<String, usize>,
}

impl Reading {
    pub(super) fn formula(&mut self, expr: &IdedExpr) -> Formula {
        self.size += 1;
        match &expr.expr {
            Expr::Literal(LiteralValue::Boolean(constant)) => Formula::Constant(*constant.inner()),
            Expr::Ident(name) => match name.strip_prefix("@h") {
                Some(slot) => self.ask(&attribute(slot), Kind::Attribute, |_| Question::Has),
                None => self.opaque(expr),
            },
            Expr::Call(call) if call.target.is_none() => {
                self.operation(call).unwrap_or_else(|| self.opaque(expr))
            }
            _ => self.opaque(expr),
        }
    }

    /// What an operator of logic or a comparison says. None for others.
    fn operation(&mut self, call: &CallExpr) -> Option<Formula> {
        let mut part = |expr: &IdedExpr| Box::new(self.formula(expr));
        Some(match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [a, b]) => Formula::Both(part(a), part(b)),
            (operators::LOGICAL_OR, [a, b]) => Formula::Either(part(a), part(b)),
            (operators::LOGICAL_NOT, [a]) => Formula::Not(part(a)),
            (operators::CONDITIONAL, [condition, yes, no]) => Formula::Choice(Box::new([
                self.formula(condition),
                self.formula(yes),
                self.formula(no),
            ])),
            (operators::EQUALS, [a, b]) => return self.equal(a, b),
            (operators::NOT_EQUALS, [a, b]) => Formula::Not(Box::new(self.equal(a, b)?)),
            (operators::IN, [item, list]) => return self.contained(item, list),
            _ => return None,
        })
    }

    fn equal(&mut self, a: &IdedExpr, b: &IdedExpr) -> Option<Formula> {
        if is_condition(a) && is_condition(b) {
            let (a, b) = (self.formula(a), self.formula(b));
            return Some(Formula::Alike(Box::new(a), Box::new(b)));
        }
        match (constant(a), constant(b)) {
            // Of two constants, one may be a value of the environment.
            (Some(_), Some(_)) => None,
            (None, Some(text)) => Some(self.is(a, &text)),
            (Some(text), None) => Some(self.is(b, &text)),
            (None, None) => Some(self.same(a, b)),
        }
    }

    fn same(&mut self, a: &IdedExpr, b: &IdedExpr) -> Formula {
        // One order for `a == b` and `b == a`.
        let mut sides = [canonical(a), canonical(b)];
        sides.sort();
        let variable = matches!(a.expr, Expr::Ident(_)) && sides[0] == sides[1];
        let kind = if variable { Kind::Itself } else { Kind::Opaque };
        self.ask(&sides.join(" == "), kind, |_| Question::Holds)
    }

    /// A term equals a constant.
    fn is(&mut self, term: &IdedExpr, text: &str) -> Formula {
        match (&term.expr, text.strip_prefix(TEXT)) {
            (Expr::Ident(name), text_alone) if name.starts_with("@a") => {
                let key = attribute(name.get(2..).unwrap_or(""));
                match text_alone {
                    Some(text) => self.ask(&key, Kind::Attribute, |one| one.is(text)),
                    None if text == NULL => {
                        let has = self.ask(&key, Kind::Attribute, |_| Question::Has);
                        Formula::Not(Box::new(has))
                    }
                    // A number: that is told by another diagnostic.
                    None => self.ask(&format!("{key} == {text}"), Kind::Opaque, |_| {
                        Question::Holds
                    }),
                }
            }
            (Expr::Ident(name), Some(text)) if name == "@status" => {
                self.ask("@status", Kind::Status, |one| one.is(text))
            }
            _ => self.ask(&canonical(term), Kind::Term, |one| one.is(text)),
        }
    }

    fn contained(&mut self, item: &IdedExpr, list: &IdedExpr) -> Option<Formula> {
        if let Expr::List(list) = &list.expr {
            let constants: Option<Vec<String>> = list.elements.iter().map(constant).collect();
            // A constant in constants, or a list with something else in it.
            let (constants, None) = (constants?, constant(item)) else {
                return None;
            };
            let nothing = Formula::Constant(false);
            return Some(constants.iter().fold(nothing, |all, text| {
                self.size += 1;
                let one = self.is(item, text);
                Formula::Either(Box::new(all), Box::new(one))
            }));
        }
        let text = constant(item)?;
        let text = text.strip_prefix(TEXT)?;
        let name = match &list.expr {
            Expr::Ident(name) => name,
            // `values(entry.mail)` is the attribute's list.
            Expr::Call(call) if call.func_name == "values" => match call.args.as_slice() {
                [
                    IdedExpr {
                        expr: Expr::Ident(name),
                        ..
                    },
                ] => name,
                _ => return None,
            },
            _ => return None,
        };
        match name.strip_prefix("@l") {
            Some(slot) => {
                let key = attribute(slot);
                Some(self.ask(&key, Kind::Attribute, |one| one.contains(text)))
            }
            None if name == "@groups" => {
                Some(self.ask("@groups", Kind::Groups, |one| one.contains(text)))
            }
            None => None,
        }
    }

    fn opaque(&mut self, expr: &IdedExpr) -> Formula {
        self.ask(&canonical(expr), Kind::Opaque, |_| Question::Holds)
    }

    fn ask(
        &mut self,
        key: &str,
        kind: Kind,
        question: impl FnOnce(&mut Subject) -> Question,
    ) -> Formula {
        // What a call gives may be asked for its truth and compared as well.
        let key = format!("{kind:?} {key}");
        let next = self.subjects.len();
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.subjects.push(Subject::new(kind));
        }
        match self.subjects.get_mut(number) {
            Some(subject) => Formula::Ask(number, question(subject)),
            None => Formula::Constant(false),
        }
    }
}

const TEXT: &str = "text ";
const NULL: &str = "null";

/// All questions about an attribute have one subject, however it is bound.
fn attribute(slot: &str) -> String {
    format!("@{slot}")
}

/// A constant, so that no two that are equal look different. Fractions and
/// numbers without a sign equal whole numbers, so they are none.
fn constant(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(format!("{TEXT}{}", text.inner())),
        Expr::Literal(LiteralValue::Int(number)) => Some(format!("number {}", number.inner())),
        Expr::Literal(LiteralValue::Boolean(truth)) => Some(format!("truth {}", truth.inner())),
        Expr::Literal(LiteralValue::Null) => Some(NULL.to_owned()),
        _ => None,
    }
}

/// True if an expression can give nothing but true or false.
fn is_condition(expr: &IdedExpr) -> bool {
    match &expr.expr {
        Expr::Literal(LiteralValue::Boolean(_)) => true,
        Expr::Ident(name) => name.starts_with("@h"),
        Expr::Call(call) => matches!(
            call.func_name.as_str(),
            operators::LOGICAL_AND
                | operators::LOGICAL_OR
                | operators::LOGICAL_NOT
                | operators::EQUALS
                | operators::NOT_EQUALS
                | operators::LESS
                | operators::LESS_EQUALS
                | operators::GREATER
                | operators::GREATER_EQUALS
                | operators::IN
                | "startsWith"
                | "endsWith"
                | "contains"
        ),
        _ => false,
    }
}
