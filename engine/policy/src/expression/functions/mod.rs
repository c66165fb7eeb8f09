//! The functions that expressions may call: those of CEL's standard library,
//! and a small set of Muster's own.
//!
//! `table` says of each what it takes and gives, `env` brings the names to the
//! interpreter; `texts`, `lists` and `times` is what Muster's own do.

mod constant;
mod env;
mod lists;
mod table;
mod texts;
mod times;

pub(super) use constant::{Constant, Kind as ConstantKind};
pub(super) use env::{ADD, ENV, MATCHES, TIMESTAMP};
pub(super) use table::FUNCTIONS;

use super::shape::Shape;

/// A function that expressions may call.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it may be called.
    pub style: Style,
    /// What it is given; the receiver comes first.
    pub parameters: &'static [Parameter],
    /// What it does, as a sentence.
    pub doc: &'static str,
    /// A call.
    pub example: &'static str,
    /// What the call gives, as an expression of its own.
    pub result: &'static str,
    pub(super) gives: Gives,
    /// True if Muster carries it out, and not CEL's standard library.
    pub(super) own: bool,
}

/// How a function may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `f(x)`
    Plain,
    /// `x.f()`
    Member,
    /// Both; the receiver is the first parameter.
    Both,
    /// `x.f(v, …)`, where `v` stands for each item in turn; or `has`.
    Macro,
}

/// What a function is given.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// A short name: `t` for a text, `l` for a list.
    pub name: &'static str,
    /// True if it may be left out.
    pub optional: bool,
    pub(super) takes: Takes,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Whatever there is.
    Anything,
    /// The same; an attribute comes as the list of its values.
    Values,
    /// One of these.
    Of(&'static [Shape], &'static str),
    /// A list; an attribute comes as the list of its values.
    List,
    /// A constant text, which is compiled with the expression.
    Constant(ConstantKind),
    /// What only a macro takes.
    Syntax(&'static str),
}

impl Takes {
    /// False if the function certainly fails on such a value.
    pub(super) fn accepts(self, shape: Shape) -> bool {
        let kinds: &[Shape] = match self {
            Self::Anything | Self::Values | Self::Constant(_) | Self::Syntax(_) => return true,
            Self::Of(kinds, _) => kinds,
            Self::List => &[Shape::List, Shape::Attribute, Shape::Null],
        };
        shape.is_unknown() || kinds.contains(&shape)
    }

    /// What it takes, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Anything | Self::Values => "a value",
            Self::Of(_, words) | Self::Syntax(words) => words,
            Self::List => "a list",
            Self::Constant(kind) => kind.words(),
        }
    }

    /// True if an attribute is its list of values here.
    pub(super) fn is_list(self) -> bool {
        matches!(self, Self::List | Self::Values)
    }
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// Always this.
    Always(Shape),
    /// What it was given, each text of it changed.
    EachText,
    /// An item of the list that it was given, or null.
    Item,
    /// One of the two that it was given.
    Either,
}

impl Gives {
    fn words(self) -> &'static str {
        match self {
            Self::Always(shape) => shape.words(),
            Self::EachText => "a text or a list of texts",
            Self::Item => "an item, or null",
            Self::Either => "one of the two",
        }
    }
}

impl Parameter {
    /// What it takes, in words: `a text`.
    pub fn takes(&self) -> &'static str {
        self.takes.words()
    }
}

impl Function {
    /// What it gives, in words: `a text`.
    pub fn gives(&self) -> &'static str {
        self.gives.words()
    }

    /// How it is written, with optional parameters in brackets:
    /// `t.substring(from[, to])`.
    pub fn signature(&self) -> String {
        let (receiver, rest) = match (self.style, self.parameters) {
            (Style::Plain, all) => (None, all),
            (Style::Macro, [only]) => (None, std::slice::from_ref(only)),
            (_, [receiver, rest @ ..]) => (Some(receiver.name), rest),
            (_, []) => (None, self.parameters),
        };
        let mut text = receiver.map_or_else(String::new, |receiver| format!("{receiver}."));
        text.push_str(self.name);
        text.push('(');
        for (place, parameter) in rest.iter().enumerate() {
            text.push_str(if parameter.optional { "[" } else { "" });
            text.push_str(if place > 0 { ", " } else { "" });
            text.push_str(parameter.name);
        }
        let optional = rest.iter().filter(|parameter| parameter.optional);
        text.extend(optional.map(|_| ']'));
        text.push(')');
        text
    }

    /// Fewest and most parameters, the receiver among them.
    pub(super) fn count(&self) -> (usize, usize) {
        let optional = self.parameters.iter().filter(|one| one.optional).count();
        (self.parameters.len() - optional, self.parameters.len())
    }
}

/// All functions that expressions may call, in the order in which they are
/// described.
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

/// The function of a name.
pub(super) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
