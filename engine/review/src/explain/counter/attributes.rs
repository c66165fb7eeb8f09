//! Other values of an attribute, as far as a condition's own value says that they
//! matter.

use crate::explain::case::Case;
use crate::explain::read::plain;
use jiff::{SignedDuration, Timestamp};
use muster_model::page::PlainRow;
use muster_model::{EntryView, Page};
use muster_policy::{Evaluator, Expression, FieldMapping, Leaf, Valuer};
use std::collections::BTreeMap;

/// Entries in which values that occur are looked for.
const LOOKED_AT: usize = 5_000;

/// A value that so many people have is nobody's own.
const COMMON: usize = 3;

/// Values of one attribute that are tried.
const TRIED: usize = 12;

/// An attribute, and values with which a condition has another truth; the first is the
/// one that is told.
pub(super) struct Flip {
    pub(super) attribute: usize,
    pub(super) to: Vec<String>,
}

/// Other values with which a condition becomes `wanted`: one for each attribute that it
/// reads, if there is one.
pub(super) fn flips(
    case: &Case<'_>,
    entry: EntryView<'_>,
    expression: &Expression,
    wanted: bool,
) -> Vec<Flip> {
    let now = case.question.now();
    let width = case.policy().attributes.len();
    let row = plain(entry, width);
    let mut found: Vec<Flip> = Vec::new();
    for leaf in expression.leaves() {
        for &attribute in &leaf.attributes {
            if found.iter().any(|flip| flip.attribute == attribute) {
                continue;
            }
            let values = proposals(case, &leaf, attribute, now);
            let flips = |to: &Vec<String>| {
                let value = with(&row, attribute, to, width, |entry| {
                    Evaluator::new(expression, now).test(entry).ok()
                });
                value.flatten() == Some(wanted)
            };
            let to = values.into_iter().take(TRIED).find(flips);
            found.extend(to.map(|to| Flip { attribute, to }));
        }
    }
    found
}

/// A value with which a field can be computed, and is not blank.
pub(super) fn repair(case: &Case<'_>, entry: EntryView<'_>, field: &FieldMapping) -> Option<Flip> {
    let now = case.question.now();
    let width = case.policy().attributes.len();
    let row = plain(entry, width);
    let plausible = ["name", "1", "true", "2000-01-01", "+49 30 901820"];
    for attribute in field.value.origins() {
        let common = common(case, attribute).into_iter();
        let all = common.chain(plausible.iter().map(|text| (*text).to_owned()));
        for value in all {
            let to = vec![value];
            let made = with(&row, attribute, &to, width, |entry| {
                Valuer::of_field(field, now)
                    .trace(entry)
                    .result
                    .ok()
                    .flatten()
            });
            let made = made.flatten().unwrap_or_default();
            if made.iter().any(|text| !text.trim().is_empty()) {
                return Some(Flip { attribute, to });
            }
        }
    }
    None
}

/// Looks at an entry with other values of one attribute.
fn with<R>(
    row: &PlainRow,
    attribute: usize,
    to: &[String],
    width: usize,
    look: impl FnOnce(EntryView<'_>) -> R,
) -> Option<R> {
    let mut row = row.clone();
    to.clone_into(row.values.get_mut(attribute)?);
    let page = Page::from_rows(width, &[row], Vec::new());
    let entry = page.entries().next()?;
    Some(look(entry))
}

/// Values that are worth a try: what the condition itself names, what others have,
/// none at all, and something else.
fn proposals(case: &Case<'_>, leaf: &Leaf, attribute: usize, now: Timestamp) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    if leaf.reads_now {
        all.extend(around(now).into_iter().map(|text| vec![text]));
    }
    all.extend(leaf.constants.iter().map(|text| vec![text.clone()]));
    all.extend(common(case, attribute).into_iter().map(|text| vec![text]));
    for number in leaf
        .constants
        .iter()
        .filter_map(|text| text.parse::<i64>().ok())
    {
        let beside = [number.checked_add(1), number.checked_sub(1)];
        all.extend(
            beside
                .into_iter()
                .flatten()
                .map(|number| vec![number.to_string()]),
        );
    }
    all.push(Vec::new());
    all.push(vec!["other".to_owned()]);
    all
}

/// A year from now and a year ago, as dates and as points in time.
fn around(now: Timestamp) -> Vec<String> {
    let year = SignedDuration::from_hours(24 * 365);
    let both = [now.checked_add(year), now.checked_sub(year)];
    let both = both.into_iter().flatten().map(|at| at.to_string());
    let both: Vec<String> = both
        .map(|at| match at.split_once('T') {
            Some((day, _)) => format!("{day}T00:00:00Z"),
            None => at,
        })
        .collect();
    let days = both
        .iter()
        .filter_map(|at| Some(at.split_once('T')?.0.to_owned()));
    days.chain(both.iter().cloned()).collect()
}

/// Values that many have, the most common first.
fn common(case: &Case<'_>, attribute: usize) -> Vec<String> {
    let policy = case.policy();
    let name = policy.attributes.get(attribute);
    if name.is_some_and(|name| policy.hides(name)) {
        return Vec::new();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, entry) in case.question.read.entries().take(LOOKED_AT) {
        for value in entry.values(attribute) {
            *counts.entry(value).or_default() += 1;
        }
    }
    let mut common: Vec<(&str, usize)> = counts
        .into_iter()
        .filter(|(value, count)| *count >= COMMON && !value.is_empty())
        .collect();
    common.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    common
        .into_iter()
        .take(4)
        .map(|(value, _)| value.to_owned())
        .collect()
}
