//! Who is in the groups, nested groups included.

use super::find::Directory;
use crate::attributes;
use crate::listing::Doubt;
use muster_sdk::json::{At, Record, Selection};
use muster_sdk::{Failure, PartialReason, host};
use std::collections::{HashMap, HashSet};

/// Groups that one walk may read.
const MOST_GROUPS: usize = 20_000;

/// Groups that were read, each once, and who is in which of the policy's.
#[derive(Debug, Default)]
pub struct Members {
    nodes: Vec<Node>,
    /// Groups by their `id`.
    by_id: HashMap<String, usize>,
    people: Vec<Member>,
    places: HashMap<Box<str>, usize>,
    read: usize,
    doubt: Option<Doubt>,
}

/// A group.
#[derive(Debug, Default)]
struct Node {
    people: Vec<usize>,
    nested: Vec<usize>,
}

#[derive(Debug, Default)]
struct Member {
    /// Places of the groups that the person is in.
    groups: Vec<usize>,
    /// One of them decides about the scope, so the person should be met.
    counts: bool,
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
    /// Walks a group and those in it; `counts` says whether its members should be
    /// among the people.
    pub fn add(
        &mut self,
        place: usize,
        id: &str,
        counts: bool,
        directory: &mut Directory,
    ) -> Result<(), Failure> {
        let selection = selection()?;
        let mut waiting = Vec::new();
        let root = self.enter(id, &mut waiting);
        while let Some((node, group)) = waiting.pop() {
            if host::cancelled() {
                return Err(Failure::cancelled());
            }
            if self.read >= MOST_GROUPS {
                self.doubt(
                    PartialReason::SizeLimit,
                    format!("more than {MOST_GROUPS} groups are to be read"),
                );
                break;
            }
            let Some(content) = content(&group, &selection, directory)? else {
                self.doubt(
                    PartialReason::Drifted,
                    format!("the group `{group}` was gone when its members were asked for"),
                );
                continue;
            };
            self.read += 1;
            self.take(node, content, directory, &mut waiting)?;
        }
        self.mark(root, place, counts);
        Ok(())
    }

    /// The place of a group, which is to be read if it is new.
    fn enter(&mut self, id: &str, waiting: &mut Vec<(usize, String)>) -> usize {
        if let Some(&known) = self.by_id.get(id) {
            return known;
        }
        let node = self.nodes.len();
        self.nodes.push(Node::default());
        self.by_id.insert(id.to_owned(), node);
        waiting.push((node, id.to_owned()));
        node
    }

    fn take(
        &mut self,
        node: usize,
        content: Content,
        directory: &mut Directory,
        waiting: &mut Vec<(usize, String)>,
    ) -> Result<(), Failure> {
        let mut groups = content.groups;
        let mut people = content.people;
        for other in content.others {
            match directory.has(&other)? {
                true => groups.push(other),
                false => people.push(other),
            }
        }
        let nested: Vec<usize> = groups.iter().map(|id| self.enter(id, waiting)).collect();
        let people: Vec<usize> = people.into_iter().map(|id| self.person(id)).collect();
        if let Some(node) = self.nodes.get_mut(node) {
            *node = Node { people, nested };
        }
        Ok(())
    }

    fn person(&mut self, id: String) -> usize {
        let next = self.people.len();
        let place = *self.places.entry(id.into_boxed_str()).or_insert(next);
        if place == next {
            self.people.push(Member::default());
        }
        place
    }

    /// Notes a group of the policy with everybody in it, nested or not.
    fn mark(&mut self, root: usize, place: usize, counts: bool) {
        let (mut waiting, mut visited) = (vec![root], HashSet::from([root]));
        while let Some(node) = waiting.pop().and_then(|node| self.nodes.get(node)) {
            let nested = node.nested.iter().copied();
            waiting.extend(nested.filter(|nested| visited.insert(*nested)));
            for &person in &node.people {
                let Some(member) = self.people.get_mut(person) else {
                    continue;
                };
                member.counts |= counts;
                if member.groups.last() != Some(&place) {
                    member.groups.push(place);
                }
            }
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
        let place = self.places.get(id);
        match place.and_then(|&place| self.people.get_mut(place)) {
            Some(member) => {
                member.is_met = true;
                &member.groups
            }
            None => &[],
        }
    }

    /// Number of people in all groups.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// How many members who decide about the scope were not met, and some of them
    /// in order.
    pub fn unmet(&self, most: usize) -> (usize, Vec<String>) {
        let is_unmet = |place: usize| {
            let member = self.people.get(place);
            member.is_some_and(|member| member.counts && !member.is_met)
        };
        let unmet = self.places.iter().filter(|(_, place)| is_unmet(**place));
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
