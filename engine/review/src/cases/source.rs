//! The source of a test: delivers people as a provider would.
//!
//! A provider knows groups and units, and delivers nobody who is not in those that
//! the policy asks for. So a test whose people are in the wrong group sees them
//! leave, as the intranet would.

use super::read::PLACE;
use super::scene::{Covers, Person};
use muster_model::page::PlainRow;
use muster_model::place::lies_under;
use muster_model::{Coverage, Evidence, GroupPattern, Page, PartialReason, Removal, SourceStatus};
use muster_policy::{Policy, is_same_group};
use muster_sync::{Delivery, Source, SourceFailed};

/// Why the source does not deliver somebody, or that it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    In,
    NotInGroups,
    NotUnder,
    /// By the place of a group in `scope.exclude.groups`.
    ExceptGroup(usize),
    /// By the place of a unit in `scope.exclude.under`.
    ExceptUnder(usize),
}

/// Where somebody stands, as the source sees it.
pub(super) fn standing(policy: &Policy, person: &Person) -> Standing {
    let scope = &policy.scope;
    let in_group = |group: &String| person.groups.iter().any(|own| is_same_group(own, group));
    let place = person.values.get(PLACE);
    let places = || person.under.iter().chain(place.into_iter().flatten());
    let in_unit = |unit: &String| places().any(|place| lies_under(place, unit));
    if let Some(at) = scope.except_groups.iter().position(in_group) {
        return Standing::ExceptGroup(at);
    }
    if let Some(at) = scope.except_under.iter().position(in_unit) {
        return Standing::ExceptUnder(at);
    }
    if !scope.groups.is_empty() && !scope.groups.iter().any(in_group) {
        return Standing::NotInGroups;
    }
    match scope.under.is_empty() || scope.under.iter().any(in_unit) {
        true => Standing::In,
        false => Standing::NotUnder,
    }
}

/// The one read of a test.
pub(super) struct Given {
    page: Option<Page>,
    end: Coverage,
}

impl Given {
    /// Whoever is delivered. A feed tells by their identifier that somebody is no
    /// longer what was asked for.
    pub(super) fn new(policy: &Policy, people: &[Person], covers: Covers) -> Self {
        let mut rows = Vec::new();
        for person in people {
            match standing(policy, person) {
                Standing::In => rows.push(row(policy, person)),
                _ if covers == Covers::Changes => rows.push(left(policy, person)),
                _ => {}
            }
        }
        let evidence = Evidence {
            entries: rows.len() as u64,
            ..Evidence::default()
        };
        Self {
            page: Some(Page::from_rows(policy.attributes.len(), &rows, Vec::new())),
            end: match covers {
                Covers::Everybody => Coverage::Complete { evidence },
                Covers::Changes => Coverage::Delta { evidence },
                Covers::Some => Coverage::Partial {
                    reason: PartialReason::Interrupted,
                    text: "the test says that only some people could be read".to_owned(),
                    evidence,
                },
            },
        }
    }
}

impl Source for Given {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        Ok(match self.page.take() {
            Some(page) => Delivery::Page(page),
            None => Delivery::End {
                coverage: self.end.clone(),
                cursor: matches!(self.end, Coverage::Delta { .. }).then(|| b"next".to_vec()),
            },
        })
    }
}

/// A person as a provider delivers them.
pub(super) fn row(policy: &Policy, person: &Person) -> PlainRow {
    let values = policy.attributes.iter().map(|name| {
        let values = person.values.get(&name.to_lowercase());
        values.cloned().unwrap_or_default()
    });
    PlainRow {
        id: person.id.clone(),
        groups: told(policy, person),
        status: person.status,
        values: values.collect(),
    }
}

fn left(policy: &Policy, person: &Person) -> PlainRow {
    PlainRow {
        id: person.id.clone(),
        groups: Vec::new(),
        status: SourceStatus::Removed(Removal::LeftScope),
        values: vec![Vec::new(); policy.attributes.len()],
    }
}

/// Groups of which the policy asks who is in them: syncing groups as it writes
/// them, reported ones as the source does.
fn told(policy: &Policy, person: &Person) -> Vec<String> {
    let reported = policy.report_groups();
    let is_reported = |own: &String| {
        reported.iter().any(|group| match GroupPattern::new(group) {
            Some(pattern) => pattern.fits(own),
            None => is_same_group(group, own),
        })
    };
    let mut told: Vec<String> = Vec::new();
    for own in &person.groups {
        let syncing = policy
            .scope
            .groups
            .iter()
            .find(|group| is_same_group(group, own));
        match syncing {
            Some(group) => told.push(group.clone()),
            None if is_reported(own) => told.push(own.clone()),
            None => {}
        }
    }
    told
}
