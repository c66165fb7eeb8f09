//! What functions do to lists, and to values of any kind.

use super::env::{Arguments, Outcome, failed, misfit};
use super::texts::{as_text, is_null, null};
use crate::expression::limits::{LONGEST_LIST, LONGEST_TEXT};
use cel::ExecutionError;
use cel::common::types::{
    CelBool, CelDouble, CelDuration, CelInt, CelList, CelString, CelTimestamp, CelUInt, Kind,
};
use cel::common::value::{CowVal, Val};
use std::collections::BTreeSet;
use std::mem::discriminant;

type Items<'v> = Vec<Box<dyn Val + 'v>>;

fn as_items<'a, 'v>(value: &'a (dyn Val + 'v)) -> Option<&'a [Box<dyn Val + 'v>]> {
    value.downcast_ref::<CelList<'_>>().map(CelList::inner)
}

fn list<'b, 'v>(items: Items<'v>) -> CowVal<'b, 'v> {
    CowVal::owned(CelList::from(items))
}

/// Takes the first argument as a list: a text is a list of one, as attributes
/// with one value are, and null one of none.
pub(super) fn items<'v>(
    name: &str,
    arguments: &mut Arguments<'_, 'v>,
) -> Result<Items<'v>, ExecutionError> {
    let Some(value) = arguments.first() else {
        return Err(misfit(name, arguments));
    };
    if let Some(items) = as_items(value.as_ref()) {
        return Ok(items.to_vec());
    }
    match value.get_type().kind() {
        Kind::NullType => Ok(Vec::new()),
        Kind::String => Ok(vec![arguments.swap_remove(0).into_owned()]),
        _ => Err(misfit(name, arguments)),
    }
}

/// Always a list: of one for a text, empty for null.
pub(super) fn values<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let Some(value) = arguments.pop() else {
        return Err(misfit("values", &arguments));
    };
    Ok(match value.get_type().kind() {
        Kind::List => value,
        Kind::NullType => list(Vec::new()),
        _ => list(vec![value.into_owned()]),
    })
}

/// The second argument where the first has nothing to show.
pub(super) fn default<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let (Some(otherwise), Some(value)) = (arguments.pop(), arguments.pop()) else {
        return Err(misfit("default", &arguments));
    };
    let blank = is_null(&value)
        || as_text(&value).is_some_and(str::is_empty)
        || as_items(value.as_ref()).is_some_and(<[_]>::is_empty);
    Ok(if blank { otherwise } else { value })
}

pub(super) fn first<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let items = items("first", &mut arguments)?;
    Ok(items.into_iter().next().map_or_else(null, CowVal::Owned))
}

pub(super) fn last<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let items = items("last", &mut arguments)?;
    Ok(items
        .into_iter()
        .next_back()
        .map_or_else(null, CowVal::Owned))
}

pub(super) fn reverse<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let mut items = items("reverse", &mut arguments)?;
    items.reverse();
    Ok(list(items))
}

pub(super) fn unique<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let items = items("unique", &mut arguments)?;
    let mut seen = BTreeSet::new();
    let mut kept = Vec::with_capacity(items.len());
    for item in &items {
        let rank = Rank::of(item.as_ref())
            .ok_or_else(|| failed("unique", "an item is a list, a table or null"))?;
        if seen.insert(rank) {
            kept.push(item.clone());
        }
    }
    Ok(list(kept))
}

pub(super) fn sort<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let items = items("sort", &mut arguments)?;
    let mixed = || {
        failed(
            "sort",
            "the items are not all texts, all numbers or all times",
        )
    };
    let mut ranked = Vec::with_capacity(items.len());
    for item in &items {
        ranked.push((Rank::of(item.as_ref()).ok_or_else(mixed)?, item));
    }
    let kind = ranked.first().map(|(rank, _)| discriminant(rank));
    if ranked
        .iter()
        .any(|(rank, _)| Some(discriminant(rank)) != kind)
    {
        return Err(mixed());
    }
    ranked.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(list(
        ranked.into_iter().map(|(_, item)| item.clone()).collect(),
    ))
}

/// By what items are told apart and put in order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank<'a> {
    Bool(bool),
    Whole(i128),
    /// The bits, turned so that they are in the order of the numbers.
    Fraction(i64),
    Text(&'a str),
    Instant(i64, u32),
    Duration(chrono::Duration),
}

impl<'a> Rank<'a> {
    fn of<'v>(item: &'a (dyn Val + 'v)) -> Option<Self> {
        if let Some(text) = item.downcast_ref::<CelString<'_>>() {
            return Some(Self::Text(text.inner()));
        }
        if let Some(whole) = item.downcast_ref::<CelInt>() {
            return Some(Self::Whole((*whole.inner()).into()));
        }
        if let Some(whole) = item.downcast_ref::<CelUInt>() {
            return Some(Self::Whole((*whole.inner()).into()));
        }
        if let Some(number) = item.downcast_ref::<CelDouble>() {
            // 0.0 and -0.0 are one number.
            let bits = (*number.inner() + 0.0).to_bits().cast_signed();
            return Some(Self::Fraction(bits ^ ((bits >> 63) & i64::MAX)));
        }
        if let Some(flag) = item.downcast_ref::<CelBool>() {
            return Some(Self::Bool(*flag.inner()));
        }
        if let Some(length) = item.downcast_ref::<CelDuration>() {
            return Some(Self::Duration(*length.inner()));
        }
        let instant = item.downcast_ref::<CelTimestamp>()?.inner();
        Some(Self::Instant(
            instant.timestamp(),
            instant.timestamp_subsec_nanos(),
        ))
    }
}

pub(super) fn flatten<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let mut flat: Items<'v> = Vec::new();
    for item in items("flatten", &mut arguments)? {
        match as_items(item.as_ref()) {
            Some(inner) => flat.extend(
                inner
                    .iter()
                    .filter(|one| !is_nothing(one.as_ref()))
                    .cloned(),
            ),
            None if is_nothing(item.as_ref()) => {}
            None => flat.push(item),
        }
        if flat.len() > LONGEST_LIST {
            return Err(failed("flatten", "the list becomes too long"));
        }
    }
    Ok(list(flat))
}

fn is_nothing(item: &dyn Val) -> bool {
    item.get_type().kind() == Kind::NullType
}

/// `+`, with a bound on what it makes: a loop that doubles a text must end.
pub(super) fn add<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let mut arguments = arguments.into_iter();
    let (Some(left), Some(right)) = (arguments.next(), arguments.next()) else {
        return Err(misfit("_+_", &[]));
    };
    let texts = as_text(&left).zip(as_text(&right));
    if texts.is_some_and(|(left, right)| left.len() + right.len() > LONGEST_TEXT) {
        return Err(failed("+", "the text becomes too long"));
    }
    let length = |value: &CowVal<'_, '_>| as_items(value.as_ref()).map_or(0, <[_]>::len);
    if length(&left) + length(&right) > LONGEST_LIST {
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
