//! Who is a member of which group: every group is listed once, nested ones too.

use crate::api::{self, Wrong};
use crate::refusal::{About, Cause};
use crate::settings::{Nested, Settings, domain_of};
use crate::tally::{Reason, Tally};
use muster_sdk::json::Selection;
use muster_sdk::{Failure, host};
use std::collections::{BTreeMap, HashMap};

/// Groups that are followed; more would be a mistake of somebody's.
const MOST: usize = 10_000;

/// Lists that are read in one go.
const WAVE: usize = 40;

/// All groups that were reached, and whoever is in them.
#[derive(Debug, Default)]
pub struct Walk {
    pub people: People,
    groups: Vec<Group>,
    /// Groups by the name under which they were asked for.
    places: HashMap<String, usize>,
    /// Groups of others, which were not looked into.
    pub foreign: u64,
}

/// Members who are no groups, each once.
#[derive(Debug, Default)]
pub struct People {
    pub ids: Vec<Box<str>>,
    /// Each one's domain, as a place in `domains`.
    domain: Vec<u32>,
    places: HashMap<Box<str>, u32>,
    domains: Vec<String>,
    domain_places: BTreeMap<String, u32>,
}

#[derive(Debug)]
struct Group {
    key: String,
    /// Its address, for messages.
    name: String,
    people: Vec<u32>,
    nested: Vec<usize>,
    /// Everybody in the account is a member.
    has_all: bool,
    fate: Fate,
}

/// How the list of a group could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Read,
    Missing,
    Refused(String),
}

/// Everybody in one group of the policy, directly or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    pub people: Vec<u32>,
    pub has_all: bool,
    pub nested: u64,
}

impl Walk {
    /// Lists these groups and the groups in them.
    pub fn down(roots: &[&str], settings: &Settings, tally: &mut Tally) -> Result<Self, Failure> {
        let mut walk = Self::default();
        let selection = Selection::new(["id", "email", "type"])?;
        let mut waiting: Vec<(usize, Option<String>)> = Vec::new();
        for root in roots {
            walk.enter(root, root, &mut waiting);
        }
        while !waiting.is_empty() {
            if host::cancelled() {
                return Err(Failure::cancelled());
            }
            let now: Vec<_> = waiting.drain(..waiting.len().min(WAVE)).collect();
            let targets: Vec<String> = now
                .iter()
                .map(|(place, token)| api::members(settings, walk.key(*place), token.as_deref()))
                .collect();
            tally.requests += targets.len() as u64;
            for ((place, token), answer) in now.into_iter().zip(api::get_all(&targets)) {
                match answer {
                    Ok(response) => {
                        let mut found = Vec::new();
                        let next = api::page(&response, "members", &selection, |member| {
                            found.push(Listed::of(&member));
                        })?;
                        walk.take(place, found, settings, &mut waiting)?;
                        match next {
                            Some(next) if token.as_ref() == Some(&next) => return Err(endless()),
                            Some(next) => waiting.push((place, Some(next))),
                            None => {}
                        }
                    }
                    Err(wrong) => walk.refused(place, wrong, roots, settings)?,
                }
            }
        }
        Ok(walk)
    }

    fn key(&self, place: usize) -> &str {
        self.groups.get(place).map_or("", |group| &group.key)
    }

    /// The place of a group, which is to be listed if it is new.
    fn enter(
        &mut self,
        key: &str,
        name: &str,
        waiting: &mut Vec<(usize, Option<String>)>,
    ) -> usize {
        if let Some(&place) = self.places.get(key) {
            return place;
        }
        let place = self.groups.len();
        self.groups.push(Group {
            key: key.to_owned(),
            name: name.to_owned(),
            people: Vec::new(),
            nested: Vec::new(),
            has_all: false,
            fate: Fate::Read,
        });
        self.places.insert(key.to_owned(), place);
        waiting.push((place, None));
        place
    }

    fn take(
        &mut self,
        place: usize,
        found: Vec<Listed>,
        settings: &Settings,
        waiting: &mut Vec<(usize, Option<String>)>,
    ) -> Result<(), Failure> {
        for member in found {
            if member.id.is_empty() {
                return Err(Failure::data(format!(
                    "a member of the group `{}` has no identifier",
                    self.key(place)
                )));
            }
            let is_new = !self.places.contains_key(&member.id);
            match member.kind {
                // It stands for everybody, and has no address.
                Type::Customer => self.at(place, |group| group.has_all = true),
                // Google has flattened it already.
                Type::Group if settings.nested == Nested::Derived => {}
                Type::Group if settings.is_elsewhere(&member.email) => self.foreign += 1,
                Type::Group if is_new && self.groups.len() >= MOST => {
                    return Err(Failure::data(format!(
                        "more than {MOST} groups are nested in the policy's"
                    )));
                }
                Type::Group => {
                    let nested = self.enter(&member.id, &member.email, waiting);
                    self.at(place, |group| group.nested.push(nested));
                }
                Type::Person => {
                    let person = self.people.enter(&member.id, &member.email);
                    self.at(place, |group| group.people.push(person));
                }
            }
        }
        Ok(())
    }

    fn at(&mut self, place: usize, act: impl FnOnce(&mut Group)) {
        if let Some(group) = self.groups.get_mut(place) {
            act(group);
        }
    }

    /// A group that cannot be listed: a doubt if Google says no to this one, a
    /// failure if it says no to all.
    fn refused(
        &mut self,
        place: usize,
        wrong: Wrong,
        roots: &[&str],
        settings: &Settings,
    ) -> Result<(), Failure> {
        let is_root = roots.contains(&self.key(place));
        let fate = match (&wrong, wrong.cause()) {
            (_, Some(Cause::NotFound)) => Fate::Missing,
            (Wrong::Refused(refusal), Some(Cause::Forbidden | Cause::Barred)) if !is_root => {
                Fate::Refused(refusal.said())
            }
            _ => {
                let mut failure = wrong.failure(About::Members, settings);
                failure.message = format!("group `{}`: {}", self.key(place), failure.message);
                return Err(failure);
            }
        };
        self.at(place, |group| group.fate = fate);
        Ok(())
    }

    /// Everybody in a group of the policy; nothing if Google does not know it.
    /// What could not be read below it is a doubt.
    pub fn reach(&self, root: &str, tally: &mut Tally) -> Option<Reached> {
        let &start = self.places.get(root)?;
        if self.groups.get(start)?.fate == Fate::Missing {
            return None;
        }
        let mut reached = Reached::default();
        let mut visited = vec![false; self.groups.len()];
        let mut members = vec![false; self.people.ids.len()];
        let mut waiting = vec![start];
        while let Some(place) = waiting.pop() {
            let Some(seen) = visited.get_mut(place) else {
                continue;
            };
            if std::mem::replace(seen, true) {
                continue;
            }
            let Some(group) = self.groups.get(place) else {
                continue;
            };
            reached.nested += u64::from(place != start);
            reached.has_all |= group.has_all;
            doubt(group, root, tally);
            waiting.extend(&group.nested);
            for &person in &group.people {
                if let Some(is_member) = members.get_mut(person as usize) {
                    *is_member = true;
                }
            }
        }
        let places = members
            .iter()
            .enumerate()
            .filter(|(_, is_member)| **is_member);
        reached.people = places.map(|(place, _)| place as u32).collect();
        Some(reached)
    }
}

fn doubt(group: &Group, root: &str, tally: &mut Tally) {
    let key = &group.name;
    match &group.fate {
        Fate::Read => {}
        Fate::Missing => tally.doubt(
            Reason::GroupMissing,
            format!(
                "Google does not know the group `{key}`, nested in `{root}`: either it went while the groups were read, or it belongs to another account; then name its domain in `external_domains`"
            ),
        ),
        Fate::Refused(said) => tally.doubt(
            Reason::Unreadable,
            format!(
                "the group `{key}`, nested in `{root}`, may not be read{said}; if it belongs to another account, name its domain in `external_domains`"
            ),
        ),
    }
}

fn endless() -> Failure {
    Failure::data("a page of members names itself as the next one")
}

impl People {
    fn enter(&mut self, id: &str, email: &str) -> u32 {
        let domain = self.domain_place(email);
        if let Some(&place) = self.places.get(id) {
            return place;
        }
        let place = self.ids.len() as u32;
        self.ids.push(id.into());
        self.domain.push(domain);
        self.places.insert(id.into(), place);
        place
    }

    fn domain_place(&mut self, email: &str) -> u32 {
        let domain = domain_of(email).to_lowercase();
        let next = self.domains.len() as u32;
        let place = *self.domain_places.entry(domain.clone()).or_insert(next);
        if place == next {
            self.domains.push(domain);
        }
        place
    }

    /// A member's domain in lower case; empty if there is no address.
    pub fn domain(&self, place: u32) -> &str {
        let domain = self.domain.get(place as usize);
        domain
            .and_then(|&domain| self.domains.get(domain as usize))
            .map_or("", String::as_str)
    }
}

/// A member as a page lists it.
struct Listed {
    id: String,
    email: String,
    kind: Type,
}

enum Type {
    Person,
    Group,
    Customer,
}

impl Listed {
    fn of(member: &muster_sdk::json::Record<'_>) -> Self {
        let text = |slot| member.first(slot).unwrap_or_default().to_owned();
        Self {
            id: text(0),
            email: text(1),
            kind: match member.first(2) {
                Some("GROUP") => Type::Group,
                Some("CUSTOMER") => Type::Customer,
                // Users, people elsewhere, and whatever comes to be invented.
                _ => Type::Person,
            },
        }
    }
}
