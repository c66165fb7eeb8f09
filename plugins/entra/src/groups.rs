//! The groups that a policy names.

use crate::fault::Right;
use crate::graph::{self, Trouble};
use crate::key::Key;
use muster_sdk::{Failure, Scope};
use serde_json::{Map, Value};

/// Syncing groups and exclusions of one policy.
const MOST: usize = 128;

/// A group that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// As the policy writes it.
    pub written: String,
    pub id: String,
    pub name: String,
    /// A group of Microsoft 365, which cannot hold groups.
    pub unified: bool,
    /// Its members show only to who has a special right.
    pub hidden: bool,
}

/// Those of a policy.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    pub syncing: Vec<Group>,
    pub except: Vec<Group>,
    /// What is wrong with syncing groups that were not found.
    pub missing: Vec<String>,
    /// True if the policy names syncing groups at all.
    pub narrowed: bool,
}

impl Groups {
    /// Finds them. A syncing group may be missing if another is there: the read
    /// then is partial. An exclusion may not: whom it names would be let in.
    pub fn find(scope: &Scope) -> Result<Self, Failure> {
        refuse_units(scope)?;
        let mut groups = Self {
            narrowed: !scope.groups.is_empty(),
            ..Self::default()
        };
        for written in &scope.except_groups {
            let found = find(written)?.map_err(|wrong| {
                Failure::config(wrong).hint(
                    "its members are to be left out, so nobody is read without it; take it out of the policy if it is gone for good",
                )
            })?;
            groups.except.push(found);
        }
        for written in &scope.groups {
            match find(written)? {
                Ok(found) => groups.syncing.push(found),
                Err(wrong) => groups.missing.push(wrong),
            }
        }
        match groups.narrowed && groups.syncing.is_empty() {
            true => Err(Failure::config(groups.missing.join("; ")).hint(
                "write the group's object id or its exact display name, and check that the application may read it",
            )),
            false => Ok(groups),
        }
    }

    /// All that were found: syncing groups first.
    pub fn all(&self) -> impl Iterator<Item = &Group> {
        self.syncing.iter().chain(&self.except)
    }
}

fn refuse_units(scope: &Scope) -> Result<(), Failure> {
    if let Some(unit) = scope.under.iter().chain(&scope.except_under).next() {
        return Err(Failure::config(format!(
            "Entra ID has no tree of units, so `under: {unit}` cannot be read"
        ))
        .hint("name groups, or narrow the scope with `where`"));
    }
    match scope.groups.len() + scope.except_groups.len() > MOST {
        true => Err(Failure::config(format!(
            "more than {MOST} groups in one policy"
        ))),
        false => Ok(()),
    }
}

/// Finds a group by its object id or exact display name. The inner error says
/// why it cannot be told which one is meant.
pub fn find(written: &str) -> Result<Result<Group, String>, Failure> {
    let what = format!("the group `{written}`");
    if Key::is_guid(written) {
        let path = format!("/groups/{written}?$select=id,displayName,groupTypes,visibility");
        return match graph::get_json(&path) {
            Ok(found) => Ok(read(&found, written).ok_or_else(|| format!("{what} has no id"))),
            Err(Trouble::Said(fault)) if fault.is_missing() => {
                Ok(Err(format!("{what} was not found")))
            }
            Err(trouble) => Err(trouble.failure(&what, Right::Members)),
        };
    }
    let path = format!(
        "/groups?$filter=displayName%20eq%20{}&$select=id,displayName,groupTypes,visibility",
        graph::quoted(written)
    );
    let failed = |trouble: Trouble| trouble.failure(&what, Right::Members);
    let (mut found, mut next) = (Vec::new(), Some(path));
    while let Some(target) = next {
        let mut page = graph::get_json(&target).map_err(failed)?;
        let list = page.remove("value");
        let list = list
            .as_ref()
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        found.extend(list.filter_map(|group| read(group.as_object()?, written)));
        next = link(&page);
    }
    // Graph compares names without regard to case; here they are to be exact.
    let (exact, other): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|group| group.name == written);
    Ok(match (exact.as_slice(), other.first()) {
        ([group], _) => Ok(group.clone()),
        ([], None) => Err(format!("{what} was not found")),
        ([], Some(other)) => Err(format!(
            "{what} was not found; there is one called `{}`",
            other.name
        )),
        (several, _) => {
            let ids: Vec<String> = several
                .iter()
                .map(|group| format!("`{}`", group.id))
                .collect();
            Err(format!(
                "{what} is ambiguous: {} groups have that name, so write the object id of one ({})",
                several.len(),
                ids.join(", ")
            ))
        }
    })
}

fn read(group: &Map<String, Value>, written: &str) -> Option<Group> {
    let kinds = group.get("groupTypes").and_then(Value::as_array);
    Some(Group {
        written: written.to_owned(),
        id: group.get("id")?.as_str()?.to_owned(),
        name: group
            .get("displayName")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        unified: kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "Unified")),
        hidden: group
            .get("visibility")
            .is_some_and(|seen| seen == "HiddenMembership"),
    })
}

/// Where a list goes on.
pub fn link(page: &Map<String, Value>) -> Option<String> {
    page.get("@odata.nextLink")?.as_str().map(str::to_owned)
}
