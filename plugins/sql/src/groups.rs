//! Which people belong to the read, by their groups.

use crate::settings::Settings;
use crate::source::DATABASE;
use muster_sdk::seen::hash;
use muster_sdk::{Failure, Scope, host, sql};
use std::collections::BTreeMap;

/// The groups of a scope, and who is in them.
#[derive(Debug)]
pub struct Groups {
    names: Vec<Group>,
    /// How many of the names are syncing groups; the others are exceptions.
    syncing: usize,
    separator: String,
    /// By identifier, if a query of its own tells the groups: places of names.
    members: Option<BTreeMap<u128, Vec<u16>>>,
}

#[derive(Debug)]
struct Group {
    name: String,
    lower: String,
    met: bool,
}

impl Groups {
    /// Takes the policy's scope. Refuses one that the settings cannot serve.
    pub fn new(scope: &Scope, settings: &Settings) -> Result<Self, Failure> {
        if let Some(unit) = scope.under.iter().chain(&scope.except_under).next() {
            return Err(Failure::config(format!(
                "the policy's scope names the unit `{unit}`, and a query has no tree of units"
            ))
            .hint("put the condition into the query"));
        }
        let mut all = scope.groups.iter().chain(&scope.except_groups).peekable();
        if let Some(group) = all.peek()
            && settings.groups.is_none()
            && settings.groups_query.is_none()
        {
            return Err(Failure::config(format!(
                "the policy's scope names the group `{group}`, and nothing tells who is in it"
            ))
            .hint("add `groups: COLUMN` or `groups_query: SELECT …` to the provider's config"));
        }
        let group = |name: &String| Group {
            name: name.clone(),
            lower: name.trim().to_lowercase(),
            met: false,
        };
        Ok(Self {
            names: all.map(group).collect(),
            syncing: scope.groups.len(),
            separator: settings.separator().to_owned(),
            members: None,
        })
    }

    /// Asks who is in the groups, if a query of its own tells.
    pub fn read(&mut self, settings: &Settings) -> Result<(), Failure> {
        let (Some(query), false) = (&settings.groups_query, self.names.is_empty()) else {
            return Ok(());
        };
        let answer = sql::open(DATABASE, query, &[])?;
        if answer.columns().len() != 2 {
            return Err(Failure::config(format!(
                "`groups_query` gives {} columns, and not two: identifier and group",
                answer.columns().len()
            )));
        }
        let mut members: BTreeMap<u128, Vec<u16>> = BTreeMap::new();
        loop {
            if host::cancelled() {
                return Err(Failure::cancelled());
            }
            let block = answer.next()?;
            for row in 0..block.len() {
                let Some(id) = block.first(row, 0) else {
                    continue;
                };
                for group in block.values(row, 1) {
                    for place in self.places(group) {
                        members.entry(hash(id)).or_default().push(place);
                    }
                }
            }
            if block.is_last() {
                self.members = Some(members);
                return Ok(());
            }
        }
    }

    /// True if a person belongs to the read; `found` gets the places of the
    /// syncing groups that they are in.
    pub fn judge<'a>(
        &mut self,
        id: Option<&[u8]>,
        cell: Option<(impl Iterator<Item = &'a [u8]>, bool)>,
        found: &mut Vec<u16>,
    ) -> bool {
        found.clear();
        if self.names.is_empty() {
            return true;
        }
        let mut excepted = false;
        let syncing = self.syncing;
        let mut take = |place: u16| match usize::from(place) < syncing {
            true if !found.contains(&place) => found.push(place),
            true => {}
            false => excepted = true,
        };
        if let (Some(members), Some(id)) = (&self.members, id) {
            let places = members.get(&hash(id));
            places.into_iter().flatten().copied().for_each(&mut take);
        }
        if let Some((values, is_array)) = cell {
            for value in values {
                let text = String::from_utf8_lossy(value).into_owned();
                let separator = self.separator.clone();
                let parts: Vec<&str> = match is_array {
                    true => vec![text.as_str()],
                    false => text.split(separator.as_str()).collect(),
                };
                for part in parts {
                    self.places(part.as_bytes()).into_iter().for_each(&mut take);
                }
            }
        }
        found.sort_unstable();
        (self.syncing == 0 || !found.is_empty()) && !excepted
    }

    /// Places of the names that a group has: a policy may leave out what it
    /// also syncs.
    fn places(&mut self, group: &[u8]) -> Vec<u16> {
        let text = String::from_utf8_lossy(group);
        let text = text.trim();
        let mut places = Vec::new();
        for (place, group) in (0..).zip(&mut self.names) {
            let is_it = group.lower.eq_ignore_ascii_case(text)
                || (!text.is_ascii() && text.to_lowercase() == group.lower);
            if is_it {
                group.met = true;
                places.push(place);
            }
        }
        places
    }

    /// A group as the policy spells it.
    pub fn name(&self, place: u16) -> &str {
        let group = self.names.get(usize::from(place));
        group.map_or("", |group| &group.name)
    }

    /// Syncing groups that nobody is in: likely typos.
    pub fn missing(&self) -> Vec<&str> {
        self.unmet(0..self.syncing)
    }

    /// Excepted groups that nobody is in.
    pub fn missing_exceptions(&self) -> Vec<&str> {
        self.unmet(self.syncing..self.names.len())
    }

    fn unmet(&self, places: std::ops::Range<usize>) -> Vec<&str> {
        let groups = self.names.get(places).unwrap_or_default().iter();
        groups
            .filter(|group| !group.met)
            .map(|group| group.name.as_str())
            .collect()
    }
}
