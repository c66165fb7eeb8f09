//! A snapshot in place of its source.

use super::read::{Record, Snapshot, Unreadable};
use super::{Asked, Header};
use crate::source::{Delivery, FailureKind, Source, SourceFailed};
use muster_model::Page;
use muster_model::page::PlainRow;
use muster_policy::Policy;

/// People on one page.
const ROWS: usize = 1000;

/// Bytes after which a page is full.
const BYTES: usize = 4 << 20;

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
    /// The policy reads attributes that were not asked for.
    #[error("the snapshot lacks attributes that the policy reads: {}", listed(.0))]
    Attributes(Vec<String>),
    /// The policy asks for other people.
    #[error("the snapshot was recorded with another scope: `{0}` is not what the policy says")]
    Scope(&'static str),
}

fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
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

    fn suits(&self, policy: &Policy) -> Result<Vec<usize>, Unsuitable> {
        if self.directory != policy.directory {
            return Err(Unsuitable::Directory {
                found: self.directory.to_string(),
                wanted: policy.directory.to_string(),
            });
        }
        if let Some(key) = self.scope.differs(&Asked::of(policy)) {
            return Err(Unsuitable::Scope(key));
        }
        let places = self.places(&policy.attributes);
        let lacking = policy.attributes.iter().zip(&places);
        let lacking: Vec<String> = lacking
            .filter(|(_, place)| place.is_none())
            .map(|(name, _)| name.clone())
            .collect();
        match lacking.is_empty() {
            true => Ok(places.into_iter().flatten().collect()),
            false => Err(Unsuitable::Attributes(lacking)),
        }
    }
}

impl Asked {
    /// The key of the policy in which two of them differ.
    fn differs(&self, other: &Self) -> Option<&'static str> {
        let pairs = [
            ("scope.groups", &self.groups, &other.groups),
            ("scope.under", &self.under, &other.under),
            (
                "scope.exclude.groups",
                &self.except_groups,
                &other.except_groups,
            ),
            (
                "scope.exclude.under",
                &self.except_under,
                &other.except_under,
            ),
            ("fields.*.groups", &self.report, &other.report),
        ];
        let found = pairs.into_iter().find(|(_, one, other)| one != other);
        found.map(|(key, ..)| key)
    }
}

/// Hands out what was recorded, as the source did: to the same end, with the same
/// coverage, if all of it is there.
pub struct Replay<'i> {
    snapshot: Snapshot<'i>,
    /// Where the policy's attributes stand.
    places: Vec<usize>,
    is_over: bool,
}

impl<'i> Replay<'i> {
    /// Takes a snapshot for a policy: the one that it was recorded for, or one
    /// that asks for the same people and reads no other attributes.
    pub fn new(snapshot: Snapshot<'i>, policy: &Policy) -> Result<Self, Unsuitable> {
        Ok(Self {
            places: snapshot.header().suits(policy)?,
            snapshot,
            is_over: false,
        })
    }

    /// What the snapshot begins with.
    pub fn header(&self) -> &Header {
        self.snapshot.header()
    }

    fn page(&mut self) -> Result<Page, Unreadable> {
        let (mut rows, mut problems, mut bytes) = (Vec::new(), Vec::new(), 0);
        while rows.len() + problems.len() < ROWS && bytes < BYTES {
            match self.snapshot.record()? {
                None => {
                    self.is_over = true;
                    break;
                }
                Some(Record::Problem(problem)) => problems.push(problem),
                Some(Record::Entry(row)) => {
                    bytes += size(&row);
                    rows.push(self.in_order(row));
                }
            }
        }
        Ok(Page::from_rows(self.places.len(), &rows, problems))
    }

    fn in_order(&self, mut row: PlainRow) -> PlainRow {
        let cell = |&place: &usize| row.values.get_mut(place).map(std::mem::take);
        row.values = self.places.iter().filter_map(cell).collect();
        row
    }
}

/// Bytes of a person's texts.
fn size(row: &PlainRow) -> usize {
    let texts = row.values.iter().flatten().chain(&row.groups);
    texts.map(String::len).sum()
}

impl Source for Replay<'_> {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        if !self.is_over {
            let page = self.page().map_err(failed)?;
            if !page.is_empty() || !page.problems().is_empty() {
                return Ok(Delivery::Page(page));
            }
        }
        let header = self.snapshot.header();
        Ok(Delivery::End {
            coverage: header.coverage.clone(),
            cursor: header.cursor.clone(),
        })
    }
}

fn failed(error: Unreadable) -> SourceFailed {
    let mut text = error.to_string();
    if let Unreadable::Read(cause) = &error {
        text = format!("{text}: {cause}");
    }
    SourceFailed {
        kind: FailureKind::Data,
        text,
        hint: Some(error.hint().to_owned()),
    }
}
