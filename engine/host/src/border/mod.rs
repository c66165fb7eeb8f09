//! The border: what a plugin delivers is checked here, once, and is
//! [`muster_model`]'s from then on.

mod groups;
mod ids;
mod page;
mod repack;
#[cfg(test)]
mod tests;
mod verdict;

use crate::bindings::provider as wit;
use crate::limits::Limits;
use crate::request::{ReadFrom, ReadRequest};
use groups::Groups;
use ids::Ids;
use muster_model::page::Malformed;
use muster_model::{Coverage, Page, Subject};
use verdict::Verdict;

/// What a plugin delivered that no plugin may.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// The page has too many rows.
    #[error("a page of {rows} rows; {limit} are allowed")]
    Rows {
        /// Rows found.
        rows: usize,
        /// Rows allowed.
        limit: usize,
    },
    /// The page is too large.
    #[error("a page of {bytes} bytes; {limit} are allowed")]
    Bytes {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A column that was not asked for.
    #[error("a column `{name}` that was not asked for")]
    UnknownColumn {
        /// Its name.
        name: String,
    },
    /// A column is there twice.
    #[error("the column `{name}` twice on one page")]
    DoubledColumn {
        /// Its name.
        name: String,
    },
    /// A group that was not asked for.
    #[error("somebody is told to be in the group `{name}`, which was not asked for")]
    UnknownGroup {
        /// Its name.
        name: String,
    },
    /// A text is not UTF-8.
    #[error("row {row} of a page has a text in `{column}` that is not UTF-8")]
    NotText {
        /// Counted from 1.
        row: usize,
        /// Which column.
        column: String,
    },
    /// The page's lists make no sense.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// An identifier came twice.
    #[error("the external id `{id}` twice in one read")]
    DoubledId {
        /// The identifier.
        id: String,
    },
    /// A cursor is too long.
    #[error("a cursor of {bytes} bytes; {limit} are allowed")]
    Cursor {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Nothing comes, and no end either.
    #[error("{pages} pages without anybody, one after the other, and no end")]
    Endless {
        /// How many.
        pages: usize,
    },
}

/// A batch that has passed.
pub(crate) struct Passed {
    pub page: Page,
    pub resume: Option<Vec<u8>>,
    pub end: Option<(Coverage, Option<Vec<u8>>)>,
}

/// Everything that is remembered of one read.
pub(crate) struct Border {
    attributes: Vec<String>,
    limits: Limits,
    groups: Groups,
    ids: Ids,
    empty_pages: usize,
    verdict: Verdict,
}

impl Border {
    pub fn new(request: &ReadRequest, limits: &Limits) -> Self {
        Self {
            attributes: request.attributes.clone(),
            limits: limits.clone(),
            groups: Groups::new(&request.scope),
            ids: Ids::default(),
            empty_pages: 0,
            verdict: Verdict::new(matches!(request.from, ReadFrom::Since(_))),
        }
    }

    /// People who have passed so far.
    pub fn people(&self) -> u64 {
        self.verdict.people
    }

    /// Checks one batch.
    pub fn pass(&mut self, batch: wit::Batch) -> Result<Passed, Breach> {
        let page = page::checked(batch.page, &self.attributes, &self.limits)?;
        self.progress(&page, batch.end.is_some())?;
        self.groups.check(&page)?;
        self.ids.add(&page)?;
        self.verdict.people += page.len() as u64;
        let nobody = |subject: &Subject| *subject == Subject::Nobody;
        let lost = page
            .problems()
            .iter()
            .filter(|problem| nobody(&problem.subject));
        self.verdict.unattributed += lost.count() as u64;
        let end = match batch.end {
            Some(end) => Some((self.verdict.coverage(end.coverage), self.cursor(end.next)?)),
            None => None,
        };
        Ok(Passed {
            page,
            resume: self.cursor(batch.resume)?,
            end,
        })
    }

    fn progress(&mut self, page: &Page, at_end: bool) -> Result<(), Breach> {
        if !page.is_empty() || !page.problems().is_empty() || at_end {
            self.empty_pages = 0;
            return Ok(());
        }
        self.empty_pages += 1;
        match self.empty_pages > self.limits.empty_pages {
            true => Err(Breach::Endless {
                pages: self.empty_pages,
            }),
            false => Ok(()),
        }
    }

    fn cursor(&self, cursor: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Breach> {
        let limit = self.limits.cursor_bytes;
        match cursor {
            Some(cursor) if cursor.len() > limit => Err(Breach::Cursor {
                bytes: cursor.len(),
                limit,
            }),
            cursor => Ok(cursor),
        }
    }
}
