//! Graph's change feeds: who is to be looked at again.

use crate::fault::{Fault, Right};
use crate::graph::{self, Trouble};
use crate::groups::{Group, Groups};
use crate::members;
use crate::names::Names;
use muster_sdk::{Failure, Removal};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Groups that one feed follows.
const FOLLOWED: usize = 50;

/// Where each feed goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feeds {
    users: String,
    groups: Vec<String>,
    /// Ids of all groups that are followed: those of the policy, and those that
    /// were ever in them.
    followed: BTreeSet<String>,
    /// What stands for the reported groups, whose names no feed tells.
    reported: String,
}

/// What the feeds say of one person. None of it is believed: it says whom to ask
/// after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// Told to be gone.
    pub removed: Option<Removal>,
    /// Told to have entered or left a group that counts.
    pub moved: bool,
    /// What it is was not said.
    pub untyped: bool,
}

/// Everybody whom the feeds name, by id.
pub type News = BTreeMap<String, Hint>;

impl Feeds {
    /// Begins to follow: from now on.
    pub fn latest(names: &Names, groups: &Groups) -> Result<Self, Failure> {
        let mut followed = BTreeSet::new();
        for group in groups.all() {
            followed.insert(group.id.clone());
            followed.extend(members::groups(group)?);
        }
        let users = format!(
            "/users/delta?$deltatoken=latest&$select={}",
            names.followed()
        );
        let mut feeds = Self {
            users: begun(&users, Right::Users)?,
            groups: Vec::new(),
            followed: BTreeSet::new(),
            reported: groups.reported_print(),
        };
        feeds.follow(followed)?;
        Ok(feeds)
    }

    /// Number of groups that are followed.
    pub fn followed(&self) -> usize {
        self.followed.len()
    }

    /// Refuses to go on if other groups are to be reported than were followed: one
    /// came, went, or has another name.
    pub fn hold_against(&self, groups: &Groups) -> Result<(), Failure> {
        match self.reported == groups.reported_print() {
            true => Ok(()),
            false => Err(Failure::stale_cursor(
                "the groups that the policy reports are not those of the last run: one came, went or was renamed",
            )),
        }
    }

    /// Follows further groups from now on.
    fn follow(&mut self, groups: BTreeSet<String>) -> Result<(), Failure> {
        let new: Vec<String> = groups.difference(&self.followed).cloned().collect();
        for ids in new.chunks(FOLLOWED) {
            let filter: Vec<String> = ids
                .iter()
                .map(|id| format!("id%20eq%20{}", graph::quoted(id)))
                .collect();
            let path = format!(
                "/groups/delta?$deltatoken=latest&$select=members&$filter={}",
                filter.join("%20or%20")
            );
            self.groups.push(begun(&path, Right::Members)?);
        }
        self.followed.extend(new);
        Ok(())
    }

    /// Reads all feeds to their end, and moves on.
    pub fn read(&mut self) -> Result<News, Failure> {
        let mut news = News::new();
        self.users = followed_on(
            &self.users,
            "the change feed of users",
            Right::Users,
            |item| user(item, &mut news),
        )?;
        // Groups that entered or left a followed group.
        let mut turned = BTreeSet::new();
        let followed = &self.followed;
        for link in &mut self.groups {
            let what = "the change feed of groups";
            *link = followed_on(link, what, Right::Members, |item| {
                group(item, followed, &mut news, &mut turned)
            })?;
        }
        for id in turned {
            self.turned(id, &mut news)?;
        }
        Ok(news)
    }

    /// Everybody below a group that entered or left another may have entered or
    /// left with it. The group is followed before its members are read, so that
    /// nothing is lost in between.
    fn turned(&mut self, id: String, news: &mut News) -> Result<(), Failure> {
        let group = Group {
            written: id.clone(),
            name: String::new(),
            unified: false,
            hidden: false,
            id,
        };
        let gone = |failure: Failure| {
            Failure::stale_cursor(format!(
                "a group that was in a followed group, or is now, cannot be read: {}",
                failure.message
            ))
        };
        let mut below: BTreeSet<String> =
            members::groups(&group).map_err(gone)?.into_iter().collect();
        below.insert(group.id.clone());
        self.follow(below)?;
        for id in members::users(&group).map_err(gone)?.ids {
            news.entry(id).or_default().moved = true;
        }
        Ok(())
    }
}

fn user(item: &Map<String, Value>, news: &mut News) -> Result<(), Failure> {
    let hint = news.entry(id(item)?).or_default();
    if let Some(reason) = removed(item) {
        // Gone for good outweighs a replay of having gone into the bin.
        hint.removed = match (reason, hint.removed) {
            ("deleted", _) | (_, Some(Removal::Final)) => Some(Removal::Final),
            _ => Some(Removal::Restorable),
        };
    }
    Ok(())
}

fn group(
    item: &Map<String, Value>,
    followed: &BTreeSet<String>,
    news: &mut News,
    turned: &mut BTreeSet<String>,
) -> Result<(), Failure> {
    let group = id(item)?;
    if removed(item).is_some() {
        return Err(Failure::stale_cursor(format!(
            "the group `{group}` was deleted, so who was in it can no longer be read"
        )));
    }
    let members = item.get("members@delta").and_then(Value::as_array);
    for member in members.into_iter().flatten().filter_map(Value::as_object) {
        let id = id(member)?;
        let kind = member.get("@odata.type").and_then(Value::as_str);
        match kind {
            Some("#microsoft.graph.group") => {
                turned.insert(id);
            }
            None if followed.contains(&id) => {
                turned.insert(id);
            }
            None | Some("#microsoft.graph.user") => {
                let hint = news.entry(id).or_default();
                hint.moved = true;
                hint.untyped |= kind.is_none();
            }
            // Devices and service principals are nobody.
            Some(_) => {}
        }
    }
    Ok(())
}

fn id(item: &Map<String, Value>) -> Result<String, Failure> {
    let id = item.get("id").and_then(Value::as_str);
    id.map(str::to_owned)
        .ok_or_else(|| Failure::data("a change feed names an object without its id"))
}

fn removed(item: &Map<String, Value>) -> Option<&str> {
    let note = item.get("@removed")?;
    Some(
        note.get("reason")
            .and_then(Value::as_str)
            .unwrap_or("changed"),
    )
}

/// The link of a feed that begins now.
fn begun(path: &str, right: Right) -> Result<String, Failure> {
    let what = "a change feed from now on";
    let wrong = |trouble: Trouble| trouble.failure(what, right);
    run(path, what, |_| Ok(())).map_err(|trouble| match trouble {
        Halt::Asked(trouble) => wrong(trouble),
        Halt::Read(failure) => failure,
    })
}

fn followed_on(
    link: &str,
    what: &str,
    right: Right,
    each: impl FnMut(&Map<String, Value>) -> Result<(), Failure>,
) -> Result<String, Failure> {
    run(link, what, each).map_err(|halt| match halt {
        Halt::Read(failure) => failure,
        Halt::Asked(Trouble::Said(fault)) if is_lost(&fault) => {
            Failure::stale_cursor(format!("{what} cannot go on: Graph says {}", fault.said()))
        }
        Halt::Asked(trouble) => trouble.failure(what, right),
    })
}

/// True if Graph no longer knows where we were: tokens are good for some days,
/// and a tenant may be moved. The link is Graph's own, so whatever is wrong with
/// it is of that kind.
fn is_lost(fault: &Fault) -> bool {
    matches!(fault.status, 400 | 404 | 410)
}

enum Halt {
    Asked(Trouble),
    Read(Failure),
}

/// Follows a feed to its end, and gives the link for the next time.
fn run(
    link: &str,
    what: &str,
    mut each: impl FnMut(&Map<String, Value>) -> Result<(), Failure>,
) -> Result<String, Halt> {
    let mut at = link.to_owned();
    loop {
        let page = graph::get_json(&at).map_err(Halt::Asked)?;
        let missing = |name: &str| {
            Halt::Read(Failure::data(format!(
                "{what}: Graph's answer has no `{name}`"
            )))
        };
        let items = page.get("value").and_then(Value::as_array);
        for item in items.ok_or_else(|| missing("value"))? {
            let item = item.as_object().ok_or_else(|| missing("value"))?;
            each(item).map_err(Halt::Read)?;
        }
        let text = |name: &str| page.get(name).and_then(Value::as_str);
        match (text("@odata.nextLink"), text("@odata.deltaLink")) {
            (Some(next), _) if next != at => next.clone_into(&mut at),
            (None, Some(end)) => return Ok(end.to_owned()),
            _ => return Err(missing("@odata.deltaLink")),
        }
    }
}
