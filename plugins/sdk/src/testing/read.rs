//! Reading a source to its end, as the host does.

use super::{PlainRow, rows};
use crate::{Coverage, Failure, Problem, ReadFrom, ReadRequest, Source};

/// Pages of a read; a source that has more goes round in circles.
const PAGES: usize = 100_000;

/// What a read has delivered.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The people of all pages.
    pub rows: Vec<PlainRow>,
    /// Records that could not be turned into people.
    pub problems: Vec<Problem>,
    /// How far the read went, the source's count held against the rows.
    pub coverage: Coverage,
    /// The cursor of each page that had one, and the number of rows up to it.
    pub cursors: Vec<(usize, Vec<u8>)>,
    /// The cursor for the next delta.
    pub next_delta: Option<Vec<u8>>,
}

impl Read {
    /// The external ids, in order.
    pub fn ids(&self) -> Vec<&str> {
        let ids = self.rows.iter().map(|row| row.id.as_deref());
        ids.map(Option::unwrap_or_default).collect()
    }
}

/// Begins a read and pulls its pages to the last.
pub fn read(source: &mut impl Source, request: ReadRequest) -> Result<Read, Failure> {
    read_on(source, request, 0)
}

/// As [`read`], for a request that goes on after so many rows: what the host's
/// fresh instance does after an interruption.
pub fn read_on(
    source: &mut impl Source,
    request: ReadRequest,
    before: usize,
) -> Result<Read, Failure> {
    debug_assert!(before == 0 || matches!(request.start_at, ReadFrom::Resume(_)));
    source.start(request)?;
    let (mut people, mut problems, mut cursors) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAGES {
        let batch = source.next()?;
        people.extend(rows(batch.page()));
        problems.extend_from_slice(&batch.page().problems);
        if let Some(cursor) = batch.resumes_at() {
            cursors.push((before + people.len(), cursor.to_vec()));
        }
        if let Some(coverage) = batch.coverage() {
            let entries = (before + people.len()) as u64;
            return Ok(Read {
                coverage: coverage.clone().settled(entries),
                next_delta: batch.next_delta().map(<[u8]>::to_vec),
                rows: people,
                problems,
                cursors,
            });
        }
    }
    Err(Failure::internal("the read has no end"))
}
