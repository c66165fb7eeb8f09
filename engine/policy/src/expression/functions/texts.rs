//! What functions do to texts.

use super::constant::Constant;
use super::env::{Arguments, Outcome, failed, misfit};
use super::lists;
use crate::expression::limits::{LONGEST_LIST, LONGEST_TEXT};
use crate::text;
use cel::common::types::{CelBool, CelInt, CelList, CelNull, CelString, CelUInt, Kind};
use cel::common::value::{CowVal, Val};
use regex::Regex;

pub(super) fn as_text<'b>(value: &'b CowVal<'_, '_>) -> Option<&'b str> {
    value
        .as_ref()
        .downcast_ref::<CelString<'_>>()
        .map(CelString::inner)
}

/// An argument that is a text.
pub(super) fn text_at<'a>(arguments: &'a [CowVal<'_, '_>], place: usize) -> Option<&'a str> {
    arguments.get(place).and_then(as_text)
}

pub(super) fn text<'b, 'v>(text: String) -> CowVal<'b, 'v> {
    CowVal::owned(CelString::from(text))
}

pub(super) fn null<'b, 'v>() -> CowVal<'b, 'v> {
    CowVal::owned(CelNull)
}

pub(super) fn is_null(value: &CowVal<'_, '_>) -> bool {
    value.get_type().kind() == Kind::NullType
}

/// Changes a text, or each text of a list; null stays null.
fn each<'b, 'v>(
    name: &str,
    arguments: Arguments<'b, 'v>,
    change: &dyn Fn(&str) -> String,
) -> Outcome<'b, 'v> {
    let Some(value) = arguments.first() else {
        return Err(misfit(name, &arguments));
    };
    if let Some(one) = as_text(value) {
        return limited(name, change(one));
    }
    if is_null(value) {
        return Ok(null());
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

pub(super) fn limited<'b, 'v>(name: &str, result: String) -> Outcome<'b, 'v> {
    if result.len() > LONGEST_TEXT {
        return Err(failed(name, "the text becomes too long"));
    }
    Ok(text(result))
}

pub(super) fn lower<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    each("lower", arguments, &|text| text.to_lowercase())
}

pub(super) fn upper<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    each("upper", arguments, &|text| text.to_uppercase())
}

pub(super) fn title<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    each("title", arguments, &text::title)
}

pub(super) fn trim<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    each("trim", arguments, &|text| text.trim().to_owned())
}

pub(super) fn strip_diacritics<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    each("stripDiacritics", arguments, &text::strip_diacritics)
}

pub(super) fn replace<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let (Some(from), Some(to)) = (
        text_at(&arguments, 1).map(str::to_owned),
        text_at(&arguments, 2).map(str::to_owned),
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

/// Places beyond the text's end are its end: a short name has a short beginning.
pub(super) fn substring<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let (from, to) = match (arguments.get(1), arguments.get(2)) {
        (Some(from), None) => (place(from), Some(usize::MAX)),
        (Some(from), Some(to)) => (place(from), place(to)),
        (None, _) => (None, None),
    };
    let (Some(from), Some(to)) = (from, to) else {
        let negative = |value: &CowVal<'_, '_>| whole(value).is_some_and(|whole| whole < 0);
        return Err(match arguments.iter().skip(1).any(negative) {
            true => failed("substring", "a place is negative"),
            false => misfit("substring", &arguments),
        });
    };
    if to < from {
        return Err(failed("substring", "the end lies before the beginning"));
    }
    each("substring", arguments, &|text| {
        text.chars().skip(from).take(to - from).collect()
    })
}

fn place(value: &CowVal<'_, '_>) -> Option<usize> {
    usize::try_from(whole(value)?).ok()
}

/// A whole number of either kind.
pub(super) fn whole(value: &CowVal<'_, '_>) -> Option<i64> {
    let value = value.as_ref();
    match value.downcast_ref::<CelInt>() {
        Some(whole) => Some(*whole.inner()),
        None => i64::try_from(*value.downcast_ref::<CelUInt>()?.inner()).ok(),
    }
}

pub(super) fn index_of<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let (Some(whole), Some(part)) = (text_at(&arguments, 0), text_at(&arguments, 1)) else {
        return Err(misfit("indexOf", &arguments));
    };
    let before = whole.find(part).and_then(|at| whole.get(..at));
    let place = before.map_or(-1, |before| {
        i64::try_from(before.chars().count()).unwrap_or(i64::MAX)
    });
    Ok(CowVal::owned(CelInt::from(place)))
}

pub(super) fn split<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let (Some(whole), Some(mark)) = (text_at(&arguments, 0), text_at(&arguments, 1)) else {
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

/// A text is a list of one, and null one of none.
pub(super) fn join<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let Some(mark) = text_at(&arguments, 1).map(str::to_owned) else {
        return Err(misfit("join", &arguments));
    };
    let items = lists::items("join", &mut arguments)?;
    let mut joined = String::new();
    for (place, item) in items.iter().enumerate() {
        let Some(item) = item.downcast_ref::<CelString<'_>>() else {
            return Err(failed("join", "an item of the list is no text"));
        };
        if place > 0 {
            joined.push_str(&mark);
        }
        joined.push_str(item.inner());
        if joined.len() > LONGEST_TEXT {
            return Err(failed("join", "the text becomes too long"));
        }
    }
    Ok(text(joined))
}

pub(super) fn matches<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    match (text_at(&arguments, 0), pattern(&arguments)) {
        (Some(text), Some(regex)) => Ok(CowVal::owned(CelBool::from(regex.is_match(text)))),
        _ => Err(misfit("matches", &arguments)),
    }
}

fn pattern<'a>(arguments: &'a [CowVal<'_, '_>]) -> Option<&'a Regex> {
    match arguments.get(1)?.as_ref().downcast_ref::<Constant>()? {
        Constant::Pattern(regex) => Some(regex),
        _ => None,
    }
}
