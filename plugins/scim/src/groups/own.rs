//! Groups as each person lists them.

use super::find::{self, Directory};
use super::{Named, Part, Slots};
use crate::listing::Doubt;
use muster_sdk::json::Record;
use muster_sdk::{Failure, FailureKind, PartialReason, Report};
use std::collections::HashMap;

/// How groups are found in a person's list, which may have names, or `id`s alone.
#[derive(Debug, Default)]
pub struct Own {
    /// The `id`s of the policy's groups, as far as the service tells them.
    named: Vec<Id>,
    /// Names of groups that a pattern stands for, by `id`.
    listed: HashMap<String, String>,
    /// Places of those that were met, by name.
    places: HashMap<String, usize>,
    /// Why the groups could not be listed.
    unlisted: Option<String>,
    /// People who list a group without its name.
    nameless: u64,
}

/// The `id` of a group.
#[derive(Debug)]
enum Id {
    Is(String),
    /// What the policy calls the group was met as an `id`.
    Met,
    Unknown,
}

impl Own {
    /// Looks up the groups. Many services that fill in a person's groups have no
    /// list of groups: then what people list must do.
    pub fn find(
        named: &[Named],
        patterns: &mut Report,
        directory: &mut Directory,
    ) -> Result<Self, Failure> {
        let mut own = Self::default();
        for group in named {
            let id = own.unless_refused(directory.find(&group.name))?;
            own.named.push(id.flatten().map_or(Id::Unknown, Id::Is));
        }
        let listed = own.unless_refused(directory.fitting(patterns))?;
        own.listed.extend(listed.into_iter().flatten());
        if let Some(doubt) = directory.doubt() {
            own.unlisted = own.unlisted.or(Some(doubt.message.clone()));
        }
        Ok(own)
    }

    /// Notes why groups cannot be looked up; what passes is a failure.
    fn unless_refused<T>(&mut self, found: Result<T, Failure>) -> Result<Option<T>, Failure> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(failure) if is_passing(&failure) => Err(failure),
            Err(failure) => {
                self.unlisted.get_or_insert(failure.message);
                Ok(None)
            }
        }
    }

    /// Puts the places of the person's groups into `found`. Groups that a pattern
    /// stands for are added to `named` when they are met.
    pub fn judge(
        &mut self,
        record: Record<'_>,
        slots: Slots,
        named: &mut Vec<Named>,
        patterns: &mut Report,
        found: &mut Vec<usize>,
    ) {
        let ids = || record.values(slots.groups);
        let names = || record.values(slots.names);
        self.nameless += u64::from(ids().count() > names().count());
        for (place, (group, known)) in named.iter_mut().zip(&mut self.named).enumerate() {
            let is_called_so = ids().any(|id| id == group.name);
            if is_called_so && matches!(known, Id::Unknown) {
                *known = Id::Met;
            }
            let known: &Id = known;
            let has_id = || ids().any(|id| matches!(known, Id::Is(known) if known == id));
            let has_name = || names().any(|name| find::same(name, &group.name));
            if is_called_so || has_id() || has_name() {
                group.is_met = true;
                found.push(place);
            }
        }
        if !patterns.has_patterns() {
            return;
        }
        for id in ids() {
            if let Some(name) = self.listed.get(id) {
                found.push(place(&mut self.places, named, name));
            }
        }
        for name in names() {
            if !name.is_empty() && patterns.fits(name) {
                found.push(place(&mut self.places, named, name));
            }
        }
    }

    /// Why a reported group of somebody's may be missing.
    pub fn doubt(&self, named: &[Named], patterns: &Report) -> Option<Doubt> {
        let why = self.unlisted.as_ref().filter(|_| self.nameless > 0)?;
        let is_unclear =
            |(group, id): (&Named, &Id)| group.part == Part::Reported && matches!(id, Id::Unknown);
        let mut all = named.iter().zip(&self.named);
        if !patterns.has_patterns() && !all.any(is_unclear) {
            return None;
        }
        Some(Doubt::new(
            PartialReason::Unreadable,
            format!(
                "{} people list groups without `display`, and the groups cannot be listed: {why}",
                self.nameless
            ),
        ))
    }
}

/// The place of a group that a pattern stands for.
fn place(places: &mut HashMap<String, usize>, named: &mut Vec<Named>, name: &str) -> usize {
    if let Some(&place) = places.get(name) {
        return place;
    }
    let place = named.len();
    named.push(Named {
        is_met: true,
        ..Named::new(name, Part::Reported)
    });
    places.insert(name.to_owned(), place);
    place
}

/// True for what a later run may not meet again.
pub fn is_passing(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::Unavailable | FailureKind::Throttled | FailureKind::Cancelled
    )
}
