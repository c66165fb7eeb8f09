//! Everybody who has to be met before absence counts: who is in scope by the
//! groups, or by a list of all identifiers.

use crate::api::{self, Ask, Users};
use crate::groups::Walk;
use crate::refusal::About;
use crate::reported::{self, Reported};
use crate::settings::{Settings, Whose, domain_of};
use crate::tally::{Reason, Tally};
use muster_sdk::json::Selection;
use muster_sdk::{Failure, Scope, host};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The people of the scope, by identifier.
#[derive(Debug, Default)]
pub struct Roster {
    /// In order of their identifiers.
    expected: Vec<Expected>,
    /// Sets of groups that somebody is in, as places among the names.
    sets: Vec<Vec<u16>>,
    /// Domains of members, in lower case.
    domains: Vec<String>,
    excluded: HashSet<Box<str>>,
    /// Groups that everybody is in, if the scope is everybody.
    all: Option<Vec<u16>>,
    /// Syncing groups, then reported ones, as they are told.
    names: Vec<String>,
    /// Reported groups that are not there.
    pub missing: Vec<String>,
    met: Vec<u8>,
    /// People of a scope of everybody who came after the list of identifiers.
    newcomers: BTreeSet<Box<str>>,
    pub nested: u64,
    pub foreign: u64,
}

#[derive(Debug)]
struct Expected {
    id: Box<str>,
    set: u32,
    /// Place in `domains`; none for who was listed as a user.
    domain: Option<u32>,
}

/// What a user who was listed is to the scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// In scope, in these groups.
    In(Vec<u16>),
    Out,
    /// Delivered before.
    Again,
}

impl Roster {
    /// Asks for the groups of the scope, and for all identifiers if the scope
    /// is everybody.
    pub fn read(scope: &Scope, settings: &Settings, tally: &mut Tally) -> Result<Self, Failure> {
        let (reported, missing) = reported::find(scope, settings, tally)?;
        let keys = scope.groups.iter().chain(&scope.except_groups);
        let keys = keys.chain(reported.iter().map(|group| &group.key));
        let keys: Vec<&str> = keys.map(String::as_str).collect();
        let walk = Walk::down(&keys, settings, tally)?;
        let told = reported.iter().map(|group| &group.told);
        let mut roster = Self {
            foreign: walk.foreign,
            names: scope.groups.iter().chain(told).cloned().collect(),
            ..Self::default()
        };
        roster.exclude(scope, &walk, tally)?;
        let mut memberships: HashMap<&str, (Vec<u16>, Option<u32>)> = HashMap::new();
        let mut all = Vec::new();
        for (place, group) in scope.groups.iter().enumerate() {
            let place = place as u16;
            let Some(reached) = walk.reach(group, tally) else {
                tally.doubt(
                    Reason::GroupMissing,
                    format!("Google knows no group `{group}`"),
                );
                continue;
            };
            roster.nested += reached.nested;
            if reached.has_all {
                all.push(place);
            }
            for person in reached.people {
                let Some(id) = walk.people.ids.get(person as usize) else {
                    continue;
                };
                let domain = roster.domain(walk.people.domain(person));
                let (groups, _) = memberships.entry(id).or_insert((Vec::new(), Some(domain)));
                groups.push(place);
            }
        }
        let whole = scope.groups.is_empty() || !all.is_empty();
        let listed = match whole {
            true => identifiers(settings, tally)?,
            false => Vec::new(),
        };
        for id in &listed {
            memberships.entry(id).or_default().1 = None;
        }
        let first = scope.groups.len();
        all.extend(roster.report(&reported, first, &walk, &mut memberships, tally));
        roster.missing.extend(missing);
        for (groups, _) in memberships.values_mut() {
            groups.extend(all.iter().copied());
            groups.sort_unstable();
            groups.dedup();
        }
        if whole {
            roster.all = Some(all);
        }
        roster.fill(memberships);
        Ok(roster)
    }

    /// Adds the reported groups to those who are expected in any case. Gives the
    /// groups that everybody is in.
    fn report<'a>(
        &mut self,
        reported: &[Reported],
        first: usize,
        walk: &'a Walk,
        memberships: &mut HashMap<&'a str, (Vec<u16>, Option<u32>)>,
        tally: &mut Tally,
    ) -> Vec<u16> {
        let mut all = Vec::new();
        for (place, group) in (first..).zip(reported) {
            let place = u16::try_from(place).unwrap_or(u16::MAX);
            let Some(reached) = walk.reach(&group.key, tally) else {
                match group.is_listed {
                    true => tally.doubt(
                        Reason::Drifted,
                        format!("the group `{}` was listed, and then gone", group.told),
                    ),
                    false => self.missing.push(group.told.clone()),
                }
                continue;
            };
            self.nested += reached.nested;
            if reached.has_all {
                all.push(place);
            }
            for person in reached.people {
                let id = walk.people.ids.get(person as usize);
                if let Some((groups, _)) = id.and_then(|id| memberships.get_mut(&**id)) {
                    groups.push(place);
                }
            }
        }
        all
    }

    /// The name of a group, as it is told.
    pub fn name(&self, place: u16) -> Option<&str> {
        self.names.get(usize::from(place)).map(String::as_str)
    }

    /// Whoever is to be left out must be known, or they would get accounts.
    fn exclude(&mut self, scope: &Scope, walk: &Walk, tally: &mut Tally) -> Result<(), Failure> {
        for group in &scope.except_groups {
            let reached = walk.reach(group, tally).ok_or_else(|| {
                Failure::config(format!(
                    "Google knows no group `{group}`, whose members are to be left out"
                ))
                .hint(
                    "name it by its address or its identifier, or take it out of `exclude.groups`",
                )
            })?;
            if reached.has_all {
                return Err(Failure::config(format!(
                    "everybody in the account is a member of `{group}`, so everybody would be left out"
                )));
            }
            let ids = reached
                .people
                .iter()
                .filter_map(|&person| walk.people.ids.get(person as usize));
            self.excluded.extend(ids.cloned());
        }
        Ok(())
    }

    fn domain(&mut self, domain: &str) -> u32 {
        let place = self.domains.iter().position(|known| known == domain);
        let place = place.unwrap_or_else(|| {
            self.domains.push(domain.to_owned());
            self.domains.len() - 1
        });
        place as u32
    }

    fn fill(&mut self, memberships: HashMap<&str, (Vec<u16>, Option<u32>)>) {
        let mut sets: HashMap<Vec<u16>, u32> = HashMap::new();
        for (id, (groups, domain)) in memberships {
            if self.excluded.contains(id) {
                continue;
            }
            let next = sets.len() as u32;
            let set = *sets.entry(groups).or_insert(next);
            self.expected.push(Expected {
                id: id.into(),
                set,
                domain,
            });
        }
        self.expected.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let mut ordered: Vec<(u32, Vec<u16>)> =
            sets.into_iter().map(|(set, at)| (at, set)).collect();
        ordered.sort_unstable();
        self.sets = ordered.into_iter().map(|(_, set)| set).collect();
        self.met = vec![0; self.expected.len().div_ceil(8)];
    }

    /// Number of people who are expected.
    pub fn len(&self) -> usize {
        self.expected.len()
    }

    /// True if the scope is everybody.
    pub fn is_everybody(&self) -> bool {
        self.all.is_some()
    }

    /// Judges a user without remembering it.
    pub fn judge(&self, id: &str) -> Judged {
        if self.excluded.contains(id) {
            return Judged::Out;
        }
        if let Some(place) = self.place(id) {
            return match self.is_met(place) {
                true => Judged::Again,
                false => Judged::In(self.groups(place)),
            };
        }
        match &self.all {
            Some(_) if self.newcomers.contains(id) => Judged::Again,
            Some(all) => Judged::In(all.clone()),
            None => Judged::Out,
        }
    }

    /// Remembers that somebody was met.
    pub fn meet(&mut self, id: &str) {
        match self.place(id) {
            Some(place) => self.set_met(place),
            None if self.all.is_some() => {
                self.newcomers.insert(id.into());
            }
            None => {}
        }
    }

    /// True if somebody of this identifier was delivered.
    pub fn was_met(&self, id: &str) -> bool {
        self.newcomers.contains(id) || self.place(id).is_some_and(|place| self.is_met(place))
    }

    fn place(&self, id: &str) -> Option<usize> {
        let found = self
            .expected
            .binary_search_by(|expected| (*expected.id).cmp(id));
        found.ok()
    }

    fn groups(&self, place: usize) -> Vec<u16> {
        let set = self
            .expected
            .get(place)
            .map(|expected| expected.set as usize);
        set.and_then(|set| self.sets.get(set))
            .cloned()
            .unwrap_or_default()
    }

    fn is_met(&self, place: usize) -> bool {
        let byte = self.met.get(place / 8).copied().unwrap_or_default();
        byte & (1 << (place % 8)) != 0
    }

    fn set_met(&mut self, place: usize) {
        if let Some(byte) = self.met.get_mut(place / 8) {
            *byte |= 1 << (place % 8);
        }
    }

    /// The next people from a place on who were not met: those whose domain
    /// `asked` wants to be asked for, up to `most` of them, the number of the
    /// others, and where to go on.
    pub fn unmet(
        &self,
        from: usize,
        most: usize,
        asked: impl Fn(Option<&str>) -> bool,
    ) -> Unmet<'_> {
        let mut unmet = Unmet {
            ids: Vec::new(),
            others: 0,
            next: from,
        };
        for (place, expected) in self.expected.iter().enumerate().skip(from) {
            if unmet.ids.len() == most {
                return unmet;
            }
            unmet.next = place + 1;
            if self.is_met(place) {
                continue;
            }
            let domain = expected.domain.map(|domain| {
                let domain = self.domains.get(domain as usize);
                domain.map_or("", String::as_str)
            });
            match asked(domain) {
                true => unmet.ids.push((&expected.id, domain)),
                false => unmet.others += 1,
            }
        }
        unmet
    }

    /// What tells whether two readings of the groups gave the same.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for expected in &self.expected {
            expected.id.hash(&mut hasher);
            self.sets.get(expected.set as usize).hash(&mut hasher);
        }
        self.all.hash(&mut hasher);
        let mut excluded: Vec<&str> = self.excluded.iter().map(AsRef::as_ref).collect();
        excluded.sort_unstable();
        excluded.hash(&mut hasher);
        hasher.finish()
    }

    /// Who was met: a bit each, and those who were not expected.
    pub fn met(&self) -> (&[u8], Vec<String>) {
        let newcomers = self.newcomers.iter().map(|id| id.to_string());
        (&self.met, newcomers.collect())
    }

    /// Takes back what [`Roster::met`] gave. False if it does not fit.
    pub fn remember(&mut self, met: &[u8], newcomers: Vec<String>) -> bool {
        if met.len() != self.met.len() {
            return false;
        }
        self.met = met.to_vec();
        self.newcomers = newcomers.into_iter().map(String::into_boxed_str).collect();
        true
    }
}

/// People who were not met.
#[derive(Debug)]
pub struct Unmet<'a> {
    /// Those to be asked for, with their domains if they were members.
    pub ids: Vec<(&'a str, Option<&'a str>)>,
    pub others: u64,
    pub next: usize,
}

impl Unmet<'_> {
    /// As texts of their own: identifier and domain.
    pub fn owned(&self) -> Vec<(String, String)> {
        let own = |(id, domain): &(&str, Option<&str>)| {
            ((*id).to_owned(), domain.unwrap_or_default().to_owned())
        };
        self.ids.iter().map(own).collect()
    }
}

/// The identifiers of all users. Users are listed by address, so whoever is
/// renamed in the meantime may be missed: this list says who that is.
fn identifiers(settings: &Settings, tally: &mut Tally) -> Result<Vec<Box<str>>, Failure> {
    let selection = Selection::new(["id"])?;
    let ask = Ask {
        properties: "id".to_owned(),
        ..Ask::default()
    };
    let (mut ids, mut token) = (Vec::new(), None::<String>);
    loop {
        if host::cancelled() {
            return Err(Failure::cancelled());
        }
        let target = api::users(settings, Users::Live, &ask, api::USERS, token.as_deref());
        tally.requests += 1;
        let answer = api::get(&target).map_err(|wrong| wrong.failure(About::Users, settings))?;
        let next = api::page(&answer, "users", &selection, |user| {
            ids.extend(user.first(0).map(Box::from));
        })?;
        match next {
            None => return Ok(ids),
            next if next == token => {
                return Err(Failure::data(
                    "a page of users names itself as the next one",
                ));
            }
            next => token = next,
        }
    }
}

/// Domains that are the account's own, as far as the read has seen: whoever has
/// an address there should be among the users.
#[derive(Clone, Debug, Default)]
pub struct Homes(BTreeSet<String>);

impl Homes {
    /// Begins with what the settings say.
    pub fn new(settings: &Settings) -> Self {
        let first = match settings.whose() {
            Whose::Domain(domain) => domain,
            Whose::Customer(_) => domain_of(&settings.admin),
        };
        Self(BTreeSet::from([first.to_lowercase()]))
    }

    /// Adds the domain of a user.
    pub fn learn(&mut self, email: &str, settings: &Settings) {
        let domain = domain_of(email);
        let is_known = || {
            self.0
                .iter()
                .any(|known| known.eq_ignore_ascii_case(domain))
        };
        if settings.domain.is_none() && !domain.is_empty() && !is_known() {
            self.0.insert(domain.to_lowercase());
        }
    }

    /// True if a domain, in lower case, is the account's own. A member without
    /// an address cannot be told, and counts as one.
    pub fn has(&self, domain: &str) -> bool {
        domain.is_empty() || self.0.contains(domain)
    }

    /// For the cursor.
    pub fn list(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }

    /// From the cursor.
    pub fn remember(&mut self, list: Vec<String>) {
        self.0.extend(list);
    }
}
