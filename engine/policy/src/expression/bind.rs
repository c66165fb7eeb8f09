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
//! | `x.matches("…")` | `@matches(x, @p0)`, compiled once; so are formats and zones |
//! | `timestamp(x)` | `@timestamp(x)`, which reads more notations |
//! | `x + y` on texts and lists | `@add(x, y)`, which is bounded |

use super::functions::{Style, function};
use super::given;
use super::limits::{DEEPEST_LOOPS, DEEPEST_TREE};
use super::marks::Marks;
use super::place::Place;
use super::shape::Shape;
use super::{Used, Uses};
use crate::check::attributes::Attributes;
use crate::diagnostic::Code;
use crate::fix::Fix;
use crate::nearest::{nearest, only_near};
use crate::source::{Report, Source};
use crate::values::Values;
use cel::common::ast::{
    ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators,
};
use std::ops::Range;
use std::rc::Rc;

/// Variables that every expression has.
const VARIABLES: [&str; 5] = ["entry", "now", "groups", "status", given::NAME];
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
pub(super) struct Binder<'b, 's, 't, 'n> {
    pub(super) marks: &'b mut Marks,
    place: &'b mut Place<'s, 't, 'n>,
    attributes: &'b mut Attributes,
    pub(super) uses: Uses,
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

impl<'b, 's, 't, 'n> Binder<'b, 's, 't, 'n> {
    pub(super) fn new(
        marks: &'b mut Marks,
        place: &'b mut Place<'s, 't, 'n>,
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

    /// A fix that replaces parts of the expression.
    pub(super) fn fix(&self, title: &str, parts: &[(Range<usize>, &str)]) -> Option<Fix> {
        self.place.fix(title, parts)
    }

    /// The values of the environment.
    pub(super) fn values(&self) -> &Rc<Values> {
        &self.place.source.values
    }

    /// For reports that another room makes.
    pub(super) fn source(&mut self) -> &mut Source<'t> {
        self.place.source
    }

    /// Where a part of the expression stands in the file.
    pub(super) fn span(&self, at: Range<usize>) -> Range<usize> {
        self.place.span(at)
    }

    /// Something was reported elsewhere: there will be no expression.
    pub(super) fn spoil(&mut self) {
        self.ok = false;
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
        if let Some(shape) = self.attribute(expr).or_else(|| self.value(expr)) {
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

    /// True if all items of a bound list are certainly texts.
    pub(super) fn holds_texts(expr: &IdedExpr) -> bool {
        match &expr.expr {
            Expr::Ident(name) => {
                name == "@groups" || name.starts_with("@l") || name.starts_with("@a")
            }
            Expr::Call(call) => {
                let first = || call.target.as_deref().or(call.args.first());
                match call.func_name.as_str() {
                    "split" => true,
                    "values" | "unique" | "sort" | "reverse" | "lower" | "upper" | "title"
                    | "trim" | "stripDiacritics" | "replace" | "substring" => {
                        first().is_some_and(Self::holds_texts)
                    }
                    _ => false,
                }
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
            given::NAME => return (self.bare_values(id), None),
            _ if name.starts_with('@') => return (Shape::Any, None),
            _ if TYPES.contains(&name) => return (Shape::Type, None),
            _ => {}
        }
        self.unknown_variable(id, name);
        (Shape::Any, None)
    }

    fn unknown_variable(&mut self, id: u64, name: &str) {
        let at = self.marks.token(id);
        let (help, fix) = self.meant(&at, name);
        self.report(
            Code::UnknownVariable,
            at,
            format!("There is no variable `{name}`"),
        )
        .help(help)
        .maybe_fix(fix);
    }

    /// What an unknown variable was probably meant to be.
    fn meant(&self, at: &Range<usize>, name: &str) -> (String, Option<Fix>) {
        let locals = self.locals.iter().map(|(local, _)| local.as_str());
        let known: Vec<&str> = VARIABLES.into_iter().chain(locals).collect();
        let write = |title: String, at: Range<usize>, text| self.fix(&title, &[(at, text)]);
        match nearest(name, known.iter().copied()) {
            Some(near) => {
                let certain = only_near(name, known);
                let fix = certain.and_then(|one| write(format!("Write `{one}`"), at.clone(), one));
                (format!("Did you mean `{near}`?"), fix)
            }
            None => {
                let title = format!("Write `entry.{name}`");
                let help = format!(
                    "An attribute is written `entry.{name}`, a text in quotes: `\"{name}\"`."
                );
                let fix = write(title, at.start..at.start, "entry.");
                (help, fix.map(Fix::guess))
            }
        }
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
        let function = function(&field).filter(|known| known.style != Style::Plain);
        let report = self.report(
            Code::ExpressionUnsupported,
            at,
            format!("Only `entry` has attributes; `.{field}` follows something else"),
        );
        report.maybe_help(
            function.map(|known| format!("A function needs brackets: `{}`.", known.example)),
        );
        Shape::Any
    }

    fn comprehension(&mut self, id: u64, inner: &mut ComprehensionExpr) -> Shape {
        let range = self.bind(&mut inner.iter_range);
        Self::as_list(&mut inner.iter_range);
        let texts = Self::holds_texts(&inner.iter_range);
        if !matches!(
            range,
            Shape::Any | Shape::Open | Shape::Attribute | Shape::List | Shape::Map
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
