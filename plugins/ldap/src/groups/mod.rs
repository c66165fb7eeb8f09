//! Who is in a group: by walking the groups' lists, or by the server's filter.

mod filtered;
mod members;
mod walk;

pub use filtered::{Filtered, Way};
pub use members::{Compared, Membership, Recalled};
pub use walk::{Walk, read_again};

use crate::context::Context;
use crate::directory::{ANYTHING, Found, Lookup, lookup};
use crate::outcome;
use muster_sdk::{Failure, Scope};

/// Largest number of syncing groups and exclusions of one policy.
const MOST_ROOTS: usize = 1000;

/// The groups that a policy names.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// Syncing groups, as written.
    pub syncing: Vec<String>,
    /// Groups whose members are left out, as written.
    pub except: Vec<String>,
}

impl Roots {
    /// Takes them from the scope, and refuses what is no DN.
    pub fn of(scope: &Scope, context: &mut Context) -> Result<Self, Failure> {
        for group in scope.groups.iter().chain(&scope.except_groups) {
            if group.trim().is_empty() || context.names.digest(group.as_bytes()).is_err() {
                return Err(Failure::config(format!("the group `{group}` is not a DN"))
                    .hint("write it like `cn=intranet,ou=groups,dc=example,dc=org`"));
            }
        }
        let roots = Self {
            syncing: scope.groups.clone(),
            except: scope.except_groups.clone(),
        };
        match roots.syncing.len() + roots.except.len() > MOST_ROOTS {
            true => Err(Failure::config(format!(
                "more than {MOST_ROOTS} groups in one policy"
            ))),
            false => Ok(roots),
        }
    }

    /// True if everybody is in scope.
    pub fn is_empty(&self) -> bool {
        self.syncing.is_empty() && self.except.is_empty()
    }

    /// All of them: syncing groups first.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.syncing.iter().chain(&self.except)
    }

    /// True if the root with this number is a syncing group.
    pub fn is_syncing(&self, root: usize) -> bool {
        root < self.syncing.len()
    }

    /// Judges which of the roots are missing. A syncing group may be, if
    /// another is there: the read then is partial. An exclusion may not: whom
    /// it names would be let in.
    pub fn judge_missing(&self, missing: &[usize]) -> Result<Vec<String>, Failure> {
        let name = |root: usize| self.all().nth(root).cloned().unwrap_or_default();
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

/// Reads a group of the policy; nothing if it is not there.
fn read_group(dn: &str, attributes: &[&str]) -> Result<Option<Found>, Failure> {
    match lookup(dn, ANYTHING, attributes)? {
        Lookup::Found(found) => Ok(Some(found)),
        Lookup::Hidden => Ok(None),
        Lookup::Refused(said) if outcome::is_missing(&said) || outcome::is_elsewhere(&said) => {
            Ok(None)
        }
        Lookup::Refused(said) => Err(outcome::failure(&said, &format!("the group `{dn}`"))),
    }
}
