//! Who is in the groups, nested groups included.

use super::find::Directory;
use crate::attributes;
use crate::listing::Doubt;
use muster_sdk::json::{At, Record, Selection};
use muster_sdk::{Failure, PartialReason, host};
use std::collections::{HashMap, HashSet};

/// Groups that one walk may read.
const MOST_GROUPS: usize = 20_000;

/// People who are members of the scope's groups.
#[derive(Debug, Default)]
pub struct Members {
    people: HashMap<Box<str>, Member>,
    read: usize,
    doubt: Option<Doubt>,
}

#[derive(Debug, Default)]
struct Member {
    /// Places of the groups that the person is in.
    groups: Vec<usize>,
    /// The person was in the list of people.
    is_met: bool,
}

/// What a group holds.
#[derive(Debug, Default)]
struct Content {
    people: Vec<String>,
    groups: Vec<String>,
    /// Members that do not say what they are.
    others: Vec<String>,
}

impl Members {
    /// Walks a group and those in it.
    pub fn add(
        &mut self,
        place: usize,
        id: &str,
        directory: &mut Directory,
    ) -> Result<(), Failure> {
        let selection = selection()?;
        let mut open = vec![id.to_owned()];
        let mut visited = HashSet::from([id.to_owned()]);
        while let Some(group) = open.pop() {
            if host::cancelled() {
                return Err(Failure::cancelled());
            }
            if self.read >= MOST_GROUPS {
                self.doubt(
                    PartialReason::SizeLimit,
                    format!("more than {MOST_GROUPS} groups are nested in one another"),
                );
                return Ok(());
            }
            let Some(content) = content(&group, &selection, directory)? else {
                self.doubt(
                    PartialReason::Drifted,
                    format!("the group `{group}` was gone when its members were asked for"),
                );
                continue;
            };
            self.read += 1;
            self.take(place, content, directory, &mut |nested| {
                if visited.insert(nested.clone()) {
                    open.push(nested);
                }
            })?;
        }
        Ok(())
    }

    fn take(
        &mut self,
        place: usize,
        content: Content,
        directory: &mut Directory,
        nest: &mut dyn FnMut(String),
    ) -> Result<(), Failure> {
        content.groups.into_iter().for_each(&mut *nest);
        for person in content.people {
            self.person(place, person);
        }
        for other in content.others {
            match directory.has(&other)? {
                true => nest(other),
                false => self.person(place, other),
            }
        }
        Ok(())
    }

    fn person(&mut self, place: usize, id: String) {
        let member = self.people.entry(id.into_boxed_str()).or_default();
        if !member.groups.contains(&place) {
            member.groups.push(place);
        }
    }

    fn doubt(&mut self, reason: PartialReason, message: String) {
        if self.doubt.is_none() {
            self.doubt = Some(Doubt::new(reason, message));
        }
    }

    /// Why somebody may be missing.
    pub fn doubts(&self) -> Option<Doubt> {
        self.doubt.clone()
    }

    /// Groups that were read.
    pub fn read(&self) -> usize {
        self.read
    }

    /// Places of the groups that a person is in; the person counts as met.
    pub fn of(&mut self, id: &str) -> &[usize] {
        match self.people.get_mut(id) {
            Some(member) => {
                member.is_met = true;
                &member.groups
            }
            None => &[],
        }
    }

    /// How many members were not met, and some of them in order.
    pub fn unmet(&self, most: usize) -> (usize, Vec<String>) {
        let unmet = self.people.iter().filter(|(_, member)| !member.is_met);
        let mut ids: Vec<&str> = unmet.map(|(id, _)| &**id).collect();
        ids.sort_unstable();
        let shown = ids.iter().take(most).map(|&id| id.to_owned()).collect();
        (ids.len(), shown)
    }
}

fn selection() -> Result<Selection, Failure> {
    let of_type = |of: &str, member: &str| format!("members[type eq \"{of}\"].{member}");
    attributes::builder()
        .text("members")
        .text(of_type("User", "value"))
        .text(of_type("Group", "value"))
        .text("members.$ref")
        .build()
}

/// The members of a group; none if there is no such group.
fn content(
    id: &str,
    selection: &Selection,
    directory: &Directory,
) -> Result<Option<Content>, Failure> {
    let Some(body) = directory.group(id, "members")? else {
        return Ok(None);
    };
    let mut content = Content::default();
    let read = selection.read(&body, At::One, |group| content = sorted(group));
    read.map_err(|failure| Failure {
        message: format!("the group `{id}`: {}", failure.message),
        ..failure
    })?;
    Ok(Some(content))
}

fn sorted(group: Record<'_>) -> Content {
    let people: HashSet<&str> = group.values(1).collect();
    let mut groups: HashSet<&str> = group.values(2).collect();
    let (mut of_people, all) = (people, group.values(0));
    for reference in group.values(3) {
        let mut parts = reference.rsplit('/');
        let (id, of) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        match of {
            "Groups" => drop(groups.insert(id)),
            "Users" => drop(of_people.insert(id)),
            _ => {}
        }
    }
    let mut content = Content::default();
    for member in all {
        // A person's and a group's `id` do not clash: each is one resource's.
        let kind = match member {
            _ if groups.contains(member) => &mut content.groups,
            _ if of_people.contains(member) => &mut content.people,
            _ => &mut content.others,
        };
        kind.push(member.to_owned());
    }
    content
}
