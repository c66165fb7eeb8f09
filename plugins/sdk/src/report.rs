//! Reported groups: who is in them is told, though they put nobody into scope.
//!
//! ```
//! use muster_sdk::{Report, testing};
//!
//! let mut report = Report::of(&testing::reporting(&["Staff", "team-*", "club-*"]));
//! assert_eq!(report.names(), ["Staff"]);
//! assert!(report.fits("Team-Red") && !report.fits("steam-1"));
//! assert_eq!(report.unmet(), ["club-*"]);
//! ```

use crate::{CheckStep, Scope};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// The fact of the evidence that names reported groups which are not there.
pub const MISSING: &str = "reported groups missing";

/// Names up to which each is told; of more, there are so many more.
const TOLD: usize = 20;

/// Names up to which it is remembered whether a pattern fits.
const REMEMBERED: usize = 10_000;

/// The reported groups of a scope: names, and patterns that stand for whatever
/// group they fit.
#[derive(Clone, Debug, Default)]
pub struct Report {
    names: Vec<String>,
    patterns: Vec<(Pattern, bool)>,
    known: HashMap<Box<str>, bool>,
}

impl Report {
    /// Takes them from the scope, each once. What is a syncing group as well, in
    /// the same spelling, is told anyway and left out here.
    pub fn of(scope: &Scope) -> Self {
        let mut report = Self::default();
        for name in &scope.report {
            if scope.groups.contains(name) || report.names.contains(name) {
                continue;
            }
            match Pattern::new(name) {
                None => report.names.push(name.clone()),
                Some(pattern) if report.patterns.iter().any(|(known, _)| *known == pattern) => {}
                Some(pattern) => report.patterns.push((pattern, false)),
            }
        }
        report
    }

    /// True if no group is reported.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.patterns.is_empty()
    }

    /// Groups that are named, to be told in this spelling.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// True if the source has to be asked which groups there are.
    pub fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// True if a pattern stands for the group with this name of its own, which it
    /// is told by.
    pub fn fits(&mut self, own: &str) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        if let Some(&known) = self.known.get(own) {
            return known;
        }
        let mut fits = false;
        for (pattern, met) in &mut self.patterns {
            if pattern.fits(own) {
                *met = true;
                fits = true;
            }
        }
        if self.known.len() < REMEMBERED {
            self.known.insert(own.into(), fits);
        }
        fits
    }

    /// Patterns that have fitted no group so far.
    pub fn unmet(&self) -> Vec<String> {
        let unmet = self.patterns.iter().filter(|(_, met)| !met);
        unmet.map(|(pattern, _)| pattern.text.clone()).collect()
    }
}

/// Who is in which of many groups: one number a person, since many are in the
/// same ones.
///
/// ```
/// let mut members = muster_sdk::report::Memberships::default();
/// for (person, group) in [("anna", 0), ("ben", 0), ("anna", 2), ("anna", 2)] {
///     members.add(person, group);
/// }
/// assert_eq!(members.of(&"anna"), [0, 2]);
/// assert_eq!(members.of(&"ben"), [0]);
/// assert!(members.of(&"clara").is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Memberships<P> {
    people: HashMap<P, u32>,
    /// Sets of groups, each once; the first is the empty one.
    sets: Vec<Vec<usize>>,
    /// The set that another becomes with one more group.
    with: HashMap<(u32, usize), u32>,
}

impl<P> Default for Memberships<P> {
    fn default() -> Self {
        Self {
            people: HashMap::new(),
            sets: vec![Vec::new()],
            with: HashMap::new(),
        }
    }
}

impl<P: Eq + Hash> Memberships<P> {
    /// Adds a member of a group; false if they were in it. One group follows the
    /// other.
    pub fn add(&mut self, person: P, group: usize) -> bool {
        let set = self.people.entry(person).or_default();
        let groups = self.sets.get(*set as usize).map_or(&[][..], Vec::as_slice);
        if groups.last() == Some(&group) {
            return false;
        }
        let next = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        let larger = *self.with.entry((*set, group)).or_insert(next);
        if larger == next {
            self.sets.push([groups, &[group]].concat());
        }
        *set = larger;
        true
    }

    /// The set of groups that somebody is in, as a number.
    pub fn set<Q>(&self, person: &Q) -> u32
    where
        P: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.people.get(person).copied().unwrap_or_default()
    }

    /// The groups of a set.
    pub fn groups(&self, set: u32) -> &[usize] {
        self.sets.get(set as usize).map_or(&[], Vec::as_slice)
    }

    /// The groups that somebody is in.
    pub fn of<Q>(&self, person: &Q) -> &[usize]
    where
        P: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.groups(self.set(person))
    }
}

/// Quotes names, and counts those that are too many to be told.
pub fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let quoted = names
        .iter()
        .take(TOLD)
        .map(|name| format!("`{}`", name.as_ref()));
    let mut text = quoted.collect::<Vec<_>>().join(", ");
    if let Some(more) = names.len().checked_sub(TOLD).filter(|&more| more > 0) {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// What a check says of a reported group that is not there.
pub fn missing(name: &str) -> CheckStep {
    let what = format!("find the reported group {name}");
    let text = match name.contains('*') {
        true => "no group fits, so nobody is in one",
        false => "there is no such group, so nobody is in it",
    };
    CheckStep::warning(what, text)
        .hint("see whether it is spelled as the source has it, and whether the login may read it")
}

/// A name with `*`, which stands for any run of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    text: String,
    before: String,
    between: Vec<String>,
    after: String,
}

impl Pattern {
    /// Takes a name apart; nothing if it holds no `*`.
    fn new(text: &str) -> Option<Self> {
        let (before, rest) = text.split_once('*')?;
        let (between, after) = rest.rsplit_once('*').unwrap_or(("", rest));
        let between = between.split('*').filter(|piece| !piece.is_empty());
        Some(Self {
            text: text.to_owned(),
            before: fold(before),
            between: between.map(fold).collect(),
            after: fold(after),
        })
    }

    fn fits(&self, name: &str) -> bool {
        let name = fold(name);
        let Some(mut rest) = name.strip_prefix(self.before.as_str()) else {
            return false;
        };
        for piece in &self.between {
            match rest.split_once(piece.as_str()) {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
        }
        rest.ends_with(&self.after)
    }
}

/// Takes letter case away: upper case first, so that `ß` and `SS`, or the two
/// small sigmas, are the same.
fn fold(text: &str) -> String {
    let upper = text.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::reporting;

    #[test]
    fn a_star_is_any_run_of_characters_and_case_means_nothing() {
        for (pattern, name, fits) in [
            ("*", "", true),
            ("*", "anything", true),
            ("cn=team-*", "CN=Team-A,ou=groups,dc=x", true),
            ("cn=team-*", "cn=steam-a", false),
            ("*,dc=x", "cn=a,dc=x", true),
            ("*,dc=x", "cn=a,dc=x,dc=y", false),
            ("a*b*c", "a--b--c", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("**a**", "bab", true),
            ("*ab*ab*", "xabx", false),
            ("*ab*ab*", "xababx", true),
            ("straße-*", "STRASSE-1", true),
            ("ΟΔΟΣ*", "οδος", true),
            ("équipe *", "ÉQUIPE Å", true),
            ("a?*", "ab", false),
        ] {
            let mut report = Report::of(&reporting(&[pattern]));
            assert_eq!(report.fits(name), fits, "{pattern} and {name}");
            assert_eq!(report.fits(name), fits, "{pattern} and {name}, again");
            assert_eq!(report.unmet().is_empty(), fits);
        }
    }

    #[test]
    fn what_is_told_anyway_is_not_reported() {
        let scope = Scope {
            groups: vec!["staff".to_owned()],
            ..reporting(&["staff", "Staff", "b*", "b*", "Staff"])
        };
        let report = Report::of(&scope);
        assert_eq!(report.names(), ["Staff"]);
        assert_eq!(report.unmet(), ["b*"]);
        assert!(Report::of(&reporting(&[])).is_empty());
    }

    #[test]
    fn many_names_are_counted() {
        let names: Vec<String> = (0..23).map(|number| format!("g{number}")).collect();
        let text = listed(&names);
        assert!(text.starts_with("`g0`, `g1`") && text.ends_with("`g19` and 3 more"));
        assert_eq!(listed(&["a"]), "`a`");
    }
}
