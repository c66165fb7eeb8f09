//! Limits that stop a plan from being applied.

use muster_model::{Action, Change, FieldName, GuardResult, UsernameKey};
use muster_policy::{Limit, Policy};
use std::collections::BTreeMap;

/// What guards measure a plan against.
pub(crate) struct Measures<'a> {
    pub(crate) changes: &'a [Change],
    /// Active accounts of the directory before the plan.
    pub(crate) population: u64,
    /// Entries in scope; `None` if the read does not tell how many there are.
    pub(crate) in_scope: Option<u64>,
}

/// Measures the guards of a policy on changes that no read has led to. Keys of
/// `overrides` are a guard's whole name, `block.max`, or its family, `block`;
/// `population` counts the directory's active accounts.
pub fn guards_of(
    policy: &Policy,
    overrides: &BTreeMap<String, String>,
    changes: &[Change],
    population: u64,
) -> Vec<GuardResult> {
    let measures = Measures {
        changes,
        population,
        in_scope: None,
    };
    measure(policy, overrides, &measures)
}

/// Measures every guard of the policy, tripped or not.
pub(crate) fn measure(
    policy: &Policy,
    overrides: &BTreeMap<String, String>,
    measures: &Measures<'_>,
) -> Vec<GuardResult> {
    let mut results = Vec::new();
    for (action, limit) in &policy.guards.limits {
        let count = measures.changes.iter().filter(|c| counts(c, *action));
        let value = count.count() as u64;
        push(
            &mut results,
            action.as_str(),
            limit,
            value,
            measures.population,
        );
    }
    if let Some(in_scope) = measures.in_scope {
        let fewer = measures.population.saturating_sub(in_scope);
        let shrink = &policy.guards.shrink;
        push(&mut results, "shrink", shrink, fewer, measures.population);
    }
    clear(policy, measures, &mut results);
    protect(policy, measures, &mut results);
    for result in &mut results {
        result.overridden = overriding(overrides, &result.name)
            .filter(|_| result.tripped)
            .cloned();
    }
    results.sort_by(|a, b| a.name.cmp(&b.name));
    results
}

/// True if a change is of this kind. An adoption under another name is a rename
/// as well.
fn counts(change: &Change, action: Action) -> bool {
    let renames = || {
        let mut fields = change.fields.iter();
        change.action == Action::Adopt && fields.any(|field| field.name.as_str() == "username")
    };
    change.action == action || (action == Action::Rename && renames())
}

/// The reason for going past a guard: given for it alone or for its family.
fn overriding<'o>(overrides: &'o BTreeMap<String, String>, name: &str) -> Option<&'o String> {
    let family = name.split('.').next().unwrap_or(name);
    overrides.get(name).or_else(|| overrides.get(family))
}

fn push(results: &mut Vec<GuardResult>, family: &str, limit: &Limit, value: u64, population: u64) {
    let mut result = |name: &str, limit_value: u64, value: u64, tripped: bool| {
        results.push(GuardResult {
            name: format!("{family}.{name}"),
            limit: limit_value,
            value,
            tripped,
            text: None,
            overridden: None,
            policy: limit.at.clone(),
        });
    };
    if let Some(max) = limit.max {
        result("max", max, value, value > max);
    }
    if let Some(max) = limit.max_percent {
        let tripped = population >= limit.min_population
            && value > 0
            && u128::from(value) * 100 > u128::from(max) * u128::from(population);
        result("max_percent", max, percent(value, population), tripped);
    }
}

/// Rounded up, so that a limit that is passed is also seen to be passed.
fn percent(value: u64, population: u64) -> u64 {
    match population {
        0 if value == 0 => 0,
        0 => 100,
        _ => (u128::from(value) * 100).div_ceil(u128::from(population)) as u64,
    }
}

/// A mapped field that would be emptied for many people at once: the directory
/// renamed an attribute, or took away the right to read it.
fn clear(policy: &Policy, measures: &Measures<'_>, results: &mut Vec<GuardResult>) {
    let mut emptied: BTreeMap<&FieldName, u64> = BTreeMap::new();
    let updates = measures.changes.iter();
    let writes = |change: &&Change| matches!(change.action, Action::Update | Action::Adopt);
    for change in updates.filter(writes) {
        for field in &change.fields {
            let had = field.old.as_ref().is_some_and(|value| !value.is_empty());
            let has = field.new.as_ref().is_some_and(|value| !value.is_empty());
            let mapped = policy.fields.iter().any(|known| known.name == field.name);
            if mapped && had && !has {
                *emptied.entry(&field.name).or_default() += 1;
            }
        }
    }
    let worst = emptied
        .iter()
        .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    let value = worst.map_or(0, |(_, count)| *count);
    let before = results.len();
    push(
        results,
        "clear",
        &policy.guards.clear,
        value,
        measures.population,
    );
    if let Some((field, count)) = worst {
        for result in results.iter_mut().skip(before) {
            result.text = Some(format!(
                "field `{field}` would be emptied for {count} people"
            ));
        }
    }
}

fn protect(policy: &Policy, measures: &Measures<'_>, results: &mut Vec<GuardResult>) {
    let Some(first) = policy.guards.protect.first() else {
        return;
    };
    let mut touched: Vec<&str> = measures
        .changes
        .iter()
        .filter(|change| {
            matches!(
                change.action,
                Action::Block | Action::Rename | Action::Adopt
            )
        })
        .filter(|change| {
            names_of(change).any(|key| policy.guards.protect.iter().any(|p| p.username == key))
        })
        .map(|change| change.username.as_str())
        .collect();
    touched.sort_unstable();
    touched.dedup();
    results.push(GuardResult {
        name: "protect".to_owned(),
        limit: 0,
        value: touched.len() as u64,
        tripped: !touched.is_empty(),
        text: (!touched.is_empty()).then(|| {
            format!(
                "protected accounts would be blocked, renamed or adopted: {}",
                touched.join(", ")
            )
        }),
        overridden: None,
        policy: Some(first.at.clone()),
    });
}

/// The usernames that an account has before and after a change.
fn names_of(change: &Change) -> impl Iterator<Item = UsernameKey> + '_ {
    let before = change
        .fields
        .iter()
        .filter(|field| field.name.as_str() == "username")
        .filter_map(|field| field.old.as_ref())
        .map(|old| UsernameKey::of(&old.to_string()));
    std::iter::once(change.username.key()).chain(before)
}
