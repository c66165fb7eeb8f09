//! The groups that a policy names.

use crate::fault::Right;
use crate::graph::{self, Trouble};
use crate::key::Key;
use crate::key::fingerprint;
use muster_sdk::{Failure, Report, Scope};
use serde_json::{Map, Value};

/// Syncing groups and exclusions of one policy.
const MOST: usize = 128;

/// Reported groups of one policy, those that patterns stand for included.
const MOST_REPORTED: usize = 2000;

/// Groups on a page.
const PAGE: u32 = 999;

/// What is asked of a group.
const SELECT: &str = "id,displayName,groupTypes,visibility";

/// A group that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// As it is told: as the policy writes it, or, where a pattern stands for it,
    /// by its display name.
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
    /// Groups of which it is told who is in them.
    pub reported: Vec<Group>,
    /// What is wrong with syncing groups that were not found, and with reported
    /// ones that cannot be told from others.
    pub missing: Vec<String>,
    /// Reported groups that are not there.
    pub absent: Vec<String>,
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
                Failure::config(wrong.text).hint(
                    "its members are to be left out, so nobody is read without it; take it out of the policy if it is gone for good",
                )
            })?;
            groups.except.push(found);
        }
        for written in &scope.groups {
            match find(written)? {
                Ok(found) => groups.syncing.push(found),
                Err(wrong) => groups.missing.push(wrong.text),
            }
        }
        match groups.narrowed && groups.syncing.is_empty() {
            true => Err(Failure::config(groups.missing.join("; ")).hint(
                "write the group's object id or its exact display name, and check that the application may read it",
            )),
            false => {
                groups.report(scope)?;
                Ok(groups)
            }
        }
    }

    /// Finds the reported groups. Nobody is in one that is not there.
    fn report(&mut self, scope: &Scope) -> Result<(), Failure> {
        let mut report = Report::of(scope);
        for written in report.names() {
            match find(written)? {
                Ok(found) => self.reported.push(found),
                Err(wrong) if wrong.is_missing => self.absent.push(written.clone()),
                Err(wrong) => self.missing.push(wrong.text),
            }
        }
        self.reported.extend(fitting(&mut report)?);
        self.absent.extend(report.unmet());
        match self.reported.len() > MOST_REPORTED {
            true => Err(Failure::config(format!(
                "the policy's patterns stand for {} groups, and {MOST_REPORTED} are the most",
                self.reported.len()
            ))
            .hint("narrow them: `team-*` instead of `*`")),
            false => Ok(()),
        }
    }

    /// What stands for the reported groups that were found: whichever came, went
    /// or was renamed, it is another.
    pub fn reported_print(&self) -> String {
        let pair = |group: &Group| format!("{} {}", group.id, group.written);
        let mut pairs: Vec<String> = self.reported.iter().map(pair).collect();
        pairs.sort_unstable();
        fingerprint(&serde_json::json!(pairs).to_string())
    }

    /// All that were found: syncing groups first.
    pub fn all(&self) -> impl Iterator<Item = &Group> {
        let decisive = self.syncing.iter().chain(&self.except);
        decisive.chain(&self.reported)
    }
}

/// Lists all groups once, and gives those that a pattern stands for, told by
/// their display names.
pub fn fitting(report: &mut Report) -> Result<Vec<Group>, Failure> {
    if !report.has_patterns() {
        return Ok(Vec::new());
    }
    let path = format!("/groups?$select={SELECT}&$top={PAGE}");
    let mut all = list(path, "the groups", |group| {
        read(group, "").map(|group| Group {
            written: group.name.clone(),
            ..group
        })
    })?;
    all.retain(|group| !group.name.is_empty() && report.fits(&group.name));
    Ok(all)
}

/// Why it cannot be told which group is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub text: String,
    /// There is none, rather than several.
    pub is_missing: bool,
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

/// Finds a group by its object id or exact display name.
pub fn find(written: &str) -> Result<Result<Group, Wrong>, Failure> {
    let what = format!("the group `{written}`");
    let missing = |text: String| Wrong {
        text,
        is_missing: true,
    };
    if Key::is_guid(written) {
        let path = format!("/groups/{written}?$select={SELECT}");
        return match graph::get_json(&path) {
            Ok(found) => read(&found, written)
                .map(Ok)
                .ok_or_else(|| Failure::data(format!("{what} has no id"))),
            Err(Trouble::Said(fault)) if fault.is_missing() => {
                Ok(Err(missing(format!("{what} was not found"))))
            }
            Err(trouble) => Err(trouble.failure(&what, Right::Members)),
        };
    }
    let path = format!(
        "/groups?$filter=displayName%20eq%20{}&$select={SELECT}",
        graph::quoted(written)
    );
    let found = list(path, &what, |group| read(group, written))?;
    // Graph compares names without regard to case; here they are to be exact.
    let (exact, other): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|group| group.name == written);
    Ok(match (exact.as_slice(), other.first()) {
        ([group], _) => Ok(group.clone()),
        ([], None) => Err(missing(format!("{what} was not found"))),
        ([], Some(other)) => Err(missing(format!(
            "{what} was not found; there is one called `{}`",
            other.name
        ))),
        (several, _) => {
            let ids: Vec<String> = several
                .iter()
                .map(|group| format!("`{}`", group.id))
                .collect();
            Err(Wrong {
                text: format!(
                    "{what} is ambiguous: {} groups have that name, so write the object id of one ({})",
                    several.len(),
                    ids.join(", ")
                ),
                is_missing: false,
            })
        }
    })
}

/// Reads a list of groups to its last page.
fn list(
    path: String,
    what: &str,
    each: impl Fn(&Map<String, Value>) -> Option<Group>,
) -> Result<Vec<Group>, Failure> {
    let (mut found, mut next) = (Vec::new(), Some(path));
    while let Some(target) = next {
        let page = graph::get_json(&target);
        let mut page = page.map_err(|trouble| trouble.failure(what, Right::Members))?;
        let Some(Value::Array(groups)) = page.remove("value") else {
            return Err(Failure::data(format!(
                "{what}: Graph's answer has no `value`"
            )));
        };
        found.extend(groups.iter().filter_map(|group| each(group.as_object()?)));
        next = link(&page);
    }
    Ok(found)
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
