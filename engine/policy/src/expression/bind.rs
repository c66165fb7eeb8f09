//! Checks a parsed expression and binds its names: attributes, variables,
//! functions and patterns.
//!
//! Binding rewrites the tree so that evaluating looks nothing up by name:
//!
//! | written | bound |
//! |---|---|
//! | `entry.mail`, `entry["mail"]` | variable `@a0` |
//! | the same where a list is wanted | variable `@l0` |
//! | `has(entry.mail)` | variable `@h0` |
//! | `x.matches("…")` | `@matches(x, @p0)`, compiled once |
//! | `timestamp(x)` | `@timestamp(x)`, which reads more notations |
//! | `x + y` on texts and lists | `@add(x, y)`, which is bounded |

use super::compile::Place;
use super::functions::{ENV, FUNCTIONS, Known, MACROS, MATCHES, Pattern, Style, TIMESTAMP};
use super::limits::{DEEPEST_LOOPS, DEEPEST_TREE};
use super::marks::Marks;
use super::shape::Shape;
use super::{Used, Uses};
use crate::check::attributes::Attributes;
use crate::diagnostic::Code;
use crate::nearest::nearest;
use crate::source::Report;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators,
};
use cel::{Context, Value};
use regex::Regex;
use std::ops::Range;
use std::sync::Arc;

/// Variables that every expression has.
const VARIABLES: [&str; 4] = ["entry", "now", "groups", "status"];
/// CEL's names of types, to compare with `type(x)`.
const TYPES: [&str; 10] = [
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "type",
    "uint",
];

/// Walks one expression.
pub(super) struct Binder<'b, 's, 't> {
    pub(super) marks: &'b mut Marks,
    place: &'b mut Place<'s, 't>,
    attributes: &'b mut Attributes,
    uses: Uses,
    locals: Vec<(String, Shape)>,
    loops: usize,
    depth: usize,
    ok: bool,
}

/// What came of it.
pub(super) struct Bound {
    pub(super) uses: Uses,
    /// False if something was reported.
    pub(super) ok: bool,
}

impl<'b, 's, 't> Binder<'b, 's, 't> {
    pub(super) fn new(
        marks: &'b mut Marks,
        place: &'b mut Place<'s, 't>,
        attributes: &'b mut Attributes,
    ) -> Self {
        Self {
            marks,
            place,
            attributes,
            uses: Uses::default(),
            locals: Vec::new(),
            loops: 0,
            depth: 0,
            ok: true,
        }
    }

    pub(super) fn finish(self) -> Bound {
        Bound {
            uses: self.uses,
            ok: self.ok,
        }
    }

    pub(super) fn report(
        &mut self,
        code: Code,
        at: Range<usize>,
        message: impl Into<String>,
    ) -> Report<'_> {
        self.ok = false;
        self.place.report(code, at, message)
    }

    /// Checks and binds one node; returns what kind of value it gives.
    pub(super) fn bind(&mut self, expr: &mut IdedExpr) -> Shape {
        if self.depth == DEEPEST_TREE {
            let at = self.marks.token(expr.id);
            let message = format!("Operations are nested more than {DEEPEST_TREE} levels deep");
            self.report(Code::ExpressionTooLarge, at, message)
                .help("Split it into several rules or fields.");
            return Shape::Any;
        }
        self.depth += 1;
        let shape = self.node(expr);
        self.depth -= 1;
        shape
    }

    fn node(&mut self, expr: &mut IdedExpr) -> Shape {
        if let Some(shape) = self.attribute(expr) {
            return shape;
        }
        let id = expr.id;
        match &mut expr.expr {
            Expr::Literal(literal) => literal_shape(literal),
            Expr::Ident(name) => {
                let (shape, bound) = self.variable(id, name);
                if let Some(bound) = bound {
                    *name = bound.to_owned();
                }
                shape
            }
            Expr::Select(select) => self.select(select),
            Expr::Call(call) if call.target.is_none() && !is_name(&call.func_name) => {
                let (shape, renamed) = self.operation(id, call);
                if let Some(renamed) = renamed {
                    call.func_name = renamed.to_owned();
                }
                shape
            }
            Expr::Call(call) => self.call(id, call),
            Expr::List(list) => {
                for item in &mut list.elements {
                    self.bind(item);
                }
                Shape::List
            }
            Expr::Map(map) => {
                for entry in &mut map.entries {
                    if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                        self.bind(&mut entry.key);
                        self.bind(&mut entry.value);
                    }
                }
                Shape::Map
            }
            Expr::Comprehension(inner) => self.comprehension(id, inner),
            Expr::Struct(_) | Expr::Unspecified => {
                let at = self.marks.token(id);
                self.report(
                    Code::ExpressionUnsupported,
                    at,
                    "Policies know no message types",
                );
                Shape::Any
            }
        }
    }

    /// Binds `entry.x`, `has(entry.x)` and `entry["x"]`; none if it is not one.
    fn attribute(&mut self, expr: &mut IdedExpr) -> Option<Shape> {
        let (name, at, prefix, shape) = match &expr.expr {
            Expr::Select(select) if self.is_entry(&select.operand) => {
                let at = self.marks.selected(&select.operand);
                let (prefix, shape) = if select.test {
                    ("@h", Shape::Bool)
                } else {
                    ("@a", Shape::Attribute)
                };
                (select.field.clone(), at, prefix, shape)
            }
            Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
                [operand, index] if self.is_entry(operand) => match &index.expr {
                    Expr::Literal(LiteralValue::String(name)) => (
                        name.inner().to_owned(),
                        self.marks.token(index.id),
                        "@a",
                        Shape::Attribute,
                    ),
                    _ => {
                        let at = self.marks.extent(index);
                        self.report(Code::EntryUse, at, "The attribute's name must be a constant")
                            .help("Write it out: `entry[\"mail\"]`; the source is asked only for attributes that the policy names.");
                        return Some(Shape::Any);
                    }
                },
                _ => return None,
            },
            _ => return None,
        };
        let extent = self.marks.extent(expr);
        if let Some(slot) = self.slot(&name, at) {
            expr.expr = Expr::Ident(format!("{prefix}{slot}"));
            self.marks.set(expr.id, extent);
        }
        Some(shape)
    }

    /// The place of an attribute in what the expression uses.
    fn slot(&mut self, name: &str, at: Range<usize>) -> Option<usize> {
        let span = self.place.span(at);
        let Some(id) = self.attributes.add(self.place.source, name, span) else {
            self.ok = false;
            return None;
        };
        let known = self.uses.attributes.iter().position(|used| used.id == id);
        Some(known.unwrap_or_else(|| {
            self.uses.attributes.push(Used {
                id,
                name: name.to_owned(),
            });
            self.uses.attributes.len() - 1
        }))
    }

    fn is_entry(&self, expr: &IdedExpr) -> bool {
        matches!(&expr.expr, Expr::Ident(name) if name == "entry")
    }

    /// Turns a bound attribute into its list of values, where a list is wanted.
    pub(super) fn as_list(expr: &mut IdedExpr) -> bool {
        match &mut expr.expr {
            Expr::Ident(name) if name.starts_with("@a") => {
                name.replace_range(..2, "@l");
                true
            }
            _ => false,
        }
    }

    fn variable(&mut self, id: u64, name: &str) -> (Shape, Option<&'static str>) {
        if let Some((_, shape)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return (*shape, None);
        }
        match name {
            "now" => {
                self.uses.now = true;
                return (Shape::Instant, Some("@now"));
            }
            "groups" => {
                self.uses.groups = true;
                return (Shape::List, Some("@groups"));
            }
            "status" => {
                self.uses.status = true;
                return (Shape::Text, Some("@status"));
            }
            "entry" => {
                let at = self.marks.token(id);
                self.report(Code::EntryUse, at, "`entry` itself is no value")
                    .help("Name the attribute: `entry.mail`, or `entry[\"name with spaces\"]`.");
                return (Shape::Any, None);
            }
            _ if name.starts_with('@') => return (Shape::Any, None),
            _ if TYPES.contains(&name) => return (Shape::Type, None),
            _ => {}
        }
        let locals = self.locals.iter().map(|(local, _)| local.as_str());
        let help = match nearest(name, VARIABLES.into_iter().chain(locals)) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => {
                format!("An attribute is written `entry.{name}`, a text in quotes: `\"{name}\"`.")
            }
        };
        let at = self.marks.token(id);
        self.report(
            Code::UnknownVariable,
            at,
            format!("There is no variable `{name}`"),
        )
        .help(help);
        (Shape::Any, None)
    }

    /// A selection on anything but `entry`.
    fn select(&mut self, select: &mut SelectExpr) -> Shape {
        if let Some(path) = path_below_entry(&select.operand) {
            let at = self.marks.selected(&select.operand);
            let whole = format!("{path}.{}", select.field);
            self.report(
                Code::EntryUse,
                at,
                format!("The attribute `{path}` has no parts"),
            )
            .help(format!(
                "If `{whole}` is one attribute, write `entry[\"{whole}\"]`."
            ));
            return Shape::Any;
        }
        let field = select.field.clone();
        let at = self.marks.selected(&select.operand);
        let before = self.ok;
        self.bind(&mut select.operand);
        if !std::mem::replace(&mut self.ok, false) {
            return Shape::Any;
        }
        self.ok = before;
        let function = FUNCTIONS
            .iter()
            .find(|known| known.name == field && known.style != Style::Plain);
        let report = self.report(
            Code::ExpressionUnsupported,
            at,
            format!("Only `entry` has attributes; `.{field}` follows something else"),
        );
        report.maybe_help(
            function.map(|known| format!("A function needs brackets: `{}`.", known.usage)),
        );
        Shape::Any
    }

    fn call(&mut self, id: u64, call: &mut CallExpr) -> Shape {
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

    fn comprehension(&mut self, id: u64, inner: &mut ComprehensionExpr) -> Shape {
        let range = self.bind(&mut inner.iter_range);
        let texts = Self::as_list(&mut inner.iter_range)
            || matches!(&inner.iter_range.expr, Expr::Ident(name) if name == "@groups" || name.starts_with("@l"))
            || matches!(&inner.iter_range.expr, Expr::Call(call) if matches!(call.func_name.as_str(), "split" | "values"));
        if !matches!(
            range,
            Shape::Any | Shape::Attribute | Shape::List | Shape::Map
        ) {
            let at = self.marks.extent(&inner.iter_range);
            self.report(
                Code::WrongOperands,
                at,
                format!("This is {}, not a list", range.words()),
            );
        }
        let variable = &inner.iter_var;
        if VARIABLES.contains(&variable.as_str()) || TYPES.contains(&variable.as_str()) {
            let at = self.marks.called(id);
            let message =
                format!("`{variable}` has a meaning already and cannot stand for an item");
            self.report(Code::ExpressionUnsupported, at, message)
                .help("Call it `v`, for example.");
        }
        if self.loops == DEEPEST_LOOPS {
            let at = self.marks.called(id);
            let message = format!("Loops are nested more than {DEEPEST_LOOPS} levels deep");
            self.report(Code::ExpressionTooLarge, at, message);
        }
        let item = if texts { Shape::Text } else { Shape::Any };
        self.loops += 1;
        self.locals.push((variable.clone(), item));
        self.bind(&mut inner.loop_step);
        self.locals.pop();
        self.loops -= 1;
        match &inner.accu_init.expr {
            Expr::List(_) => Shape::List,
            _ => Shape::Bool,
        }
    }
}

/// Operators have names like `_+_` and `@in`.
fn is_name(function: &str) -> bool {
    function.starts_with(|c: char| c.is_alphabetic() || c == '.')
        || function.starts_with('_')
            && function.len() > 1
            && !function.contains(|c: char| c.is_ascii_punctuation() && c != '_')
}

fn literal_shape(literal: &LiteralValue) -> Shape {
    match literal {
        LiteralValue::Boolean(_) => Shape::Bool,
        LiteralValue::Bytes(_) => Shape::Bytes,
        LiteralValue::Double(_) => Shape::Fraction,
        LiteralValue::Int(_) | LiteralValue::UInt(_) => Shape::Whole,
        LiteralValue::Null => Shape::Null,
        LiteralValue::String(_) => Shape::Text,
    }
}

/// The dotted name behind `entry`, for `entry.name.givenName`.
fn path_below_entry(expr: &IdedExpr) -> Option<String> {
    let Expr::Select(select) = &expr.expr else {
        return None;
    };
    match &select.operand.expr {
        Expr::Ident(name) if name == "entry" => Some(select.field.clone()),
        _ => path_below_entry(&select.operand).map(|path| format!("{path}.{}", select.field)),
    }
}

/// The last line of a regex error says what is wrong.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}
