//! Two plans, compared person by person.

use super::people::{Both, gather};
use super::{Affected, Deed, Difference, Effect, Group, Side, Way};
use crate::patterns::{self, Look, Values};
use muster_model::{
    AccountId, Action, Cause, Change, DirectoryName, FieldChange, FieldName, Finding, Plan, Reason,
    Username, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Compares two plans of one directory, made from the same read and for the same
/// accounts. A plan that is not there does nothing: of a policy that is new, or
/// gone.
pub fn compare(
    directory: &DirectoryName,
    old: Option<&Plan>,
    new: Option<&Plan>,
    names: &BTreeMap<AccountId, Username>,
) -> Effect {
    let mut people: Vec<Affected> = gather(old, new).iter().filter_map(affected).collect();
    people.sort_by_cached_key(|one| (one.username.key(), one.username.clone()));
    let is_stopped = |plan: Option<&Plan>| plan.is_some_and(Plan::is_stopped);
    let plans = || [old, new].into_iter().flatten();
    let mut names = names.clone();
    names.extend(plans().flat_map(|plan| plan.names.clone()));
    Effect {
        references: plans().flat_map(|plan| plan.references.clone()).collect(),
        names,
        directory: directory.clone(),
        people,
        guards: new.map(|plan| plan.guards.clone()).unwrap_or_default(),
        newly_stopped: is_stopped(new) && !is_stopped(old),
        incomplete: plans().any(|plan| !plan.coverage.proves_absence()),
    }
}

fn affected(both: &Both<'_>) -> Option<Affected> {
    let mut differences: Vec<Difference> = Action::ALL
        .into_iter()
        .filter_map(|action| difference(both, action))
        .collect();
    differences.extend(held(both));
    let first = differences.first()?;
    let username = name(both).or_else(|| match first.new.as_ref().or(first.old.as_ref())? {
        Side::Change(change) => Some(change.username.clone()),
        Side::Held(finding) => finding.username.as_deref().and_then(Username::new),
    });
    Some(Affected {
        username: username.or_else(|| Username::new("(nobody knows who)"))?,
        differences,
    })
}

/// What somebody is called: by the new plan, else by the old one.
fn name(both: &Both<'_>) -> Option<Username> {
    let changes = both.new.changes.iter().chain(&both.old.changes);
    let mut names = changes.map(|change| change.username.clone());
    names.next()
}

fn difference(both: &Both<'_>, action: Action) -> Option<Difference> {
    let of = |changes: &[&Change]| {
        let found = changes.iter().find(|change| change.action == action);
        found.map(|change| (*change).clone())
    };
    let (old, new) = (of(&both.old.changes), of(&both.new.changes));
    let way = match (&old, &new) {
        (None, None) => return None,
        (None, Some(_)) => Way::Newly,
        (Some(_), None) => Way::NoLonger,
        (Some(old), Some(new)) if is_same(old, new) => return None,
        (Some(_), Some(_)) => Way::Otherwise,
    };
    Some(Difference {
        way,
        deed: Deed::Is(action),
        old: old.map(Side::Change),
        new: new.map(Side::Change),
    })
}

fn held(both: &Both<'_>) -> Option<Difference> {
    let codes = |held: &[&Finding]| -> BTreeSet<&'static str> {
        held.iter().map(|finding| finding.code.as_str()).collect()
    };
    let (old, new) = (codes(&both.old.held), codes(&both.new.held));
    let way = match (old.is_empty(), new.is_empty()) {
        _ if old == new => return None,
        (true, _) => Way::Newly,
        (_, true) => Way::NoLonger,
        _ => Way::Otherwise,
    };
    let side = |held: &[&Finding]| held.first().map(|finding| Side::Held((*finding).clone()));
    Some(Difference {
        way,
        deed: Deed::Held,
        old: side(&both.old.held),
        new: side(&both.new.held),
    })
}

/// True if two changes come to the same. Sentences, lines and causes may differ:
/// they are the policy's, and it was edited.
fn is_same(old: &Change, new: &Change) -> bool {
    let end = |change: &Change| -> Vec<(FieldName, Option<Value>, bool)> {
        let fields = change.fields.iter();
        fields
            .map(|field| (field.name.clone(), field.new.clone(), field.sensitive))
            .collect()
    };
    let reason = |change: &Change| match change.action {
        // Why values change follows from who has changed them.
        Action::Update | Action::Rename | Action::Create => None,
        _ => Some(change.reason.code.clone()),
    };
    old.username == new.username && reason(old) == reason(new) && end(old) == end(new)
}

/// Groups people by what happens to them.
pub(super) fn groups(effect: &Effect, values: Values) -> Vec<Group> {
    let look = Look {
        named: usize::MAX,
        references: &effect.references,
        names: &effect.names,
        values,
    };
    let mut groups = Vec::new();
    for way in Way::ALL {
        for deed in Deed::ALL {
            let changes: Vec<Change> = effect
                .people
                .iter()
                .flat_map(|one| {
                    one.differences
                        .iter()
                        .map(move |difference| (one, difference))
                })
                .filter(|(_, difference)| difference.way == way && difference.deed == deed)
                .filter_map(|(one, difference)| seen(&one.username, difference))
                .collect();
            for mut pattern in patterns::of(&changes, look) {
                let usernames: BTreeSet<Username> = pattern.usernames.drain(..).collect();
                groups.push(Group {
                    way,
                    deed,
                    pattern,
                    usernames,
                });
            }
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.pattern.count));
    groups
}

/// A difference as a change, for what is alike to be found: from what the old
/// policy does to what the new one does.
fn seen(username: &Username, difference: &Difference) -> Option<Change> {
    let change = match (&difference.old, &difference.new) {
        (Some(Side::Change(old)), Some(Side::Change(new))) => instead(old, new),
        (_, Some(Side::Change(change))) | (Some(Side::Change(change)), _) => change.clone(),
        (_, Some(Side::Held(finding))) | (Some(Side::Held(finding)), None) => {
            of_held(username, finding)
        }
        (None, None) => return None,
    };
    Some(Change {
        username: username.clone(),
        ..change
    })
}

/// Who is held is told by the code: their sentences have values in them.
fn of_held(username: &Username, finding: &Finding) -> Change {
    let code = finding.code.as_str().to_owned();
    Change {
        action: Action::Update,
        username: username.clone(),
        external_id: None,
        account_id: AccountId(0),
        reason: Reason {
            text: format!("held back: {code}"),
            code,
            policy: finding.policy.clone(),
        },
        fields: Vec::new(),
    }
}

/// Values that come out otherwise.
fn instead(old: &Change, new: &Change) -> Change {
    let value = |change: &Change, name: &FieldName| -> Option<Value> {
        let field = change.fields.iter().find(|field| field.name == *name);
        field.and_then(|field| field.new.clone())
    };
    let names: BTreeSet<&FieldName> = old
        .fields
        .iter()
        .chain(&new.fields)
        .map(|field| &field.name)
        .collect();
    let fields = names.into_iter().filter_map(|name| {
        let find = |change: &'_ Change| -> Option<FieldChange> {
            change
                .fields
                .iter()
                .find(|field| field.name == *name)
                .cloned()
        };
        let (was, is) = (find(old), find(new));
        let (before, after) = (value(old, name), value(new, name));
        (before != after).then(|| FieldChange {
            name: name.clone(),
            old: before,
            new: after,
            cause: Cause::Policy,
            policy: is
                .as_ref()
                .or(was.as_ref())
                .and_then(|field| field.policy.clone()),
            sensitive: [&was, &is]
                .into_iter()
                .flatten()
                .any(|field| field.sensitive),
        })
    });
    Change {
        action: Action::Update,
        fields: fields.collect(),
        reason: Reason {
            text: reasons(old, new),
            ..new.reason.clone()
        },
        ..new.clone()
    }
}

fn reasons(old: &Change, new: &Change) -> String {
    match old.reason.text == new.reason.text {
        true => new.reason.text.clone(),
        false => format!("{}, in place of: {}", new.reason.text, old.reason.text),
    }
}
