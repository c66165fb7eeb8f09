//! The groups that a policy names.

use super::reported::Reported;
use crate::context::Context;
use crate::dn::Digest;
use crate::feed::Key;
use muster_sdk::{Failure, Report, Scope, report};

/// Largest number of syncing groups and exclusions of one policy.
const MOST_ROOTS: usize = 1000;

/// Largest number of reported groups, those that patterns stand for included.
const MOST_REPORTED: usize = 10_000;

/// The groups that a policy names, by number: syncing groups, exclusions, and
/// the reported ones that were found.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// Syncing groups, as written.
    pub syncing: Vec<String>,
    /// Groups whose members are left out, as written.
    pub except: Vec<String>,
    /// Reported groups, as written.
    pub report: Report,
    /// Those that were found.
    reported: Vec<Reported>,
    /// Those that were not.
    missing: Vec<String>,
}

impl Roots {
    /// Takes them from the scope, and refuses what is no DN.
    pub fn of(scope: &Scope, context: &mut Context) -> Result<Self, Failure> {
        let report = Report::of(scope);
        let of_scope = scope.groups.iter().chain(&scope.except_groups);
        for group in of_scope.chain(report.names()) {
            if group.trim().is_empty() || context.names.digest(group.as_bytes()).is_err() {
                return Err(Failure::config(format!("the group `{group}` is not a DN"))
                    .hint("write it like `cn=intranet,ou=groups,dc=example,dc=org`"));
            }
        }
        let roots = Self {
            syncing: scope.groups.clone(),
            except: scope.except_groups.clone(),
            report,
            ..Self::default()
        };
        match roots.decisive() > MOST_ROOTS {
            true => Err(Failure::config(format!(
                "more than {MOST_ROOTS} groups in one policy"
            ))),
            false => Ok(roots),
        }
    }

    /// One syncing group alone.
    pub fn only(group: &str) -> Self {
        Self {
            syncing: vec![group.to_owned()],
            ..Self::default()
        }
    }

    /// True if nothing is asked about any group.
    pub fn is_empty(&self) -> bool {
        self.decisive() == 0 && !self.is_reporting()
    }

    /// True if groups are reported.
    pub fn is_reporting(&self) -> bool {
        !self.report.is_empty()
    }

    /// Those that decide who is in scope: syncing groups first.
    pub fn deciding(&self) -> impl Iterator<Item = &String> {
        self.syncing.iter().chain(&self.except)
    }

    /// How many decide who is in scope.
    pub fn decisive(&self) -> usize {
        self.syncing.len() + self.except.len()
    }

    /// How many there are, with the reported ones that were found.
    pub fn len(&self) -> usize {
        self.decisive() + self.reported.len()
    }

    /// True if the root with this number is a syncing group.
    pub fn is_syncing(&self, root: usize) -> bool {
        root < self.syncing.len()
    }

    /// True if the members of the root with this number are left out.
    pub fn is_exclusion(&self, root: usize) -> bool {
        (self.syncing.len()..self.decisive()).contains(&root)
    }

    /// How a root is told of a person; nothing for an exclusion.
    pub fn told(&self, root: usize) -> Option<&str> {
        match root.checked_sub(self.decisive()) {
            None => self.syncing.get(root).map(String::as_str),
            Some(reported) => self.reported.get(reported).map(|one| one.told.as_str()),
        }
    }

    /// Adds a reported group that was found.
    pub(super) fn found(&mut self, one: Reported) {
        self.reported.push(one);
    }

    /// Notes a reported group that was not found.
    pub(super) fn not_found(&mut self, name: &str) {
        self.missing.push(name.to_owned());
    }

    /// Ends the search for reported groups.
    pub(super) fn all_found(&mut self) -> Result<(), Failure> {
        self.missing.extend(self.report.unmet());
        match self.reported.len() > MOST_REPORTED {
            true => Err(Failure::config(format!(
                "the policy's patterns stand for {} groups, and {MOST_REPORTED} are the most",
                self.reported.len()
            ))
            .hint("narrow them: `cn=team-*` instead of `*`")),
            false => Ok(()),
        }
    }

    /// Reported groups that were not found, in words.
    pub fn missing(&self) -> Option<String> {
        (!self.missing.is_empty()).then(|| report::listed(&self.missing))
    }

    /// What stands for the reported groups that were found: whichever of them
    /// came, went or was renamed, it is another.
    pub fn fingerprint(&self, context: &mut Context) -> Key {
        let mut all: Vec<(&str, Digest)> = Vec::new();
        for one in &self.reported {
            let place = context.names.digest(one.dn.as_bytes());
            all.push((&one.told, place.unwrap_or(Digest::ROOT)));
        }
        all.sort_unstable();
        let mut hasher = blake3::Hasher::new_derive_key("muster ldap reported groups");
        for (told, place) in all {
            hasher.update(&(told.len() as u64).to_be_bytes());
            hasher.update(told.as_bytes());
            hasher.update(&place.number().to_be_bytes());
        }
        let hash = hasher.finalize();
        hash.as_bytes().first_chunk().copied().unwrap_or_default()
    }

    /// Judges which of the deciding roots are missing. A syncing group may be, if
    /// another is there: the read then is partial. An exclusion may not: whom
    /// it names would be let in.
    pub fn judge_missing(&self, missing: &[usize]) -> Result<Vec<String>, Failure> {
        let name = |root: usize| self.deciding().nth(root).cloned().unwrap_or_default();
        if let Some(&root) = missing.iter().find(|&&root| !self.is_syncing(root)) {
            return Err(not_found(&[name(root)]).hint(
                "its members are to be left out, so nobody is read without it; take it out of the policy if it is gone for good",
            ));
        }
        let names: Vec<String> = missing.iter().map(|&root| name(root)).collect();
        match !names.is_empty() && names.len() == self.syncing.len() {
            true => Err(not_found(&names).hint("check the DN, and that the login may read it")),
            false => Ok(names),
        }
    }
}

fn not_found(names: &[String]) -> Failure {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let verb = if names.len() == 1 {
        "was not found"
    } else {
        "were not found"
    };
    Failure::config(format!("the group {} {verb}", quoted.join(", ")))
}
