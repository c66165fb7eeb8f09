//! Which syncing and reported groups a person is in.

mod find;
mod members;
mod own;

pub use find::Directory;
pub use members::Members;

use crate::listing::Doubt;
use crate::settings::{Memberships, Settings};
use muster_sdk::json::Record;
use muster_sdk::{Failure, PartialReason, Report, Scope};
use own::Own;

/// A group that the policy names, or that one of its patterns stands for.
#[derive(Clone, Debug)]
pub struct Named {
    /// As it is told: a `displayName` or an `id`, as the policy spells it, or the
    /// group's own `displayName`.
    pub name: String,
    pub part: Part,
    /// Somebody was seen in it, or the service knows it.
    pub is_met: bool,
}

/// What a group decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Who is in it is in scope.
    Syncing,
    /// Who is in it is left out.
    Exception,
    /// Nothing: who is in it is told.
    Reported,
}

/// The groups of the scope, and how a person's place among them is found.
#[derive(Debug)]
pub struct Groups {
    named: Vec<Named>,
    patterns: Report,
    way: Way,
    /// Nobody is in scope without being in a group.
    has_syncing: bool,
    /// Reported groups that are not there.
    missing: Vec<String>,
    /// Why somebody may be missing who is in one of the groups, or a group may be
    /// missing of somebody.
    doubt: Option<Doubt>,
}

#[derive(Debug)]
enum Way {
    /// The policy names no group.
    Nobody,
    /// Out of the groups' lists of members.
    Members(Members),
    /// Out of the person's own list.
    User(Own),
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
        let patterns = Report::of(scope);
        let parts = [
            (&scope.groups[..], Part::Syncing),
            (&scope.except_groups, Part::Exception),
            (patterns.names(), Part::Reported),
        ];
        let named = |(names, part): (&[String], Part)| {
            let named = |name: &String| Named::new(name, part);
            names.iter().map(named).collect::<Vec<_>>()
        };
        let mut groups = Self {
            named: parts.into_iter().flat_map(named).collect(),
            has_syncing: !scope.groups.is_empty(),
            patterns,
            ..Self::none()
        };
        if groups.named.is_empty() && !groups.patterns.has_patterns() {
            return Ok(groups);
        }
        match settings.groups {
            Memberships::User => {
                let own = Own::find(&groups.named, &mut groups.patterns, directory)?;
                groups.way = Way::User(own);
            }
            Memberships::Members => groups.walk(directory)?,
        }
        Ok(groups)
    }

    /// No group: everybody is in scope.
    pub fn none() -> Self {
        Self {
            named: Vec::new(),
            patterns: Report::default(),
            way: Way::Nobody,
            has_syncing: false,
            missing: Vec::new(),
            doubt: None,
        }
    }

    fn walk(&mut self, directory: &mut Directory) -> Result<(), Failure> {
        let mut members = Members::default();
        for (place, group) in self.named.iter_mut().enumerate() {
            match (directory.find(&group.name)?, group.part) {
                (Some(id), part) => {
                    members.add(place, &id, part == Part::Syncing, directory)?;
                    group.is_met = true;
                }
                (None, Part::Exception) => return Err(unknown_exception(&group.name)),
                (None, Part::Syncing) => {
                    self.doubt = self.doubt.take().or_else(|| Some(missing(&group.name)));
                }
                (None, Part::Reported) => self.missing.push(group.name.clone()),
            }
        }
        for (id, name) in directory.fitting(&mut self.patterns)? {
            members.add(self.named.len(), &id, false, directory)?;
            self.named.push(Named::new(&name, Part::Reported));
        }
        self.missing.extend(self.patterns.unmet());
        self.doubt = self.doubt.take().or_else(|| members.doubts());
        self.doubt = self.doubt.take().or_else(|| self.unlisted(directory));
        self.way = Way::Members(members);
        Ok(())
    }

    /// A list of groups that is not whole shows neither that a group is missing
    /// nor which ones a pattern stands for.
    fn unlisted(&self, directory: &Directory) -> Option<Doubt> {
        let is_needed = self.patterns.has_patterns() || !self.missing.is_empty();
        directory.doubt().filter(|_| is_needed).cloned()
    }

    /// True if groups decide who is in scope, in whatever way.
    pub fn decide(&self) -> bool {
        self.named.iter().any(|group| group.part != Part::Reported)
    }

    /// True if the person's own list is needed.
    pub fn are_of_the_user(&self) -> bool {
        matches!(self.way, Way::User(_))
    }

    /// Puts the places of the person's groups into `found`; false if the person
    /// is out of scope.
    pub fn judge(&mut self, record: Record<'_>, slots: Slots, found: &mut Vec<usize>) -> bool {
        found.clear();
        match &mut self.way {
            Way::Nobody => return true,
            Way::Members(members) => {
                let id = record.first(slots.id).unwrap_or_default();
                found.extend_from_slice(members.of(id));
            }
            Way::User(own) => own.judge(record, slots, &mut self.named, &mut self.patterns, found),
        }
        let is = |place: &usize, part: Part| {
            let group = self.named.get(*place);
            group.is_some_and(|group| group.part == part)
        };
        let is_left_out = found.iter().any(|place| is(place, Part::Exception));
        let is_member = || found.iter().any(|place| is(place, Part::Syncing));
        !is_left_out && (!self.has_syncing || is_member())
    }

    /// The name of a group, as it is told.
    pub fn name(&self, place: usize) -> &str {
        self.named.get(place).map_or("", |group| &group.name)
    }

    /// Why somebody may be missing, or a group of somebody's, once everybody was
    /// judged. `is_resumed`: whom another instance judged is not known here.
    pub fn doubt(
        &mut self,
        directory: &mut Directory,
        is_resumed: bool,
    ) -> Result<Option<Doubt>, Failure> {
        let Way::User(own) = &self.way else {
            return Ok(self.doubt.clone());
        };
        let nameless = own.doubt(&self.named, &self.patterns);
        for group in self.named.iter().filter(|group| !group.is_met) {
            // A group without anybody is one; a slip of the pen is none.
            match (directory.find(&group.name), group.part) {
                (Ok(Some(_)), _) => {}
                // Nobody lists it, whatever the service says of it.
                (Err(failure), Part::Reported) if !own::is_passing(&failure) => {
                    self.missing.push(group.name.clone());
                }
                (Err(failure), _) => return Err(failure),
                (Ok(None), Part::Exception) => return Err(unknown_exception(&group.name)),
                (Ok(None), Part::Syncing) => {
                    self.doubt = self.doubt.take().or_else(|| Some(missing(&group.name)));
                }
                (Ok(None), Part::Reported) => self.missing.push(group.name.clone()),
            }
        }
        if !is_resumed {
            self.missing.extend(self.patterns.unmet());
        }
        self.doubt = self.doubt.take().or(nameless);
        Ok(self.doubt.clone())
    }

    /// Reported groups that are not there, once everybody was judged.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Members who were not among the people of a whole list; at most so many.
    pub fn unmet(&self, most: usize) -> (usize, Vec<String>) {
        match &self.way {
            Way::Members(members) => members.unmet(most),
            Way::Nobody | Way::User(_) => (0, Vec::new()),
        }
    }

    /// In words, for the evidence.
    pub fn described(&self) -> Option<String> {
        let count = self.named.len();
        match &self.way {
            Way::Nobody => None,
            Way::User(_) => Some(format!("{count}, as each person lists them")),
            Way::Members(members) => Some(format!(
                "{count}, by members; {} groups read, nested ones included",
                members.read()
            )),
        }
    }
}

impl Named {
    fn new(name: &str, part: Part) -> Self {
        Self {
            name: name.to_owned(),
            part,
            is_met: false,
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
