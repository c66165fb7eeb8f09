//! A read that is held in memory, to be planned more than once.

use muster_model::page::PlainRow;
use muster_model::{Coverage, EntryView, Page, Problem, ReadNote};
use muster_sync::{Delivery, Progress, Source, SourceFailed};

/// Everything that a source delivered.
#[derive(Clone, Debug)]
pub struct Read {
    /// In the order in which they came.
    pub pages: Vec<Page>,
    /// How much was covered.
    pub coverage: Coverage,
    /// Where the next delta goes on.
    pub cursor: Option<Vec<u8>>,
    /// How much the source was asked for; none where it has no feed.
    pub note: Option<ReadNote>,
}

impl Read {
    /// Takes all that a source delivers.
    pub fn take(source: &mut dyn Source, progress: &dyn Progress) -> Result<Self, SourceFailed> {
        let (mut pages, mut entries) = (Vec::new(), 0);
        loop {
            match source.next()? {
                Delivery::Page(page) => {
                    entries += page.len() as u64;
                    progress.entries(entries);
                    pages.push(page);
                }
                Delivery::End { coverage, cursor } => {
                    return Ok(Self {
                        pages,
                        coverage,
                        cursor,
                        note: None,
                    });
                }
            }
        }
    }

    /// Takes those who are wanted, and forgets the others.
    pub fn some(
        source: &mut dyn Source,
        attributes: usize,
        wanted: &mut dyn FnMut(EntryView<'_>) -> bool,
        progress: &dyn Progress,
    ) -> Result<Self, SourceFailed> {
        let (mut rows, mut entries) = (Vec::new(), 0);
        loop {
            match source.next()? {
                Delivery::Page(page) => {
                    entries += page.len() as u64;
                    progress.entries(entries);
                    let found = page.entries().filter(|entry| wanted(*entry));
                    rows.extend(found.map(|entry| plain(entry, attributes)));
                }
                Delivery::End { coverage, cursor } => {
                    return Ok(Self {
                        pages: vec![Page::from_rows(attributes, &rows, Vec::new())],
                        coverage,
                        cursor,
                        note: None,
                    });
                }
            }
        }
    }

    /// Hands it out again.
    pub(super) fn source(&self) -> Again<'_> {
        Again {
            read: self,
            next: 0,
        }
    }

    /// All entries with their places.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u64, EntryView<'_>)> {
        (0..).zip(self.pages.iter().flat_map(Page::entries))
    }

    /// The entry at a place.
    pub(super) fn entry(&self, place: u64) -> Option<EntryView<'_>> {
        let mut left = usize::try_from(place).ok()?;
        for page in &self.pages {
            if left < page.len() {
                return page.entries().nth(left);
            }
            left -= page.len();
        }
        None
    }

    /// Records that could not be read.
    pub(super) fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.pages.iter().flat_map(Page::problems)
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> u64 {
        self.pages.iter().map(|page| page.len() as u64).sum()
    }
}

/// A read that is handed out again.
pub(super) struct Again<'r> {
    read: &'r Read,
    next: usize,
}

impl Source for Again<'_> {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        let page = self.read.pages.get(self.next);
        self.next += 1;
        Ok(match page {
            Some(page) => Delivery::Page(page.clone()),
            None => Delivery::End {
                coverage: self.read.coverage.clone(),
                cursor: self.read.cursor.clone(),
            },
        })
    }
}

/// An entry with texts of its own.
pub(super) fn plain(entry: EntryView<'_>, attributes: usize) -> PlainRow {
    PlainRow {
        id: entry.id().map(str::to_owned),
        groups: entry.groups().map(str::to_owned).collect(),
        status: entry.status(),
        values: (0..attributes)
            .map(|place| entry.values(place).map(str::to_owned).collect())
            .collect(),
    }
}
