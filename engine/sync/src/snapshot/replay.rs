//! A snapshot in place of its source.

use super::Header;
use super::fit::{Fit, Unsuitable};
use super::read::{Record, Snapshot, Unreadable};
use crate::source::{Delivery, FailureKind, Source, SourceFailed};
use muster_model::Page;
use muster_model::page::PlainRow;
use muster_policy::Policy;

/// People on one page.
const ROWS: usize = 1000;

/// Bytes after which a page is full.
const BYTES: usize = 4 << 20;

/// Hands out what was recorded, as the source did: to the same end, with the same
/// coverage, if all of it is there.
pub struct Replay<'i> {
    snapshot: Snapshot<'i>,
    fit: Fit,
    is_over: bool,
}

impl<'i> Replay<'i> {
    /// Takes a snapshot for a policy: the one that it was recorded for, or one
    /// that asks for the same people, or for some of them, and reads no other
    /// attributes. Whoever would not have been delivered is left out.
    pub fn new(snapshot: Snapshot<'i>, policy: &Policy) -> Result<Self, Unsuitable> {
        Ok(Self {
            fit: Fit::of(snapshot.header(), policy)?,
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
                    if let Some(row) = self.fit.taken(row) {
                        bytes += size(&row);
                        rows.push(row);
                    }
                }
            }
        }
        Ok(Page::from_rows(self.fit.width(), &rows, problems))
    }
}

/// Bytes of a person's texts.
fn size(row: &PlainRow) -> usize {
    let texts = row.values.iter().flatten().chain(&row.groups);
    texts.map(String::len).sum()
}

impl Source for Replay<'_> {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        // Of a narrower policy, a page may have nobody.
        while !self.is_over {
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
