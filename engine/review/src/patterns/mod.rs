//! Changes by what happens, not by person: "412 × `email`: domain a.example →
//! b.example".
//!
//! A thousand lines of a plan are read by nobody; the ten things that happen in
//! it are. Every change is part of at least one pattern, and nothing is in a
//! pattern that is in no change. Values of sensitive fields are never in one.

mod kind;

pub use kind::Kind;

use crate::words::safe;
use muster_model::plan::BLOCK_REASONS;
use muster_model::{
    AccountId, Action, Cause, Change, FieldChange, FieldName, Plan, PolicyLine, Username, Value,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One thing that happens to many people alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pattern {
    /// What is done to their accounts.
    pub action: Action,
    /// The code of the reason.
    pub reason: String,
    /// The field that it is about; none for the action as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldName>,
    /// Why the field changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What happens, as a phrase: `domain a.example → b.example`.
    pub text: String,
    /// To how many people.
    pub count: u64,
    /// The lines of policy that cause it, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<PolicyLine>,
    /// The first of them, in order.
    pub usernames: Vec<Username>,
    /// How many there are beside them.
    pub more: u64,
}

impl Pattern {
    /// The field and what happens to it: "`email`: domain a.example → b.example".
    pub fn sentence(&self) -> String {
        match &self.field {
            Some(field) => format!("`{}`: {}", safe(field.as_str()), self.text),
            None => self.text.clone(),
        }
    }
}

/// What patterns are made with.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// How many people of each pattern are named.
    pub named: usize,
    /// Fields whose values are accounts.
    pub references: &'a BTreeSet<FieldName>,
    /// Whom those accounts belong to.
    pub names: &'a BTreeMap<AccountId, Username>,
    /// Whether what people have is told.
    pub values: Values,
}

/// Whether what people have is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// As it is, unless it is sensitive.
    Shown,
    /// Only which domains addresses get.
    Hidden,
}

static NO_FIELDS: BTreeSet<FieldName> = BTreeSet::new();
static NO_NAMES: BTreeMap<AccountId, Username> = BTreeMap::new();

impl Default for Look<'_> {
    fn default() -> Self {
        Self {
            named: 5,
            references: &NO_FIELDS,
            names: &NO_NAMES,
            values: Values::Shown,
        }
    }
}

impl<'a> Look<'a> {
    /// With what a plan knows of the accounts that its values are.
    pub fn at(plan: &'a Plan) -> Self {
        Self {
            references: &plan.references,
            names: &plan.names,
            ..Self::default()
        }
    }
}

/// Groups a plan's changes.
pub fn of_plan(plan: &Plan) -> Vec<Pattern> {
    of(&plan.changes, Look::at(plan))
}

/// Groups changes; the largest group comes first. The order of the changes does
/// not matter.
pub fn of<'c>(changes: impl IntoIterator<Item = &'c Change>, look: Look<'_>) -> Vec<Pattern> {
    let mut groups: BTreeMap<Key<'c>, Group<'c>> = BTreeMap::new();
    for change in changes {
        for (key, line) in keys(change, look) {
            groups.entry(key).or_default().add(change, line);
        }
    }
    let groups = merged(groups, Kind::whatever_it_was);
    let mut patterns: Vec<Pattern> = merged(groups, Kind::in_general)
        .into_iter()
        .map(|(key, group)| pattern(key, group, look))
        .collect();
    // Groups came in order of their keys, which decides between equals.
    patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.count));
    patterns
}

/// What makes two changes alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'c> {
    action: Action,
    reason: &'c str,
    field: Option<&'c FieldName>,
    cause: Option<Rank>,
    kind: Kind,
}

/// A cause with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Source,
    LocalEdit,
    Policy,
}

impl From<Cause> for Rank {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Source => Self::Source,
            Cause::LocalEdit => Self::LocalEdit,
            Cause::Policy => Self::Policy,
        }
    }
}

impl From<Rank> for Cause {
    fn from(rank: Rank) -> Self {
        match rank {
            Rank::Source => Self::Source,
            Rank::LocalEdit => Self::LocalEdit,
            Rank::Policy => Self::Policy,
        }
    }
}

/// Who does alike.
#[derive(Debug, Default)]
struct Group<'c> {
    people: BTreeSet<&'c Username>,
    lines: BTreeSet<&'c PolicyLine>,
}

impl<'c> Group<'c> {
    fn add(&mut self, change: &'c Change, line: Option<&'c PolicyLine>) {
        self.people.insert(&change.username);
        self.lines.extend(line);
    }

    fn join(&mut self, other: Self) {
        self.people.extend(other.people);
        self.lines.extend(other.lines);
    }
}

/// The groups that one change belongs to, each with the policy line behind it.
fn keys<'c>(change: &'c Change, look: Look<'_>) -> Vec<(Key<'c>, Option<&'c PolicyLine>)> {
    let key = |field: Option<&'c FieldChange>, kind| Key {
        action: change.action,
        reason: &change.reason.code,
        field: field.map(|field| &field.name),
        cause: field.map(|field| field.cause.into()),
        kind,
    };
    let mut keys = Vec::new();
    if !matches!(change.action, Action::Update | Action::Rename) {
        let whole = Kind::Whole(change.action, change.reason.text.clone());
        keys.push((key(None, whole), change.reason.policy.as_ref()));
    }
    // A new account has all of its values for the first time.
    if change.action != Action::Create {
        for field in change
            .fields
            .iter()
            .filter(|field| says_more(change, field))
        {
            let is_reference = look.references.contains(&field.name);
            let line = field.policy.as_ref().or(change.reason.policy.as_ref());
            let kind = Kind::of(field, is_reference);
            let kind = match look.values {
                Values::Shown => kind,
                Values::Hidden => kind.without_values(),
            };
            keys.push((key(Some(field), kind), line));
        }
    }
    if keys.is_empty() {
        let whole = Kind::Whole(change.action, change.reason.text.clone());
        keys.push((key(None, whole), change.reason.policy.as_ref()));
    }
    keys
}

/// True unless the field is what the action consists of.
fn says_more(change: &Change, field: &FieldChange) -> bool {
    !matches!(
        (change.action, field.name.as_str()),
        (Action::Adopt | Action::Detach, "directory")
            | (Action::Block | Action::Unblock, BLOCK_REASONS)
    )
}

/// Values of which no two people have the same pair are no patterns: they are
/// told together.
fn merged<'c>(
    groups: BTreeMap<Key<'c>, Group<'c>>,
    in_general: fn(&Kind) -> Option<Kind>,
) -> BTreeMap<Key<'c>, Group<'c>> {
    let mut merged: BTreeMap<Key<'c>, Group<'c>> = BTreeMap::new();
    let mut alone: BTreeMap<Key<'c>, Vec<(Key<'c>, Group<'c>)>> = BTreeMap::new();
    for (key, group) in groups {
        match in_general(&key.kind).filter(|_| group.people.len() == 1) {
            Some(kind) => {
                let general = Key {
                    kind,
                    ..key.clone()
                };
                alone.entry(general).or_default().push((key, group));
            }
            None => {
                merged.insert(key, group);
            }
        }
    }
    for (general, mut singles) in alone {
        // One alone is told as it is.
        match (singles.len(), singles.pop()) {
            (1, Some((key, group))) => merged.entry(key).or_default().join(group),
            (_, last) => singles.into_iter().chain(last).for_each(|(_, group)| {
                merged.entry(general.clone()).or_default().join(group);
            }),
        }
    }
    merged
}

fn pattern(key: Key<'_>, group: Group<'_>, look: Look<'_>) -> Pattern {
    let count = group.people.len();
    let text = match key.field {
        Some(field) if look.references.contains(field) => key.kind.phrase(|text| {
            let id = text.parse::<AccountId>().ok();
            let name = id.and_then(|id| look.names.get(&id));
            name.map_or_else(|| text.to_owned(), |name| name.as_str().to_owned())
        }),
        _ => key.kind.phrase(str::to_owned),
    };
    Pattern {
        action: key.action,
        reason: key.reason.to_owned(),
        field: key.field.cloned(),
        cause: key.cause.map(Cause::from),
        text,
        count: count as u64,
        policy: group.lines.into_iter().cloned().collect(),
        usernames: group.people.into_iter().take(look.named).cloned().collect(),
        more: count.saturating_sub(look.named) as u64,
    }
}

/// True if a value says nothing.
fn is_nothing(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_empty)
}

#[cfg(test)]
mod tests;
