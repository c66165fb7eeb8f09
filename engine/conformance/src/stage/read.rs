//! A read, with everything that came of it.

use super::Watch;
use muster_host::{Bound, Crash, Delivery, Failure, ReadError, ReadRequest, StartError, chain};
use muster_model::page::PlainRow;
use muster_model::{Coverage, EntryView, Problem};

/// What a read has delivered.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub rows: Vec<PlainRow>,
    pub problems: Vec<Problem>,
    /// People on each page, and the cursor that came with it.
    pub pages: Vec<(usize, Option<Vec<u8>>)>,
    pub end: End,
}

/// How a read ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With a claim.
    Claimed {
        coverage: Coverage,
        /// Where the next delta begins.
        cursor: Option<Vec<u8>>,
    },
    /// Without one.
    Failed(Box<ReadError>),
}

impl Read {
    /// Reads to the end.
    pub fn collect(bound: &Bound, request: ReadRequest) -> Self {
        match bound.read(request) {
            Ok(reader) => Self::nothing(bound).and(reader),
            Err(error) => Self::failed(bound, error),
        }
    }

    /// As [`collect`](Self::collect), with a watch that stops the read.
    pub fn stopped(bound: &Bound, request: ReadRequest, watch: &Watch) -> Self {
        match bound.read(request) {
            Ok(reader) => {
                watch.give(reader.cancel());
                Self::nothing(bound).and(reader)
            }
            Err(error) => Self::failed(bound, error),
        }
    }

    /// Nothing, so far.
    pub fn nothing(bound: &Bound) -> Self {
        Self {
            rows: Vec::new(),
            problems: Vec::new(),
            pages: Vec::new(),
            end: End::Failed(Box::new(ReadError::Start(StartError::Crashed {
                plugin: bound.about().name.clone(),
                crash: Crash::Cancelled,
            }))),
        }
    }

    fn failed(bound: &Bound, error: ReadError) -> Self {
        Self {
            end: End::Failed(Box::new(error)),
            ..Self::nothing(bound)
        }
    }

    /// Adds what is delivered.
    pub fn and(mut self, deliveries: impl Iterator<Item = Result<Delivery, ReadError>>) -> Self {
        for delivery in deliveries {
            match delivery {
                Ok(Delivery::Page { page, resume }) => {
                    self.pages.push((page.len(), resume));
                    self.rows.extend(page.entries().map(EntryView::to_plain));
                    self.problems.extend_from_slice(page.problems());
                }
                Ok(Delivery::End { coverage, cursor }) => {
                    self.end = End::Claimed { coverage, cursor };
                }
                Err(error) => self.end = End::Failed(Box::new(error)),
            }
        }
        self
    }

    /// Cursors, with the number of people who were delivered up to them.
    pub fn cursors(&self) -> Vec<(usize, &[u8])> {
        let mut before = 0;
        let mut cursors = Vec::new();
        for (people, cursor) in &self.pages {
            before += people;
            if let Some(cursor) = cursor {
                cursors.push((before, cursor.as_slice()));
            }
        }
        cursors
    }

    /// True if it claims that absence proves something.
    pub fn is_complete(&self) -> bool {
        matches!(&self.end, End::Claimed { coverage, .. } if coverage.proves_absence())
    }

    /// The plugin's own account of why it failed.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.end {
            End::Failed(error) => error.failure(),
            End::Claimed { .. } => None,
        }
    }

    /// The cursor for the next delta.
    pub fn next_delta(&self) -> Option<&[u8]> {
        match &self.end {
            End::Claimed { cursor, .. } => cursor.as_deref(),
            End::Failed(_) => None,
        }
    }

    /// How it ended, in words.
    pub fn told(&self) -> String {
        let people = self.rows.len();
        match &self.end {
            End::Claimed { coverage, .. } => match coverage {
                Coverage::Complete { .. } => format!("complete, with {people} people"),
                Coverage::Delta { .. } => format!("a delta, with {people} people"),
                Coverage::Partial { reason, text, .. } => {
                    format!(
                        "partial ({}: {text}), with {people} people",
                        reason.as_str()
                    )
                }
            },
            End::Failed(error) => format!("{} (after {people} people)", chain(error)),
        }
    }
}
