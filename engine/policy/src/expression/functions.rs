//! The functions that expressions may call: those of CEL's standard library,
//! and a small set of Muster's own.

use super::instant;
use super::limits::{LONGEST_LIST, LONGEST_TEXT};
use super::shape::Shape;
use cel::common::types::{
    CelBool, CelInt, CelList, CelNull, CelString, CelTimestamp, DYN_TYPE, Kind, Type,
};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use regex::Regex;
use std::any::Any;
use std::sync::{Arc, LazyLock};

/// How a function may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `f(x)`
    Plain,
    /// `x.f()`
    Member,
    /// Both; the receiver is the first argument.
    Both,
}

/// A function that expressions may call.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) style: Style,
    /// Fewest and most arguments, the receiver not counted for members.
    pub(super) arguments: (usize, usize),
    pub(super) gives: Shape,
    /// How it is written, for messages.
    pub(super) usage: &'static str,
}

const fn known(
    name: &'static str,
    style: Style,
    arguments: (usize, usize),
    gives: Shape,
    usage: &'static str,
) -> Known {
    Known {
        name,
        style,
        arguments,
        gives,
        usage,
    }
}

use Style::{Both, Member, Plain};

/// All functions. For those of style [`Style::Both`] the receiver counts as an
/// argument.
#[rustfmt::skip]
pub(super) const FUNCTIONS: &[Known] = &[
    known("startsWith", Member, (1, 1), Shape::Bool, "text.startsWith(\"a\")"),
    known("endsWith", Member, (1, 1), Shape::Bool, "text.endsWith(\"z\")"),
    known("contains", Member, (1, 1), Shape::Bool, "text.contains(\"m\")"),
    known("matches", Both, (2, 2), Shape::Bool, "text.matches(\"^[a-z]+$\")"),
    known("size", Both, (1, 1), Shape::Whole, "size(values(entry.mail))"),
    known("int", Plain, (1, 1), Shape::Whole, "int(text)"),
    known("uint", Plain, (1, 1), Shape::Whole, "uint(text)"),
    known("double", Plain, (1, 1), Shape::Fraction, "double(text)"),
    known("string", Plain, (1, 1), Shape::Text, "string(number)"),
    known("bool", Plain, (1, 1), Shape::Bool, "bool(text)"),
    known("bytes", Plain, (1, 1), Shape::Bytes, "bytes(text)"),
    known("dyn", Plain, (1, 1), Shape::Any, "dyn(value)"),
    known("type", Plain, (1, 1), Shape::Type, "type(value) == list"),
    known("timestamp", Plain, (1, 1), Shape::Instant, "timestamp(entry.accountExpires)"),
    known("duration", Plain, (1, 1), Shape::Duration, "duration(\"72h\")"),
    known("getFullYear", Member, (0, 1), Shape::Whole, "now.getFullYear()"),
    known("getMonth", Member, (0, 1), Shape::Whole, "now.getMonth()"),
    known("getDate", Member, (0, 1), Shape::Whole, "now.getDate()"),
    known("getDayOfMonth", Member, (0, 1), Shape::Whole, "now.getDayOfMonth()"),
    known("getDayOfWeek", Member, (0, 1), Shape::Whole, "now.getDayOfWeek()"),
    known("getDayOfYear", Member, (0, 1), Shape::Whole, "now.getDayOfYear()"),
    known("getHours", Member, (0, 1), Shape::Whole, "now.getHours(\"Europe/Berlin\")"),
    known("getMinutes", Member, (0, 1), Shape::Whole, "now.getMinutes()"),
    known("getSeconds", Member, (0, 1), Shape::Whole, "now.getSeconds()"),
    known("getMilliseconds", Member, (0, 1), Shape::Whole, "now.getMilliseconds()"),
    known("values", Plain, (1, 1), Shape::List, "values(entry.mail)"),
    known("lower", Both, (1, 1), Shape::Attribute, "lower(entry.mail)"),
    known("upper", Both, (1, 1), Shape::Attribute, "upper(entry.c)"),
    known("trim", Both, (1, 1), Shape::Attribute, "trim(entry.cn)"),
    known("split", Both, (2, 2), Shape::List, "entry.mail.split(\"@\")[0]"),
    known("join", Both, (2, 2), Shape::Text, "values(entry.mail).join(\", \")"),
    known("replace", Both, (3, 3), Shape::Attribute, "entry.cn.replace(\".\", \" \")"),
];

/// What the parser expands, and how it is written.
#[rustfmt::skip]
pub(super) const MACROS: &[(&str, &str)] = &[
    ("has", "has(entry.mail)"),
    ("all", "values(entry.mail).all(v, v.endsWith(\"@example.org\"))"),
    ("exists", "values(entry.mail).exists(v, v.endsWith(\"@example.org\"))"),
    ("exists_one", "values(entry.mail).exists_one(v, v.endsWith(\"@example.org\"))"),
    ("map", "values(entry.mail).map(v, lower(v))"),
    ("filter", "values(entry.mail).filter(v, v.endsWith(\"@example.org\"))"),
];

/// Names that a compiled expression calls, and no author can write.
pub(super) const TIMESTAMP: &str = "@timestamp";
pub(super) const ADD: &str = "@add";
pub(super) const MATCHES: &str = "@matches";

/// The environment of all expressions.
pub(super) static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib().with_optional_support(false);
    let declared = declare(&mut env);
    debug_assert_eq!(declared, Ok(()));
    Arc::new(env)
});

fn declare(env: &mut Env) -> Result<(), DeclarationError> {
    let mut both = |name: &str, count: usize, function| {
        let arguments = || (0..count).map(|_| DYN_TYPE).collect::<Vec<Type>>();
        let member = arguments().split_off(1);
        env.add_overload(name, &format!("muster_{name}"), arguments(), function)?;
        env.add_member_overload(
            name,
            &format!("muster_member_{name}"),
            DYN_TYPE,
            member,
            function,
        )
    };
    both("lower", 1, lower)?;
    both("upper", 1, upper)?;
    both("trim", 1, trim)?;
    both("split", 2, split)?;
    both("join", 2, join)?;
    both("replace", 3, replace)?;
    env.add_overload("values", "muster_values", vec![DYN_TYPE], values)?;
    env.add_overload(TIMESTAMP, "muster_timestamp", vec![DYN_TYPE], timestamp)?;
    env.add_overload(ADD, "muster_add", vec![DYN_TYPE, DYN_TYPE], add)?;
    env.add_overload(MATCHES, "muster_matches", vec![DYN_TYPE, DYN_TYPE], matches)
}

type Arguments<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Outcome<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// The error for arguments of the wrong kinds.
fn misfit(name: &str, arguments: &[CowVal<'_, '_>]) -> ExecutionError {
    let kinds = arguments
        .iter()
        .map(|argument| argument.get_type().name().to_owned());
    ExecutionError::no_such_overload(name, kinds.collect())
}

fn failed(name: &str, why: &str) -> ExecutionError {
    ExecutionError::function_error(name, why)
}

fn as_text<'b>(value: &'b CowVal<'_, '_>) -> Option<&'b str> {
    value
        .as_ref()
        .downcast_ref::<CelString<'_>>()
        .map(CelString::inner)
}

fn text<'b, 'v>(text: String) -> CowVal<'b, 'v> {
    CowVal::owned(CelString::from(text))
}

/// Takes the first argument and the rest apart.
fn receiver<'a, 'b, 'v>(
    arguments: &'a [CowVal<'b, 'v>],
) -> Option<(&'a CowVal<'b, 'v>, &'a [CowVal<'b, 'v>])> {
    arguments.split_first()
}

/// Always a list: of one for a text, empty for null.
fn values<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let Some(value) = arguments.pop() else {
        return Err(misfit("values", &arguments));
    };
    Ok(match value.get_type().kind() {
        Kind::List => value,
        Kind::NullType => CowVal::owned(CelList::default()),
        _ => CowVal::owned(CelList::from(vec![value.into_owned()])),
    })
}

/// Changes a text, or each text of a list; null stays null.
fn each<'b, 'v>(
    name: &str,
    arguments: Arguments<'b, 'v>,
    change: &dyn Fn(&str) -> String,
) -> Outcome<'b, 'v> {
    let Some((value, _)) = receiver(&arguments) else {
        return Err(misfit(name, &arguments));
    };
    if let Some(one) = as_text(value) {
        return limited(name, change(one));
    }
    if value.get_type().kind() == Kind::NullType {
        return Ok(CowVal::owned(CelNull));
    }
    let Some(list) = value.as_ref().downcast_ref::<CelList<'_>>() else {
        return Err(misfit(name, &arguments));
    };
    let mut changed: Vec<Box<dyn Val + 'v>> = Vec::with_capacity(list.inner().len());
    for item in list.inner() {
        match item.downcast_ref::<CelString<'_>>() {
            Some(item) => changed.push(limited(name, change(item.inner()))?.into_owned()),
            None => return Err(misfit(name, &arguments)),
        }
    }
    Ok(CowVal::owned(CelList::from(changed)))
}

fn limited<'b, 'v>(name: &str, result: String) -> Outcome<'b, 'v> {
    if result.len() > LONGEST_TEXT {
        return Err(failed(name, "the text becomes too long"));
    }
    Ok(text(result))
}

fn lower<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    each("lower", arguments, &|text| text.to_lowercase())
}

fn upper<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    each("upper", arguments, &|text| text.to_uppercase())
}

fn trim<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    each("trim", arguments, &|text| text.trim().to_owned())
}

fn replace<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let (Some(from), Some(to)) = (
        arguments.get(1).and_then(as_text).map(str::to_owned),
        arguments.get(2).and_then(as_text).map(str::to_owned),
    ) else {
        return Err(misfit("replace", &arguments));
    };
    if from.is_empty() {
        return Err(failed("replace", "the text to be replaced is empty"));
    }
    if to.len() > LONGEST_TEXT / 64 {
        return Err(failed("replace", "the text becomes too long"));
    }
    each("replace", arguments, &|text| text.replace(&from, &to))
}

fn split<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let both = (
        arguments.first().and_then(as_text),
        arguments.get(1).and_then(as_text),
    );
    let (Some(whole), Some(mark)) = both else {
        return Err(misfit("split", &arguments));
    };
    if mark.is_empty() {
        return Err(failed("split", "the separator is empty"));
    }
    let parts: Vec<Box<dyn Val + 'v>> = whole
        .split(mark)
        .take(LONGEST_LIST)
        .map(|part| text(part.to_owned()).into_owned())
        .collect();
    Ok(CowVal::owned(CelList::from(parts)))
}

fn join<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let list = arguments
        .first()
        .and_then(|list| list.as_ref().downcast_ref::<CelList<'_>>());
    let (Some(list), Some(mark)) = (list, arguments.get(1).and_then(as_text)) else {
        return Err(misfit("join", &arguments));
    };
    let mut joined = String::new();
    for (place, item) in list.inner().iter().enumerate() {
        let Some(item) = item.downcast_ref::<CelString<'_>>() else {
            return Err(misfit("join", &arguments));
        };
        if place > 0 {
            joined.push_str(mark);
        }
        joined.push_str(item.inner());
        if joined.len() > LONGEST_TEXT {
            return Err(failed("join", "the text becomes too long"));
        }
    }
    Ok(text(joined))
}

/// What CEL's `timestamp` takes, and what directories write.
fn timestamp<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let Some(value) = arguments.pop() else {
        return Err(misfit("timestamp", &arguments));
    };
    if value.as_ref().downcast_ref::<CelTimestamp>().is_some() {
        return Ok(value);
    }
    let found = if let Some(text) = as_text(&value) {
        instant::read(text)
    } else if let Some(seconds) = value.as_ref().downcast_ref::<CelInt>() {
        instant::of_seconds(*seconds.inner())
    } else {
        return Err(misfit("timestamp", &[value]));
    };
    found
        .map(|instant| CowVal::owned(CelTimestamp::from(instant)))
        .ok_or_else(|| failed("timestamp", "the value is no point in time"))
}

/// `+`, with a bound on what it makes: a loop that doubles a text must end.
fn add<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let mut arguments = arguments.into_iter();
    let (Some(left), Some(right)) = (arguments.next(), arguments.next()) else {
        return Err(misfit("_+_", &[]));
    };
    let texts = as_text(&left).zip(as_text(&right));
    if texts.is_some_and(|(left, right)| left.len() + right.len() > LONGEST_TEXT) {
        return Err(failed("+", "the text becomes too long"));
    }
    let items = |value: &CowVal<'_, '_>| {
        value
            .as_ref()
            .downcast_ref::<CelList<'_>>()
            .map(|l| l.inner().len())
    };
    if items(&left).unwrap_or(0) + items(&right).unwrap_or(0) > LONGEST_LIST {
        return Err(failed("+", "the list becomes too long"));
    }
    let Some(adder) = left.as_adder() else {
        return Err(misfit("_+_", &[left, right]));
    };
    match adder.add(right.as_ref()) {
        Ok(sum) => Ok(CowVal::Owned(sum.into_owned())),
        Err(error @ ExecutionError::Overflow(..)) => Err(error),
        Err(_) => Err(misfit("_+_", &[left, right])),
    }
}

/// A pattern that was compiled with the expression.
#[derive(Clone, Debug)]
pub(super) struct Pattern(pub(super) Regex);

static PATTERN: Type = Type::new_unspecified_type("pattern");

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        &PATTERN
    }

    fn cel_type() -> &'static Type {
        &PATTERN
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}

fn matches<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let pattern = arguments
        .get(1)
        .and_then(|value| value.as_ref().downcast_ref::<Pattern>());
    match (arguments.first().and_then(as_text), pattern) {
        (Some(text), Some(Pattern(regex))) => {
            Ok(CowVal::owned(CelBool::from(regex.is_match(text))))
        }
        _ => Err(misfit("matches", &arguments)),
    }
}
