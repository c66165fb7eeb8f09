//! Calls of functions: whether they can be, and what they give.

use super::bind::Binder;
use super::functions::{
    Constant, ConstantKind, ENV, FUNCTIONS, Function, Gives, MATCHES, Style, TIMESTAMP, Takes,
    function,
};
use super::shape::Shape;
use crate::constant::Unusable;
use crate::diagnostic::Code;
use crate::fix::Fix;
use crate::nearest::{nearest, only_near};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};
use cel::{Context, Value};
use std::ops::Range;
use std::sync::Arc;

impl Binder<'_, '_, '_, '_> {
    pub(super) fn call(&mut self, id: u64, call: &mut CallExpr) -> Shape {
        let known = function(&call.func_name);
        if let Some(known) = known.filter(|known| known.style == Style::Macro) {
            self.called_in_another_way(id, known);
            return Shape::Any;
        }
        // The receiver is the first argument.
        let receiver = call.target.as_deref_mut();
        let mut shapes: Vec<Shape> = Vec::new();
        for argument in receiver.into_iter().chain(&mut call.args) {
            shapes.push(self.bind(argument));
        }
        let Some(known) = known else {
            self.unknown_function(id, call);
            return Shape::Any;
        };
        let texts = arguments(call).next().is_some_and(Self::holds_texts);
        let gives = gives(known, &shapes, texts);
        if self.called_rightly(id, known, call) && self.suits(known, call, &shapes) {
            self.rewrite(id, known, call);
        }
        gives
    }

    fn unknown_function(&mut self, id: u64, call: &CallExpr) {
        let name = &call.func_name;
        let at = self.marks.called(id);
        let names = || FUNCTIONS.iter().map(|known| known.name);
        let near = nearest(name, names()).or(meant(name));
        let write = |one: &str| self.fix(&format!("Write `{one}`"), &[(at.clone(), one)]);
        let fix = match (only_near(name, names()), meant(name)) {
            (Some(near), _) => write(near),
            // They take the same arguments everywhere.
            (None, Some(same @ ("lower" | "upper" | "size"))) => write(same),
            (None, Some(meant)) => write(meant).map(Fix::guess),
            (None, None) => None,
        };
        self.report(
            Code::UnknownFunction,
            at,
            format!("There is no function `{name}`"),
        )
        .maybe_help(near.map(|near| format!("Did you mean `{near}`?")))
        .maybe_fix(fix);
    }

    fn called_in_another_way(&mut self, id: u64, known: &Function) {
        let at = self.marks.called(id);
        let message = format!("`{}` is called in another way", known.name);
        self.report(Code::WrongArguments, at, message)
            .help(format!("For example: `{}`.", known.example));
    }

    /// Checks style and number of arguments.
    fn called_rightly(&mut self, id: u64, known: &Function, call: &CallExpr) -> bool {
        let style = match known.style {
            Style::Plain => call.target.is_none(),
            Style::Member => call.target.is_some(),
            Style::Both | Style::Macro => true,
        };
        if !style {
            self.called_in_another_way(id, known);
            return false;
        }
        let (fewest, most) = known.count();
        let given = call.args.len() + usize::from(call.target.is_some());
        if (fewest..=most).contains(&given) {
            return true;
        }
        let at = self.marks.called(id);
        let message = format!(
            "`{}` is called with the wrong number of arguments",
            known.name
        );
        self.report(Code::WrongArguments, at, message)
            .help(format!("For example: `{}`.", known.example));
        false
    }

    /// Checks the kinds of the arguments.
    fn suits(&mut self, known: &Function, call: &CallExpr, shapes: &[Shape]) -> bool {
        let mut suits = true;
        for ((argument, parameter), shape) in arguments(call).zip(known.parameters).zip(shapes) {
            if parameter.takes.accepts(*shape) {
                continue;
            }
            suits = false;
            let at = self.marks.extent(argument);
            let message = format!(
                "`{}` takes {} here, and this is {}",
                known.name,
                parameter.takes(),
                shape.words()
            );
            self.report(Code::WrongArguments, at, message).help(advice(
                known,
                parameter.takes,
                *shape,
            ));
        }
        suits
    }

    /// Binds what is Muster's own: lists, and texts that are compiled.
    fn rewrite(&mut self, id: u64, known: &Function, call: &mut CallExpr) {
        let literal = |expr: &IdedExpr| matches!(expr.expr, Expr::Literal(_));
        let constant = arguments(call).all(literal);
        let at = constant.then(|| {
            self.marks.extent(&IdedExpr {
                id,
                expr: Expr::Call(call.clone()),
            })
        });
        let mut compiled = true;
        let receiver = call.target.as_deref_mut();
        let given = receiver.into_iter().chain(&mut call.args);
        for (argument, parameter) in given.zip(known.parameters) {
            match parameter.takes {
                Takes::Constant(kind) => compiled &= self.constant(known, kind, argument),
                takes if takes.is_list() => {
                    Self::as_list(argument);
                }
                _ => {}
            }
        }
        if !compiled {
            return;
        }
        match known.name {
            "timestamp" => call.func_name = TIMESTAMP.to_owned(),
            "matches" => {
                call.args
                    .splice(0..0, call.target.take().map(|target| *target));
                call.func_name = MATCHES.to_owned();
            }
            _ => {}
        }
        if let Some(at) = at {
            self.evaluate(id, known, call, at);
        }
    }

    /// Evaluates a call whose arguments are all constants: what fails now
    /// would fail for everybody.
    fn evaluate(&mut self, id: u64, known: &Function, call: &CallExpr, at: Range<usize>) {
        let expr = IdedExpr {
            id,
            expr: Expr::Call(call.clone()),
        };
        let mut context = Context::with_env(Arc::clone(&ENV));
        for (place, constant) in self.uses.constants.iter().enumerate() {
            context.add_variable_as_val(format!("@p{place}"), Box::new(constant.clone()));
        }
        if Value::resolve_val(&expr, &context).is_err() {
            let help = match known.name {
                "timestamp" | "date" => "A notation of its own is read with a format: `date(\"23.11.2026\", \"%d.%m.%Y\")`.".to_owned(),
                "duration" => "Write hours, minutes and seconds, `duration(\"1h30m\")`, or days: `days(3)`.".to_owned(),
                _ => format!("For example: `{}`.", known.example),
            };
            self.report(Code::BadConstant, at, "This call fails for everybody")
                .help(help);
        }
    }

    /// Compiles a constant text, and puts it where the text stood.
    fn constant(&mut self, known: &Function, kind: ConstantKind, argument: &mut IdedExpr) -> bool {
        let compiled = match &argument.expr {
            // CEL's own functions also take offsets, and zones that vary.
            Expr::Literal(LiteralValue::String(text))
                if !known.own && text.inner().contains(':') =>
            {
                return true;
            }
            Expr::Literal(LiteralValue::String(text)) => Constant::compile(kind, text.inner()),
            _ if !known.own => return true,
            _ => Err(Unusable {
                why: format!(
                    "The {} must be a constant text, so that it is compiled once",
                    kind.word()
                ),
                help: format!("For example: `{}`.", known.example),
            }),
        };
        match compiled {
            Ok(_) if !known.own => true,
            Ok(constant) => {
                argument.expr = Expr::Ident(format!("@p{}", self.uses.constants.len()));
                self.uses.constants.push(constant);
                true
            }
            Err(Unusable { why, help }) => {
                let at = self.marks.extent(argument);
                let code = match kind {
                    ConstantKind::Pattern => Code::BadPattern,
                    _ => Code::BadFormat,
                };
                self.report(code, at, why).help(help);
                false
            }
        }
    }
}

/// The receiver, if there is one, and what stands in the brackets.
fn arguments(call: &CallExpr) -> impl Iterator<Item = &IdedExpr> {
    call.target.as_deref().into_iter().chain(&call.args)
}

/// What a call gives, as far as its arguments show.
fn gives(known: &Function, shapes: &[Shape], of_texts: bool) -> Shape {
    let first = shapes.first().copied().unwrap_or(Shape::Any);
    match known.gives {
        Gives::Always(shape) => shape,
        Gives::EachText if matches!(first, Shape::List | Shape::Text) => first,
        Gives::EachText => Shape::Attribute,
        Gives::Item if of_texts => Shape::Attribute,
        Gives::Item => Shape::Any,
        Gives::Either => match (first, shapes.get(1)) {
            (Shape::Null, Some(second)) => *second,
            (_, Some(second)) => first.or(*second),
            (_, None) => first,
        },
    }
}

/// Names that people know from elsewhere.
fn meant(name: &str) -> Option<&'static str> {
    Some(match name {
        "lowerAscii" | "toLower" | "toLowerCase" | "lowercase" | "downcase" => "lower",
        "upperAscii" | "toUpper" | "toUpperCase" | "uppercase" | "upcase" => "upper",
        "len" | "length" | "count" => "size",
        "time" | "instant" => "timestamp",
        "capitalize" | "titleCase" | "proper" => "title",
        "unaccent" | "removeDiacritics" | "asciiFold" => "stripDiacritics",
        "substr" | "mid" | "left" => "substring",
        "coalesce" | "ifNull" | "orElse" => "default",
        "distinct" => "unique",
        "strftime" | "formatDate" => "format",
        "strptime" | "parseDate" => "date",
        _ => return None,
    })
}

fn advice(known: &Function, takes: Takes, shape: Shape) -> String {
    let texty = matches!(shape, Shape::Text | Shape::Attribute);
    let wants = |wanted: Shape| takes.accepts(wanted) && !takes.accepts(shape);
    if texty && wants(Shape::Instant) {
        return "Make a time of the text first: `date(entry.validUntil)`.".to_owned();
    }
    if texty && wants(Shape::Whole) {
        return "Attributes are texts; make a number of it: `int(entry.uidNumber)`.".to_owned();
    }
    if shape == Shape::List && known.name == "contains" {
        return "A list is searched with `in`: `\"x\" in entry.mail`.".to_owned();
    }
    if shape == Shape::List && takes.accepts(Shape::Text) {
        return "Take one item: `first(entry.mail)`.".to_owned();
    }
    format!("For example: `{}`.", known.example)
}
