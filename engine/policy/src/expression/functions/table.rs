//! Every function, once: what it takes, what it gives, what it is for. The
//! checker, the reference and editors all read it here.

use super::constant::Kind;
use super::{Function, Gives, Parameter, Style, Takes};
use crate::expression::shape::Shape;

const fn parameter(name: &'static str, takes: Takes) -> Parameter {
    Parameter {
        name,
        optional: false,
        takes,
    }
}

const fn maybe(of: Parameter) -> Parameter {
    Parameter {
        optional: true,
        ..of
    }
}

const fn named(name: &'static str, of: Parameter) -> Parameter {
    Parameter { name, ..of }
}

use Shape::{
    Attribute, Bool, Bytes, Duration, Fraction, Instant, List, Map, Null, Text, Type, Whole,
};

const TEXT: Parameter = parameter("t", Takes::Of(&[Text, Attribute], "a text"));
const TEXTS: Parameter = parameter(
    "t",
    Takes::Of(&[Text, Attribute, List, Null], "a text or a list of texts"),
);
const LIST: Parameter = parameter("l", Takes::List);
const ANY: Parameter = parameter("x", Takes::Anything);
const INSTANT: Parameter = parameter("time", Takes::Of(&[Instant, Null], "a time"));
const NOW: Parameter = parameter("time", Takes::Of(&[Instant], "a time"));
const DAY_OR_SPAN: Parameter = parameter(
    "time",
    Takes::Of(&[Instant, Duration], "a time or a duration"),
);
const WHOLE: Parameter = parameter("n", Takes::Of(&[Whole], "a whole number"));
const NUMBER: Parameter = parameter(
    "x",
    Takes::Of(
        &[Text, Attribute, Whole, Fraction, Instant],
        "a text, a number or a time",
    ),
);
const ZONE: Parameter = maybe(parameter("zone", Takes::Constant(Kind::Zone)));
const ITEM: Parameter = parameter("v", Takes::Syntax("a name for the item"));
const CONDITION: Parameter = parameter("condition", Takes::Syntax("a condition on the item"));
const VALUE: Parameter = parameter("value", Takes::Syntax("a value made of the item"));

/// A function of Muster's own.
const fn own(
    name: &'static str,
    style: Style,
    parameters: &'static [Parameter],
    gives: Gives,
    doc: &'static str,
    (example, result): (&'static str, &'static str),
) -> Function {
    Function {
        name,
        style,
        parameters,
        doc,
        example,
        result,
        gives,
        own: true,
    }
}

/// A function of CEL's standard library.
const fn cel(
    name: &'static str,
    style: Style,
    parameters: &'static [Parameter],
    gives: Shape,
    doc: &'static str,
    example: (&'static str, &'static str),
) -> Function {
    Function {
        own: false,
        ..own(name, style, parameters, Gives::Always(gives), doc, example)
    }
}

use Gives::{Always, EachText, Either, Item};
use Style::{Both, Macro, Member, Plain};

/// All functions. `mail`, `name`, `born` and so on in examples are those of the
/// person in the tests.
#[rustfmt::skip]
pub(in super::super) const FUNCTIONS: &[Function] = &[
    // What is there.
    cel("has", Macro, &[parameter("entry.x", Takes::Syntax("an attribute"))], Bool,
        "True if there is a value, even an empty one",
        ("has(entry.mail)", "true")),
    own("default", Both, &[ANY, named("y", ANY)], Either,
        "`x`, or `y` where `x` is null, an empty text or an empty list",
        ("default(entry.absent, \"none\")", "\"none\"")),
    own("values", Plain, &[parameter("x", Takes::Values)], Always(List),
        "Always a list: none, one or several",
        ("values(entry.givenName)", "[\"Zoë\"]")),
    cel("size", Both, &[parameter("x", Takes::Of(&[Text, Attribute, List, Map, Bytes], "a text, a list or a table"))], Whole,
        "Characters of a text, items of a list",
        ("size(values(entry.mail))", "2")),

    // Texts.
    cel("startsWith", Member, &[TEXT, named("x", TEXT)], Bool,
        "True if the text begins with `x`",
        ("\"anna\".startsWith(\"an\")", "true")),
    cel("endsWith", Member, &[TEXT, named("x", TEXT)], Bool,
        "True if the text ends with `x`",
        ("\"a@example.org\".endsWith(\".org\")", "true")),
    cel("contains", Member, &[TEXT, named("x", TEXT)], Bool,
        "True if `x` is somewhere in the text",
        ("\"anna\".contains(\"nn\")", "true")),
    own("matches", Both, &[TEXT, parameter("pattern", Takes::Constant(Kind::Pattern))], Always(Bool),
        "True if the regular expression is found in the text",
        ("\"X123456\".matches(\"^X[0-9]{6}$\")", "true")),
    own("lower", Both, &[TEXTS], EachText,
        "Small letters; a list keeps its items, null stays null",
        ("lower(\"ZOË\")", "\"zoë\"")),
    own("upper", Both, &[TEXTS], EachText,
        "Capital letters; a list keeps its items, null stays null",
        ("upper(\"Zoë\")", "\"ZOË\"")),
    own("title", Both, &[TEXTS], EachText,
        "Each word with a capital and small letters; null stays null",
        ("title(\"jean-luc O'NEILL\")", "\"Jean-Luc O'Neill\"")),
    own("trim", Both, &[TEXTS], EachText,
        "Without white space around it; null stays null",
        ("trim(\"  Editor \")", "\"Editor\"")),
    own("stripDiacritics", Both, &[TEXTS], EachText,
        "Latin letters without accents, `ø` as `o`, `ß` as `ss`; null stays null",
        ("stripDiacritics(\"Zoë Ødegård\")", "\"Zoe Odegard\"")),
    own("replace", Both, &[TEXTS, named("a", TEXT), named("b", TEXT)], EachText,
        "Every `a` replaced by `b`; null stays null",
        ("\"0049 30 1\".replace(\" \", \"\")", "\"0049301\"")),
    own("substring", Both, &[TEXTS, named("from", WHOLE), maybe(named("to", WHOLE))], EachText,
        "Characters from place `from`, counted from 0, up to `to`, or as far as there are any",
        ("substring(\"Ødegård\", 0, 3)", "\"Øde\"")),
    own("indexOf", Both, &[TEXT, named("x", TEXT)], Always(Whole),
        "Characters before the first `x`; -1 if there is none",
        ("indexOf(\"anna@example.org\", \"@\")", "4")),
    own("split", Both, &[TEXT, named("mark", TEXT)], Always(List),
        "The parts between the marks",
        ("\"anna@example.org\".split(\"@\")", "[\"anna\", \"example.org\"]")),
    own("join", Both, &[LIST, named("mark", TEXT)], Always(Text),
        "The texts of a list as one, with the mark between them",
        ("join(entry.mail, \"; \")", "\"zoe@example.org; z@example.com\"")),

    // Lists.
    own("first", Both, &[LIST], Item,
        "The first item; null if there is none",
        ("first(entry.mail)", "\"zoe@example.org\"")),
    own("last", Both, &[LIST], Item,
        "The last item; null if there is none",
        ("last(\"Sales/EMEA/Oslo\".split(\"/\"))", "\"Oslo\"")),
    own("unique", Both, &[LIST], Always(List),
        "Each item once, where it stood first",
        ("unique([\"b\", \"a\", \"b\"])", "[\"b\", \"a\"]")),
    own("sort", Both, &[LIST], Always(List),
        "The items in ascending order, texts by the numbers of their letters in Unicode",
        ("sort([\"b\", \"a\"])", "[\"a\", \"b\"]")),
    own("reverse", Both, &[LIST], Always(List),
        "The items from the last to the first",
        ("reverse([1, 2, 3])", "[3, 2, 1]")),
    own("flatten", Both, &[LIST], Always(List),
        "Lists in a list opened, one level deep; nulls go",
        ("flatten([entry.mail, entry.absent, \"x\"])", "[\"zoe@example.org\", \"z@example.com\", \"x\"]")),
    cel("all", Macro, &[LIST, ITEM, CONDITION], Bool,
        "True if the condition holds for every item",
        ("entry.mail.all(v, v.contains(\"@\"))", "true")),
    cel("exists", Macro, &[LIST, ITEM, CONDITION], Bool,
        "True if the condition holds for an item",
        ("entry.mail.exists(v, v.endsWith(\".com\"))", "true")),
    cel("exists_one", Macro, &[LIST, ITEM, CONDITION], Bool,
        "True if the condition holds for one item only",
        ("entry.mail.exists_one(v, v.endsWith(\".com\"))", "true")),
    cel("map", Macro, &[LIST, ITEM, VALUE], List,
        "A value for each item",
        ("entry.mail.map(v, upper(v))", "[\"ZOE@EXAMPLE.ORG\", \"Z@EXAMPLE.COM\"]")),
    cel("filter", Macro, &[LIST, ITEM, CONDITION], List,
        "The items for which the condition holds",
        ("entry.mail.filter(v, v.endsWith(\".org\"))", "[\"zoe@example.org\"]")),

    // Times.
    own("timestamp", Plain, &[parameter("t", Takes::Of(&[Text, Attribute, Whole, Instant], "a text or a time"))], Always(Instant),
        "A point in time: RFC 3339, a date (midnight UTC), LDAP's generalized time, a Windows FILETIME (both of its values for \"never\" lie in the year 9999)",
        ("timestamp(\"20261123080000Z\")", "timestamp(\"2026-11-23T08:00:00Z\")")),
    own("date", Both, &[parameter("t", Takes::Of(&[Text, Attribute, Instant, Null], "a text")), maybe(parameter("format", Takes::Constant(Kind::Reading))), ZONE], Always(Instant),
        "A point in time, read as the format says, or as `timestamp` reads it; null and an empty text give null",
        ("date(\"23.11.2026\", \"%d.%m.%Y\")", "timestamp(\"2026-11-23T00:00:00Z\")")),
    own("format", Both, &[INSTANT, parameter("format", Takes::Constant(Kind::Writing)), ZONE], Always(Text),
        "A time as a text, in UTC or a time zone; null stays null",
        ("format(now, \"%d.%m.%Y %H:%M\", \"Europe/Berlin\")", "\"23.11.2026 09:00\"")),
    own("startOfDay", Both, &[INSTANT, ZONE], Always(Instant),
        "The midnight with which the day began, in UTC or a time zone; null stays null",
        ("startOfDay(now)", "timestamp(\"2026-11-23\")")),
    own("days", Plain, &[WHOLE], Always(Duration),
        "So many times 24 hours, to be added to a time or taken from it",
        ("now - days(30)", "timestamp(\"2026-10-24T08:00:00Z\")")),
    cel("duration", Plain, &[parameter("t", Takes::Of(&[Text, Attribute, Duration], "a text"))], Duration,
        "A length of time, of hours, minutes and seconds",
        ("now + duration(\"1h30m\")", "timestamp(\"2026-11-23T09:30:00Z\")")),
    cel("getFullYear", Member, &[NOW, ZONE], Whole,
        "The year",
        ("now.getFullYear()", "2026")),
    cel("getMonth", Member, &[NOW, ZONE], Whole,
        "The month, counted from 0",
        ("now.getMonth()", "10")),
    cel("getDate", Member, &[NOW, ZONE], Whole,
        "The day of the month, counted from 1",
        ("now.getDate()", "23")),
    cel("getDayOfMonth", Member, &[NOW, ZONE], Whole,
        "The day of the month, counted from 0",
        ("now.getDayOfMonth()", "22")),
    cel("getDayOfWeek", Member, &[NOW, ZONE], Whole,
        "The day of the week; Sunday is 0",
        ("now.getDayOfWeek()", "1")),
    cel("getDayOfYear", Member, &[NOW, ZONE], Whole,
        "The day of the year, counted from 0",
        ("now.getDayOfYear()", "326")),
    cel("getHours", Member, &[DAY_OR_SPAN, ZONE], Whole,
        "The hour of the day; all hours of a duration",
        ("now.getHours(\"Europe/Berlin\")", "9")),
    cel("getMinutes", Member, &[DAY_OR_SPAN, ZONE], Whole,
        "The minute of the hour; all minutes of a duration",
        ("now.getMinutes()", "0")),
    cel("getSeconds", Member, &[DAY_OR_SPAN, ZONE], Whole,
        "The second of the minute; all seconds of a duration",
        ("now.getSeconds()", "0")),
    cel("getMilliseconds", Member, &[DAY_OR_SPAN, ZONE], Whole,
        "The thousandths of the second; of a duration, all of them",
        ("now.getMilliseconds()", "0")),

    // Kinds of values.
    cel("int", Plain, &[NUMBER], Whole,
        "A whole number; of a time, the seconds since 1970",
        ("int(\"42\") + 1", "43")),
    cel("uint", Plain, &[NUMBER], Whole,
        "A whole number that is not negative",
        ("uint(\"42\")", "42u")),
    cel("double", Plain, &[NUMBER], Fraction,
        "A number",
        ("double(\"1.5\") * 2.0", "3.0")),
    cel("string", Plain, &[parameter("x", Takes::Of(&[Text, Attribute, Bool, Whole, Fraction, Instant, Duration, Bytes], "a text, a number, a time, or true or false"))], Text,
        "A text",
        ("string(42)", "\"42\"")),
    cel("bool", Plain, &[parameter("x", Takes::Of(&[Text, Attribute, Bool], "a text"))], Bool,
        "True or false, of `true`, `TRUE`, `1` and the like",
        ("bool(\"true\")", "true")),
    cel("bytes", Plain, &[parameter("t", Takes::Of(&[Text, Attribute, Bytes], "a text"))], Bytes,
        "The bytes of a text",
        ("size(bytes(\"ë\"))", "2")),
    cel("dyn", Plain, &[ANY], Shape::Any,
        "The same value, of which the check knows nothing",
        ("dyn(1) == 1", "true")),
    cel("type", Plain, &[ANY], Type,
        "The kind of a value: `string`, `list`, `null_type`, …",
        ("type(entry.mail) == list", "true")),
];
