//! Which changes of two plans are one person's.

use muster_model::{AccountId, Action, Change, Finding, Plan, UsernameKey};
use std::collections::BTreeMap;

/// What two plans do to one person.
#[derive(Debug, Default)]
pub(super) struct Both<'p> {
    pub(super) old: Deeds<'p>,
    pub(super) new: Deeds<'p>,
}

/// What one plan does to one person.
#[derive(Debug, Default)]
pub(super) struct Deeds<'p> {
    pub(super) changes: Vec<&'p Change>,
    pub(super) held: Vec<&'p Finding>,
}

/// Finds people by their account, their identifier and their names. The number of
/// an account that is yet to be made means nothing: it depends on the others.
#[derive(Debug, Default)]
struct People<'p> {
    all: Vec<Both<'p>>,
    by_account: BTreeMap<AccountId, usize>,
    by_id: BTreeMap<&'p str, usize>,
    by_name: BTreeMap<UsernameKey, usize>,
}

/// Brings the changes and the held people of two plans together.
pub(super) fn gather<'p>(old: Option<&'p Plan>, new: Option<&'p Plan>) -> Vec<Both<'p>> {
    let mut people = People::default();
    let plans = [(old, Version::Old), (new, Version::New)];
    // Accounts that are there tie identifiers to people; who is new comes after.
    for wanted in [false, true] {
        for (plan, version) in plans {
            let changes = plan.into_iter().flat_map(|plan| &plan.changes);
            let fits = |change: &&Change| (change.action == Action::Create) == wanted;
            for change in changes.filter(fits) {
                people.change(change, version);
            }
        }
    }
    for (plan, version) in plans {
        let findings = plan.into_iter().flat_map(|plan| &plan.findings);
        for finding in findings.filter(|finding| finding.held) {
            people.held(finding, version);
        }
    }
    people.all
}

#[derive(Clone, Copy)]
enum Version {
    Old,
    New,
}

impl<'p> People<'p> {
    fn change(&mut self, change: &'p Change, version: Version) {
        let id = change.external_id.as_ref().map(|id| id.as_str());
        let is_new = change.action == Action::Create;
        let known = match (is_new, id) {
            (false, _) => self.by_account.get(&change.account_id),
            (true, Some(id)) => self.by_id.get(id),
            (true, None) => self.by_name.get(&change.username.key()),
        };
        let place = known.copied().unwrap_or_else(|| self.add());
        if !is_new {
            self.by_account.insert(change.account_id, place);
        }
        if let Some(id) = id {
            self.by_id.entry(id).or_insert(place);
        }
        self.by_name.entry(change.username.key()).or_insert(place);
        if let Some(deeds) = self.deeds(place, version) {
            deeds.changes.push(change);
        }
    }

    /// A finding names somebody by their username, or by their identifier.
    fn held(&mut self, finding: &'p Finding, version: Version) {
        let name = finding.username.as_deref().unwrap_or("");
        let key = UsernameKey::of(name);
        let known = self.by_name.get(&key).or_else(|| self.by_id.get(name));
        let place = known.copied().unwrap_or_else(|| self.add());
        self.by_name.entry(key).or_insert(place);
        if let Some(deeds) = self.deeds(place, version) {
            deeds.held.push(finding);
        }
    }

    fn add(&mut self) -> usize {
        self.all.push(Both::default());
        self.all.len() - 1
    }

    fn deeds(&mut self, place: usize, version: Version) -> Option<&mut Deeds<'p>> {
        let both = self.all.get_mut(place)?;
        Some(match version {
            Version::Old => &mut both.old,
            Version::New => &mut both.new,
        })
    }
}
