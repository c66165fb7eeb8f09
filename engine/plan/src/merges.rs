//! Fields of which sync owns single items: what groups give is put in and taken
//! out, and what the intranet has added stays.
//!
//! Sync remembers which items it gave. What it gave before and no longer gives is
//! taken away – unless the read was only partial: then somebody's membership may
//! be what is missing.

use crate::accounts::{AccountTable, Row, Synced};
use crate::edits::Places;
use crate::mapper::Mapper;
use crate::planner::Planner;
use hashbrown::HashMap;
use muster_model::{Cause, Coverage, EntryView, FieldChange, FieldName, Value};
use muster_policy::{FieldMapping, GroupRule, Texts, ValueSource};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A place among the texts that groups give.
type Item = u32;

/// Computes what groups give, and keeps who is to get other items.
#[derive(Debug, Default)]
pub(crate) struct Merges {
    /// All texts that were given so far, each once.
    texts: Vec<String>,
    places: HashMap<String, Item>,
    /// What each group gives, by the place of the field.
    given: HashMap<usize, HashMap<String, Vec<Item>>>,
    scratch: Vec<Item>,
    waiting: Vec<Waiting>,
}

/// Somebody who holds other items than groups give, or has not been given them.
#[derive(Debug)]
struct Waiting {
    row: Row,
    /// The person without an account who has to adopt this one first.
    adopter: Option<usize>,
    field: usize,
    desired: Vec<String>,
}

/// How a merged field is to become.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    value: Option<Value>,
    /// What sync has given of it.
    given: BTreeSet<String>,
}

impl Merges {
    /// How many people wait, to go back to.
    pub(crate) fn mark(&self) -> usize {
        self.waiting.len()
    }

    /// Forgets who came after a mark.
    pub(crate) fn forget(&mut self, mark: usize) {
        self.waiting.truncate(mark);
    }

    /// What groups give to a person, in canonical order.
    pub(crate) fn texts(
        &mut self,
        field: usize,
        rules: &[GroupRule],
        entry: EntryView<'_>,
    ) -> Texts<'static> {
        self.gather(field, rules, None, entry);
        let texts: Vec<Cow<'static, str>> = self
            .gathered()
            .map(|text| Cow::Owned(text.to_owned()))
            .collect();
        match texts.is_empty() {
            true => Texts::Absent,
            false => Texts::Many(texts),
        }
    }

    /// Compares what groups give with what an account holds and was given. If
    /// they differ, the end of the read tells what is to be done.
    pub(crate) fn note(
        &mut self,
        accounts: &AccountTable,
        (row, adopter): (Row, Option<usize>),
        place: usize,
        field: &FieldMapping,
        entry: EntryView<'_>,
    ) {
        let ValueSource::Groups(rules) = &field.value else {
            return;
        };
        self.gather(place, rules, field.default.as_deref(), entry);
        let is_held = match self.scratch.is_empty() {
            true => accounts.is_absent(row, place),
            false => accounts.holds_each(row, place, self.gathered()),
        };
        if is_held && accounts.synced(row, place) == Synced::Same {
            return;
        }
        let desired = self.gathered().map(str::to_owned).collect();
        self.waiting.push(Waiting {
            row,
            adopter,
            field: place,
            desired,
        });
    }

    /// Fills `scratch` with what groups give, in canonical order, each once.
    fn gather(
        &mut self,
        field: usize,
        rules: &[GroupRule],
        default: Option<&str>,
        entry: EntryView<'_>,
    ) {
        self.scratch.clear();
        for group in entry.groups() {
            let known = self.given.get(&field).and_then(|given| given.get(group));
            if known.is_none() {
                let items = self.learn(rules, group);
                self.given
                    .entry(field)
                    .or_default()
                    .insert(group.to_owned(), items);
            }
            let known = self.given.get(&field).and_then(|given| given.get(group));
            self.scratch.extend(known.into_iter().flatten());
        }
        if let (true, Some(default)) = (self.scratch.is_empty(), default) {
            let item = self.place(default);
            self.scratch.push(item);
        }
        let texts = &self.texts;
        let text = |item: &Item| texts.get(*item as usize);
        self.scratch.sort_unstable_by(|a, b| text(a).cmp(&text(b)));
        self.scratch.dedup();
    }

    fn gathered(&self) -> impl Iterator<Item = &str> {
        let texts = self.scratch.iter();
        texts.filter_map(|item| self.texts.get(*item as usize).map(String::as_str))
    }

    fn learn(&mut self, rules: &[GroupRule], group: &str) -> Vec<Item> {
        let texts: BTreeSet<String> = rules
            .iter()
            .filter_map(|rule| rule.items(group))
            .flatten()
            .collect();
        texts.iter().map(|text| self.place(text)).collect()
    }

    fn place(&mut self, text: &str) -> Item {
        if let Some(&place) = self.places.get(text) {
            return place;
        }
        // More than a policy's texts times a source's groups there are not.
        let place = Item::try_from(self.texts.len()).unwrap_or(Item::MAX);
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }
}

impl Planner<'_> {
    /// Puts items in and takes items out, now that it is known how much of the
    /// source was read.
    pub(crate) fn settle_merges(&mut self, coverage: &Coverage) {
        let waiting = std::mem::take(&mut self.mapper.merges.waiting);
        if waiting.is_empty() {
            return;
        }
        let may_take = !matches!(coverage, Coverage::Partial { .. });
        let mut places = Places::of(&self.edits);
        for one in waiting {
            if !self.is_adopted(one.row, one.adopter) {
                continue;
            }
            let Some(field) = self.policy.fields.get(one.field) else {
                continue;
            };
            let merged = merge(&self.accounts, &one, may_take);
            let before = self.accounts.value(one.row, one.field);
            if merged.value != before {
                let cause = cause(&self.mapper, field, &self.accounts, &one);
                let change = FieldChange {
                    name: field.name.clone(),
                    old: before,
                    new: merged.value.clone(),
                    cause,
                    policy: Some(field.at.clone()),
                    sensitive: field.sensitive,
                };
                places.add(&mut self.edits, one.row, change);
            } else if given_before(&self.accounts, one.row, one.field).as_ref()
                != Some(&merged.given)
            {
                self.unsettled.push(one.row);
            }
            self.merged.insert((one.row, one.field), merged);
        }
    }

    /// True unless an account is to be adopted for it, and is not.
    pub(crate) fn is_adopted(&self, row: Row, adopter: Option<usize>) -> bool {
        adopter.is_none_or(|place| self.adopters.get(&row) == Some(&place))
    }

    /// What sync remembers of an account's merged fields where it is not what
    /// they hold once the changes are made.
    pub(crate) fn given_items(&self, row: Row) -> BTreeMap<FieldName, Vec<String>> {
        let mut all = BTreeMap::new();
        for (place, field) in self.policy.fields.iter().enumerate() {
            if !field.is_merged() {
                continue;
            }
            let (after, given) = match self.merged.get(&(row, place)) {
                Some(merged) => (merged.value.clone(), Some(merged.given.clone())),
                None => (
                    self.accounts.value(row, place),
                    given_before(&self.accounts, row, place),
                ),
            };
            let Some(given) = given else {
                continue;
            };
            if after != value_of(&given) {
                all.insert(field.name.clone(), given.into_iter().collect());
            }
        }
        all
    }
}

/// What sync has given to an account; `None` if it has never written the field.
fn given_before(accounts: &AccountTable, row: Row, field: usize) -> Option<BTreeSet<String>> {
    match accounts.synced(row, field) {
        Synced::Never => None,
        Synced::Same => Some(set_of(accounts.value(row, field))),
        Synced::Differs => Some(set_of(accounts.last_synced(row, field).cloned())),
    }
}

fn merge(accounts: &AccountTable, one: &Waiting, may_take: bool) -> Merged {
    let before = accounts.value(one.row, one.field);
    let current = set_of(before.clone());
    let given = given_before(accounts, one.row, one.field).unwrap_or_default();
    let mut desired: BTreeSet<String> = one.desired.iter().cloned().collect();
    if !may_take {
        desired.extend(given.iter().cloned());
    }
    let kept = current.difference(&given).cloned();
    let after: BTreeSet<String> = kept.chain(desired.iter().cloned()).collect();
    Merged {
        value: match after == current {
            // Whatever its form is: nobody would see a difference.
            true => before,
            false => value_of(&after),
        },
        given: desired,
    }
}

/// Why a merged field changes. An item that somebody took away by hand, or that
/// the policy no longer gives, is none that the source has taken.
fn cause(
    mapper: &Mapper<'_>,
    field: &FieldMapping,
    accounts: &AccountTable,
    one: &Waiting,
) -> Cause {
    match given_before(accounts, one.row, one.field) {
        // What it holds was never sync's: it is written for the first time.
        _ if one.adopter.is_some() => Cause::Source,
        None => Cause::Policy,
        Some(_) if mapper.was_remapped(field) => Cause::Policy,
        Some(given) if given.iter().eq(&one.desired) => Cause::LocalEdit,
        Some(_) => Cause::Source,
    }
}

fn set_of(value: Option<Value>) -> BTreeSet<String> {
    match value {
        None => BTreeSet::new(),
        Some(Value::Text(text)) => BTreeSet::from([text]),
        Some(Value::List(items)) => items.into_iter().collect(),
    }
}

/// No items are no value.
fn value_of(items: &BTreeSet<String>) -> Option<Value> {
    (!items.is_empty()).then(|| Value::List(items.iter().cloned().collect()))
}
