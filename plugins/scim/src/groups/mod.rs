//! Which syncing groups a person is in.

mod find;
mod members;

pub use find::Directory;
pub use members::Members;

use crate::listing::Doubt;
use crate::settings::{Memberships, Settings};
use muster_sdk::json::Record;
use muster_sdk::{Failure, PartialReason, Scope};

/// A group that the policy names.
#[derive(Clone, Debug)]
pub struct Named {
    /// As the policy spells it: a `displayName` or an `id`.
    pub name: String,
    /// Who is in it is left out.
    pub is_exception: bool,
    /// Somebody was seen in it, or the service knows it.
    pub is_met: bool,
}

/// The groups of the scope, and how a person's place among them is found.
#[derive(Debug)]
pub struct Groups {
    named: Vec<Named>,
    way: Way,
    /// Why somebody may be missing who is in one of the groups.
    doubt: Option<Doubt>,
}

#[derive(Debug)]
enum Way {
    /// The policy names no group.
    Nobody,
    /// Out of the groups' lists of members.
    Members(Members),
    /// Out of the person's own list.
    User,
}

/// The slots of a person that tell about groups.
#[derive(Clone, Copy, Debug)]
pub struct Slots {
    pub id: usize,
    /// `groups.value`.
    pub groups: usize,
    /// `groups.display`.
    pub names: usize,
}

impl Groups {
    /// Finds the groups, and their members unless each person lists their own.
    pub fn find(
        scope: &Scope,
        settings: &Settings,
        directory: &mut Directory,
    ) -> Result<Self, Failure> {
        let name = |is_exception: bool| {
            move |name: &String| Named {
                name: name.clone(),
                is_exception,
                is_met: false,
            }
        };
        let wanted = scope.groups.iter().map(name(false));
        let exceptions = scope.except_groups.iter().map(name(true));
        let mut groups = Self {
            named: wanted.chain(exceptions).collect(),
            ..Self::none()
        };
        if groups.named.is_empty() {
            return Ok(groups);
        }
        match settings.groups {
            Memberships::User => groups.way = Way::User,
            Memberships::Members => groups.walk(directory)?,
        }
        Ok(groups)
    }

    /// No group: everybody is in scope.
    pub fn none() -> Self {
        Self {
            named: Vec::new(),
            way: Way::Nobody,
            doubt: None,
        }
    }

    fn walk(&mut self, directory: &mut Directory) -> Result<(), Failure> {
        let mut members = Members::default();
        for (place, group) in self.named.iter_mut().enumerate() {
            match directory.find(&group.name)? {
                Some(id) => {
                    members.add(place, &id, directory)?;
                    group.is_met = true;
                }
                None if group.is_exception => return Err(unknown_exception(&group.name)),
                None => self.doubt = self.doubt.take().or_else(|| Some(missing(&group.name))),
            }
        }
        self.doubt = self.doubt.take().or_else(|| members.doubts());
        self.way = Way::Members(members);
        Ok(())
    }

    /// True if the policy names groups, in whatever way.
    pub fn are_named(&self) -> bool {
        !self.named.is_empty()
    }

    /// True if the person's own list is needed.
    pub fn are_of_the_user(&self) -> bool {
        matches!(self.way, Way::User)
    }

    /// Puts the places of the person's groups into `found`; false if the person
    /// is out of scope.
    pub fn judge(&mut self, record: Record<'_>, slots: Slots, found: &mut Vec<usize>) -> bool {
        found.clear();
        let named = &mut self.named;
        match &mut self.way {
            Way::Nobody => return true,
            Way::Members(members) => {
                let id = record.first(slots.id).unwrap_or_default();
                found.extend_from_slice(members.of(id));
            }
            Way::User => {
                for (place, group) in named.iter_mut().enumerate() {
                    let is_id = record.values(slots.groups).any(|id| id == group.name);
                    let mut names = record.values(slots.names);
                    if is_id || names.any(|name| find::same(name, &group.name)) {
                        group.is_met = true;
                        found.push(place);
                    }
                }
            }
        }
        let is_exception =
            |place: &usize| named.get(*place).is_some_and(|group| group.is_exception);
        let is_left_out = found.iter().any(is_exception);
        let needs_none = named.iter().all(|group| group.is_exception);
        !is_left_out && (needs_none || !found.is_empty())
    }

    /// The name of a group, as in the policy.
    pub fn name(&self, place: usize) -> &str {
        self.named.get(place).map_or("", |group| &group.name)
    }

    /// Why somebody may be missing, once everybody was judged.
    pub fn doubt(&mut self, directory: &mut Directory) -> Result<Option<Doubt>, Failure> {
        if self.are_of_the_user() {
            for group in self.named.iter().filter(|group| !group.is_met) {
                // A group without anybody is one; a slip of the pen is none.
                match directory.find(&group.name)? {
                    Some(_) => {}
                    None if group.is_exception => return Err(unknown_exception(&group.name)),
                    None => self.doubt = self.doubt.take().or_else(|| Some(missing(&group.name))),
                }
            }
        }
        Ok(self.doubt.clone())
    }

    /// Members who were not among the people of a whole list; at most so many.
    pub fn unmet(&self, most: usize) -> (usize, Vec<String>) {
        match &self.way {
            Way::Members(members) => members.unmet(most),
            Way::Nobody | Way::User => (0, Vec::new()),
        }
    }

    /// In words, for the evidence.
    pub fn described(&self) -> Option<String> {
        let count = self.named.len();
        match &self.way {
            Way::Nobody => None,
            Way::User => Some(format!("{count}, as each person lists them")),
            Way::Members(members) => Some(format!(
                "{count}, by members; {} groups read, nested ones included",
                members.read()
            )),
        }
    }
}

fn missing(name: &str) -> Doubt {
    Doubt::new(
        PartialReason::GroupMissing,
        format!("there is no group `{name}`, neither by `displayName` nor by `id`"),
    )
}

fn unknown_exception(name: &str) -> Failure {
    Failure::config(format!(
        "there is no group `{name}`, whose members are to be left out"
    ))
    .hint("name the group by its `displayName` or `id`, or take it out of `scope.exclude.groups`")
}
