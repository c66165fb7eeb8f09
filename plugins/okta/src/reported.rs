//! The groups of which it is told who is in them.

use crate::api::Api;
use crate::groups::{self, Group, Meant};
use crate::settings::Sum;
use muster_sdk::report::Memberships;
use muster_sdk::{Failure, Report, Scope, host};

/// Reported groups of one policy, those that patterns stand for included.
const MOST: usize = 2000;

/// Those of a policy.
#[derive(Debug, Default)]
pub struct Reported {
    pub groups: Vec<Group>,
    /// Those that are not there: nobody is in them.
    pub missing: Vec<String>,
}

impl Reported {
    /// Finds them. A name of several groups says of nobody whether they are in
    /// the one that is meant.
    pub fn find(api: &Api, scope: &Scope) -> Result<Self, Failure> {
        let mut report = Report::of(scope);
        let mut found = Self::default();
        for named in report.names() {
            match groups::look(api, named)? {
                Meant::One(group) => found.groups.push(group),
                Meant::None(_) => found.missing.push(named.clone()),
                Meant::Several(failure) => return Err(failure),
            }
        }
        found.groups.extend(groups::fitting(api, &mut report)?);
        found.missing.extend(report.unmet());
        match found.groups.len() > MOST {
            true => Err(Failure::config(format!(
                "the policy's patterns stand for {} groups, and {MOST} are the most",
                found.groups.len()
            ))
            .hint("narrow them: `team-*` instead of `*`")),
            false => Ok(found),
        }
    }

    /// Asks who is in each.
    pub fn members(&self, api: &Api, page_size: u32) -> Result<Memberships<Box<str>>, Failure> {
        let mut members = Memberships::default();
        for (place, group) in self.groups.iter().enumerate() {
            if host::cancelled() {
                return Err(Failure::cancelled());
            }
            groups::member_ids(api, group, page_size, |id| {
                members.add(id.into(), place);
            })?;
        }
        Ok(members)
    }

    /// What stands for those that were found: whichever came, went or was
    /// renamed, it is another.
    pub fn print(&self) -> String {
        let mut groups: Vec<&Group> = self.groups.iter().collect();
        groups.sort_unstable_by_key(|group| (&group.named, &group.id));
        let mut sum = Sum::default();
        for group in groups {
            sum.add(&group.named);
            sum.add(&group.id);
        }
        sum.text()
    }
}
