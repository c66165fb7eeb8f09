//! Calls of functions: whether they can be, and what they give.

use super::bind::Binder;
use super::functions::{ENV, FUNCTIONS, Known, MACROS, MATCHES, Pattern, Style, TIMESTAMP};
use super::shape::Shape;
use crate::diagnostic::Code;
use crate::nearest::nearest;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};
use cel::{Context, Value};
use regex::Regex;
use std::sync::Arc;

impl Binder<'_, '_, '_> {
    pub(super) fn call(&mut self, id: u64, call: &mut CallExpr) -> Shape {
        if let Some((_, usage)) = MACROS.iter().find(|(known, _)| *known == call.func_name) {
            let at = self.marks.called(id);
            let message = format!("`{}` is called in another way", call.func_name);
            self.report(Code::WrongArguments, at, message)
                .help(format!("For example: `{usage}`."));
            return Shape::Any;
        }
        let target = call.target.as_mut().map(|target| self.bind(target));
        let shapes: Vec<Shape> = call
            .args
            .iter_mut()
            .map(|argument| self.bind(argument))
            .collect();
        let Some(known) = FUNCTIONS.iter().find(|known| known.name == call.func_name) else {
            self.unknown_function(id, call);
            return Shape::Any;
        };
        if !self.called_rightly(id, known, call) {
            return known.gives;
        }
        self.constant_arguments(id, call);
        let first = target
            .or_else(|| shapes.first().copied())
            .unwrap_or(Shape::Any);
        self.rewrite(call, known, first)
    }

    fn unknown_function(&mut self, id: u64, call: &CallExpr) {
        let name = &call.func_name;
        let at = self.marks.called(id);
        let names = FUNCTIONS
            .iter()
            .map(|known| known.name)
            .chain(MACROS.iter().map(|(known, _)| *known));
        let near = nearest(name, names).or(match name.as_str() {
            "lowerAscii" | "toLower" | "toLowerCase" | "lowercase" | "downcase" => Some("lower"),
            "upperAscii" | "toUpper" | "toUpperCase" | "uppercase" | "upcase" => Some("upper"),
            "len" | "length" | "count" => Some("size"),
            "startswith" => Some("startsWith"),
            "date" | "time" | "instant" => Some("timestamp"),
            _ => None,
        });
        self.report(
            Code::UnknownFunction,
            at,
            format!("There is no function `{name}`"),
        )
        .maybe_help(near.map(|near| format!("Did you mean `{near}`?")));
    }

    /// Checks style and number of arguments.
    fn called_rightly(&mut self, id: u64, known: &Known, call: &CallExpr) -> bool {
        let member = call.target.is_some();
        let given = call.args.len() + usize::from(member && known.style == Style::Both);
        let style = match known.style {
            Style::Plain => !member,
            Style::Member => member,
            Style::Both => true,
        };
        let (fewest, most) = known.arguments;
        if style && (fewest..=most).contains(&given) {
            return true;
        }
        let at = self.marks.called(id);
        let message = if style {
            format!(
                "`{}` is called with the wrong number of arguments",
                known.name
            )
        } else {
            format!("`{}` is called in another way", known.name)
        };
        self.report(Code::WrongArguments, at, message)
            .help(format!("For example: `{}`.", known.usage));
        false
    }

    /// Evaluates a call whose arguments are all constants: what fails now
    /// would fail for everybody.
    fn constant_arguments(&mut self, id: u64, call: &CallExpr) {
        let literal = |expr: &IdedExpr| matches!(expr.expr, Expr::Literal(_));
        let all = call.target.iter().all(|target| literal(target)) && call.args.iter().all(literal);
        if !all || call.func_name == "matches" {
            return;
        }
        let mut expr = IdedExpr {
            id,
            expr: Expr::Call(call.clone()),
        };
        let at = self.marks.extent(&expr);
        if let (Expr::Call(call), "timestamp") = (&mut expr.expr, call.func_name.as_str()) {
            call.func_name = TIMESTAMP.to_owned();
        }
        let context = Context::with_env(Arc::clone(&ENV));
        if Value::resolve_val(&expr, &context).is_err() {
            self.report(Code::BadConstant, at, "This call fails for everybody")
                .help("Examples: `timestamp(\"2026-11-23T08:00:00Z\")`, `duration(\"72h\")`, `int(\"12\")`.");
        }
    }

    /// Binds what is Muster's own, and says what the call gives.
    fn rewrite(&mut self, call: &mut CallExpr, known: &Known, first: Shape) -> Shape {
        match known.name {
            "timestamp" => call.func_name = TIMESTAMP.to_owned(),
            "matches" => self.pattern(call),
            "values" | "join" => {
                let receiver = call.target.as_deref_mut().or(call.args.first_mut());
                if let Some(receiver) = receiver {
                    Self::as_list(receiver);
                }
            }
            // They change each text of a list.
            "lower" | "upper" | "trim" | "replace"
                if matches!(first, Shape::List | Shape::Text) =>
            {
                return first;
            }
            _ => {}
        }
        known.gives
    }

    /// Compiles the pattern of `matches`.
    fn pattern(&mut self, call: &mut CallExpr) {
        let Some(mut pattern) = call.args.pop() else {
            return;
        };
        let at = self.marks.extent(&pattern);
        let regex = match &pattern.expr {
            Expr::Literal(LiteralValue::String(text)) => {
                Regex::new(text.inner()).map_err(|error| reason(&error))
            }
            _ => Err("it must be a constant text, so that it is compiled once".to_owned()),
        };
        match regex {
            Ok(regex) => {
                pattern.expr = Expr::Ident(format!("@p{}", self.uses.patterns.len()));
                self.uses.patterns.push(Pattern(regex));
            }
            Err(why) => {
                self.report(
                    Code::BadPattern,
                    at,
                    format!("The pattern cannot be used: {why}"),
                )
                .help("In an expression a backslash is doubled, or the text is raw: `r\"\\d+\"`.");
            }
        }
        call.args
            .splice(0..0, call.target.take().map(|target| *target));
        call.args.push(pattern);
        call.func_name = MATCHES.to_owned();
    }
}

/// The last line of a regex error says what is wrong.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}
