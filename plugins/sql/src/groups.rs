//! Which people belong to the read by their groups, and which groups are told.

use crate::settings::Settings;
use crate::source::DATABASE;
use muster_sdk::seen::hash;
use muster_sdk::{Failure, Report, Scope, host, sql};
use std::collections::{BTreeMap, HashMap};

/// The groups of a scope, and who is in them.
#[derive(Debug)]
pub struct Groups {
    /// Syncing groups, then exceptions, then reported groups; behind them those
    /// that were met and that a pattern stands for.
    names: Vec<Group>,
    /// How many of the names are syncing groups.
    syncing: usize,
    /// Where the exceptions end.
    excepted: usize,
    /// How many of the names are those of the policy.
    named: usize,
    patterns: Report,
    /// Places of the groups that a pattern stands for.
    own: HashMap<String, u32>,
    separator: String,
    /// By identifier, if a query of its own tells the groups: places of names.
    members: Option<BTreeMap<u128, Vec<u32>>>,
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
        let of_scope = scope.groups.iter().chain(&scope.except_groups);
        if let Some(group) = of_scope.clone().chain(&scope.report).next()
            && settings.groups.is_none()
            && settings.groups_query.is_none()
        {
            return Err(Failure::config(format!(
                "the policy names the group `{group}`, and nothing tells who is in it"
            ))
            .hint("add `groups: COLUMN` or `groups_query: SELECT …` to the provider's config"));
        }
        let group = |name: &String| Group {
            name: name.clone(),
            lower: name.trim().to_lowercase(),
            met: false,
        };
        let patterns = Report::of(scope);
        let names: Vec<Group> = of_scope.chain(patterns.names()).map(group).collect();
        Ok(Self {
            named: names.len(),
            names,
            syncing: scope.groups.len(),
            excepted: scope.groups.len() + scope.except_groups.len(),
            patterns,
            own: HashMap::new(),
            separator: settings.separator().to_owned(),
            members: None,
        })
    }

    /// Asks who is in the groups, if a query of its own tells.
    pub fn read(&mut self, settings: &Settings) -> Result<(), Failure> {
        let (Some(query), false) = (&settings.groups_query, self.are_none()) else {
            return Ok(());
        };
        let answer = sql::open(DATABASE, query, &[])?;
        if answer.columns().len() != 2 {
            return Err(Failure::config(format!(
                "`groups_query` gives {} columns, and not two: identifier and group",
                answer.columns().len()
            )));
        }
        let mut members: BTreeMap<u128, Vec<u32>> = BTreeMap::new();
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

    /// True if no group is asked about.
    pub fn are_none(&self) -> bool {
        self.named == 0 && !self.patterns.has_patterns()
    }

    /// True if a person belongs to the read; `found` gets the places of the
    /// syncing and reported groups that they are in.
    pub fn judge<'a>(
        &mut self,
        id: Option<&[u8]>,
        cell: Option<(impl Iterator<Item = &'a [u8]>, bool)>,
        found: &mut Vec<u32>,
    ) -> bool {
        found.clear();
        if self.are_none() {
            return true;
        }
        let (mut is_member, mut is_excepted) = (self.syncing == 0, false);
        let (syncing, excepted) = (self.syncing, self.excepted);
        let mut take = |place: u32| {
            is_member |= (place as usize) < syncing;
            match (syncing..excepted).contains(&(place as usize)) {
                true => is_excepted = true,
                false if !found.contains(&place) => found.push(place),
                false => {}
            }
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
        is_member && !is_excepted
    }

    /// Places of the names that a group has: a policy may leave out what it
    /// also syncs.
    fn places(&mut self, group: &[u8]) -> Vec<u32> {
        let text = String::from_utf8_lossy(group);
        let text = text.trim();
        let mut places = Vec::new();
        for (place, group) in (0..).zip(self.names.iter_mut().take(self.named)) {
            let is_it = group.lower.eq_ignore_ascii_case(text)
                || (!text.is_ascii() && text.to_lowercase() == group.lower);
            if is_it {
                group.met = true;
                places.push(place);
            }
        }
        if !text.is_empty() && self.patterns.fits(text) {
            places.push(self.own(text));
        }
        places
    }

    /// The place of a group that a pattern stands for, told as the row has it.
    fn own(&mut self, text: &str) -> u32 {
        if let Some(&place) = self.own.get(text) {
            return place;
        }
        let place = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(Group {
            name: text.to_owned(),
            lower: String::new(),
            met: true,
        });
        self.own.insert(text.to_owned(), place);
        place
    }

    /// A group as it is told.
    pub fn name(&self, place: u32) -> &str {
        let group = self.names.get(place as usize);
        group.map_or("", |group| &group.name)
    }

    /// Syncing groups that nobody is in: likely typos.
    pub fn missing(&self) -> Vec<&str> {
        self.unmet(0..self.syncing)
    }

    /// Excepted groups that nobody is in.
    pub fn missing_exceptions(&self) -> Vec<&str> {
        self.unmet(self.syncing..self.excepted)
    }

    /// Reported groups that nobody is in.
    pub fn missing_reported(&self) -> Vec<String> {
        let unmet = self.unmet(self.excepted..self.named).into_iter();
        let mut missing: Vec<String> = unmet.map(str::to_owned).collect();
        missing.extend(self.patterns.unmet());
        missing
    }

    fn unmet(&self, places: std::ops::Range<usize>) -> Vec<&str> {
        let groups = self.names.get(places).unwrap_or_default().iter();
        groups
            .filter(|group| !group.met)
            .map(|group| group.name.as_str())
            .collect()
    }
}
