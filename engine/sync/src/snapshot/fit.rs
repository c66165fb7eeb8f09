//! Whether a policy's plan can be made from a snapshot, and of whom in it.
//!
//! A policy that asks for fewer people than were recorded can be told from what is
//! known of them: their groups, and their place. What was not asked for is not
//! known, and never guessed.

use super::{Asked, Header};
use muster_model::page::PlainRow;
use muster_model::place::lies_under;
use muster_model::{FieldName, GroupPattern, SourceStatus};
use muster_policy::{FieldMapping, GroupRule, Policy, ValueSource, is_same_group};
use std::fmt;

/// The attribute that says where in a directory of the LDAP kind somebody is.
const PLACE: &str = "dn";

/// Why a policy's plan cannot be made from a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsuitable {
    /// It is another directory's.
    #[error("the snapshot is of the directory `{found}`, and the policy is about `{wanted}`")]
    Directory {
        /// The snapshot's.
        found: String,
        /// The policy's.
        wanted: String,
    },
    /// It does not have all that the policy asks for.
    #[error("the snapshot lacks {}", listed(.0))]
    Lacks(Vec<Lack>),
}

/// Something that a snapshot does not tell, because nobody asked for it when it
/// was recorded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// The values of an attribute.
    Attribute(String),
    /// Who is in a group.
    Group {
        /// The key of the policy that asks for it.
        key: &'static str,
        /// The group.
        name: String,
    },
    /// Who is in a sub-tree or unit.
    Unit {
        /// The key of the policy that asks for it.
        key: &'static str,
        /// The unit.
        name: String,
    },
    /// Everybody who is in none of the groups or units that were asked for.
    Everybody {
        /// The key of the policy that no longer limits them.
        key: &'static str,
    },
    /// People who were left out.
    LeftOut {
        /// The key of the policy that no longer leaves them out.
        key: &'static str,
        /// The group or unit.
        name: String,
    },
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => write!(f, "the attribute `{name}`"),
            Self::Group { key, name } => {
                write!(f, "who is in the group `{name}` ({key})")
            }
            Self::Unit { key, name } => write!(f, "who is in `{name}` ({key})"),
            Self::Everybody { key } => write!(f, "everybody else, without `{key}`"),
            Self::LeftOut { key, name } => {
                write!(f, "the people of `{name}`, who were left out ({key})")
            }
        }
    }
}

fn listed(lacks: &[Lack]) -> String {
    let all: Vec<String> = lacks.iter().map(ToString::to_string).collect();
    all.join("; ")
}

/// How a snapshot's people become those that a policy asks for.
#[derive(Debug)]
pub(super) struct Fit {
    /// Where the policy's attributes stand.
    places: Vec<usize>,
    /// None: everybody, as they are.
    narrow: Option<Narrow>,
}

/// Fewer people, of whom less is told.
#[derive(Debug)]
struct Narrow {
    wanted: Asked,
    patterns: Vec<GroupPattern>,
    /// Where the attribute stands that says where somebody is.
    place: Option<usize>,
    /// True if other groups are asked for than were recorded.
    by_groups: bool,
    /// True if other units are.
    by_units: bool,
}

impl Header {
    /// The places at which the values of attributes stand, compared without
    /// regard to case; none for one that was not asked for.
    pub fn places(&self, attributes: &[String]) -> Vec<Option<usize>> {
        let known: Vec<String> = self
            .attributes
            .iter()
            .map(|name| name.to_lowercase())
            .collect();
        let place = |name: &String| {
            let name = name.to_lowercase();
            known.iter().position(|known| *known == name)
        };
        attributes.iter().map(place).collect()
    }

    /// What a snapshot does not tell that a policy asks for.
    pub fn lacks(&self, policy: &Policy) -> Vec<Lack> {
        let places = self.places(&policy.attributes);
        let attributes = policy.attributes.iter().zip(&places);
        let mut lacks: Vec<Lack> = attributes
            .filter(|(_, place)| place.is_none())
            .map(|(name, _)| Lack::Attribute(name.clone()))
            .collect();
        let wanted = Asked::of(policy);
        self.groups(&wanted, &mut lacks);
        self.units(&wanted, &mut lacks);
        lacks
    }

    fn groups(&self, wanted: &Asked, lacks: &mut Vec<Lack>) {
        let asked = &self.scope;
        let key = "scope.groups";
        if wanted.groups.is_empty() && !asked.groups.is_empty() {
            lacks.push(Lack::Everybody { key });
        }
        // Of a group that puts nobody into scope, only those are told who are in
        // scope by another one.
        let is_told = |group: &String| match asked.groups.is_empty() {
            true => asked.tells(group),
            false => has(&asked.groups, group),
        };
        for name in wanted.groups.iter().filter(|group| !is_told(group)) {
            let name = name.clone();
            lacks.push(Lack::Group { key, name });
        }
        let key = "scope.exclude.groups";
        for name in &asked.except_groups {
            if !has(&wanted.except_groups, name) {
                let name = name.clone();
                lacks.push(Lack::LeftOut { key, name });
            }
        }
        for name in &wanted.except_groups {
            if !has(&asked.except_groups, name) && !asked.tells(name) {
                let name = name.clone();
                lacks.push(Lack::Group { key, name });
            }
        }
        for name in wanted.report.iter().filter(|group| !asked.tells(group)) {
            let (key, name) = ("fields.*.groups", name.clone());
            lacks.push(Lack::Group { key, name });
        }
    }

    fn units(&self, wanted: &Asked, lacks: &mut Vec<Lack>) {
        let asked = &self.scope;
        let knows_places = self.place().is_some();
        let key = "scope.under";
        if wanted.under.is_empty() && !asked.under.is_empty() {
            lacks.push(Lack::Everybody { key });
        }
        for name in wanted.under.iter().filter(|unit| !has(&asked.under, unit)) {
            let within = |wide: &String| lies_under(name, wide);
            let is_within = asked.under.is_empty() || asked.under.iter().any(within);
            if !(knows_places && is_within) {
                let name = name.clone();
                lacks.push(Lack::Unit { key, name });
            }
        }
        let fewer = asked.under.iter().any(|unit| !has(&wanted.under, unit));
        if fewer && !wanted.under.is_empty() && !knows_places {
            let name = wanted.under.join("`, `");
            lacks.push(Lack::Unit { key, name });
        }
        let key = "scope.exclude.under";
        for name in &asked.except_under {
            if !has(&wanted.except_under, name) {
                let name = name.clone();
                lacks.push(Lack::LeftOut { key, name });
            }
        }
        for name in &wanted.except_under {
            if !has(&asked.except_under, name) && !knows_places {
                let name = name.clone();
                lacks.push(Lack::Unit { key, name });
            }
        }
    }

    fn place(&self) -> Option<usize> {
        let mut names = self.attributes.iter();
        names.position(|name| name.eq_ignore_ascii_case(PLACE))
    }
}

impl Asked {
    /// True if it is known of everybody who was delivered whether they are in a group.
    fn tells(&self, group: &str) -> bool {
        let mut known = self.groups.iter().chain(&self.report);
        known.any(|known| match GroupPattern::new(known) {
            Some(pattern) => known == group || !group.contains('*') && pattern.fits(group),
            None => is_same_group(known, group),
        })
    }
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|known| is_same_group(known, name))
}

fn are_same(some: &[String], others: &[String]) -> bool {
    some.iter().all(|name| has(others, name)) && others.iter().all(|name| has(some, name))
}

impl Fit {
    /// Takes a snapshot for a policy, if it has all that the policy asks for.
    pub(super) fn of(header: &Header, policy: &Policy) -> Result<Self, Unsuitable> {
        if header.directory != policy.directory {
            return Err(Unsuitable::Directory {
                found: header.directory.to_string(),
                wanted: policy.directory.to_string(),
            });
        }
        let lacks = header.lacks(policy);
        if !lacks.is_empty() {
            return Err(Unsuitable::Lacks(lacks));
        }
        let wanted = Asked::of(policy);
        let asked = &header.scope;
        let narrow = (wanted != header.scope).then(|| Narrow {
            patterns: wanted
                .report
                .iter()
                .filter_map(|name| GroupPattern::new(name))
                .collect(),
            place: header.place(),
            by_groups: !are_same(&wanted.groups, &asked.groups)
                || !are_same(&wanted.except_groups, &asked.except_groups),
            by_units: !are_same(&wanted.under, &asked.under)
                || !are_same(&wanted.except_under, &asked.except_under),
            wanted,
        });
        let places = header.places(&policy.attributes);
        Ok(Self {
            places: places.into_iter().flatten().collect(),
            narrow,
        })
    }

    /// Number of attributes that the policy reads.
    pub(super) fn width(&self) -> usize {
        self.places.len()
    }

    /// A person as the policy's source would have delivered them, if it had.
    pub(super) fn taken(&self, mut row: PlainRow) -> Option<PlainRow> {
        if let Some(narrow) = &self.narrow {
            if !narrow.takes(&row) {
                return None;
            }
            row.groups = narrow.told(&row.groups);
        }
        let cell = |&place: &usize| row.values.get_mut(place).map(std::mem::take);
        row.values = self.places.iter().filter_map(cell).collect();
        Some(row)
    }
}

impl Narrow {
    fn takes(&self, row: &PlainRow) -> bool {
        let wanted = &self.wanted;
        let is_in = |groups: &[String]| row.groups.iter().any(|own| has(groups, own));
        let is_out =
            is_in(&wanted.except_groups) || !(wanted.groups.is_empty() || is_in(&wanted.groups));
        // Somebody who is told to have left has no groups any more.
        if self.by_groups && is_out && !matches!(row.status, SourceStatus::Removed(_)) {
            return false;
        }
        if !self.by_units {
            return true;
        }
        let places = self.place.and_then(|place| row.values.get(place));
        let lies = |units: &[String]| {
            let mut places = places.into_iter().flatten();
            places.any(|place| units.iter().any(|unit| lies_under(place, unit)))
        };
        !lies(&wanted.except_under) && (wanted.under.is_empty() || lies(&wanted.under))
    }

    /// Groups of which the policy asks who is in them: syncing groups as it writes
    /// them.
    fn told(&self, groups: &[String]) -> Vec<String> {
        let mut told = Vec::new();
        for own in groups {
            let mut syncing = self.wanted.groups.iter();
            let is_reported = || {
                has(&self.wanted.report, own)
                    || self.patterns.iter().any(|pattern| pattern.fits(own))
            };
            match syncing.find(|group| is_same_group(group, own)) {
                Some(group) => told.push(group.clone()),
                None if is_reported() => told.push(own.clone()),
                None => {}
            }
        }
        told
    }
}

/// A policy that asks a source for all that several policies ask for, so that the
/// plan of each of them can be made from one read. It is for nothing but that: its
/// mappings are the first one's.
pub fn for_all(policy: &Policy, others: &[&Policy]) -> Policy {
    let mut wide = policy.clone();
    for other in others {
        let asked = [Asked::of(&wide), Asked::of(other)];
        widen(&mut wide, other, &asked);
    }
    wide
}

fn widen(wide: &mut Policy, other: &Policy, [one, two]: &[Asked; 2]) {
    let either = |some: &[String], others: &[String]| -> Vec<String> {
        let more = others.iter().filter(|name| !has(some, name));
        match some.is_empty() || others.is_empty() {
            true => Vec::new(),
            false => some.iter().chain(more).cloned().collect(),
        }
    };
    let both = |some: &[String], others: &[String]| -> Vec<String> {
        some.iter()
            .filter(|name| has(others, name))
            .cloned()
            .collect()
    };
    let scope = &mut wide.scope;
    scope.groups = either(&one.groups, &two.groups);
    scope.under = either(&one.under, &two.under);
    scope.except_groups = both(&one.except_groups, &two.except_groups);
    scope.except_under = both(&one.except_under, &two.except_under);
    let differ =
        !are_same(&one.under, &two.under) || !are_same(&one.except_under, &two.except_under);
    let place = (differ && wide.provider.plugin == "ldap").then(|| PLACE.to_owned());
    for name in other.attributes.iter().chain(&place) {
        let mut known = wide.attributes.iter();
        if !known.any(|known| known.to_lowercase() == name.to_lowercase()) {
            wide.attributes.push(name.clone());
        }
    }
    // Who is in these is to be told, whether or not they put anybody into scope.
    let told = [one, two].into_iter().flat_map(|asked| {
        asked
            .groups
            .iter()
            .chain(&asked.except_groups)
            .chain(&asked.report)
    });
    let at = wide.scope.at.clone();
    let rules = told.map(|group| GroupRule {
        group: group.clone(),
        gives: Vec::new(),
        at: at.clone(),
    });
    let rules = ValueSource::Groups(rules.collect());
    let field = FieldMapping::of_attribute(FieldName::from("@recorded"), 0, at);
    wide.fields.push(FieldMapping {
        value: rules,
        ..field
    });
}

#[cfg(test)]
mod tests;
