//! A page of entries, packed: one text, two lists of offsets.
//!
//! The engine hashes, compares and stores from the packed form and builds
//! strings only for people who changed. A [`Page`] can only be made by
//! [`Page::check`], so whoever holds one may walk it without a doubt.

use crate::ids::ExternalId;
use serde::{Deserialize, Serialize};

/// What the source says of a person's right to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceStatus {
    /// May log in.
    Active,
    /// Not yet set up; nobody to create, nobody to block.
    Pending,
    /// May not log in.
    Blocked(BlockCause),
    /// The source says that the person is gone: evidence without a complete read.
    Removed(Removal),
    /// The status could not be read. Never taken for active.
    Unknown,
}

/// Why the source does not let a person log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockCause {
    /// Switched off by an administrator.
    Disabled,
    /// Locked, after failed logins or by an administrator.
    Locked,
    /// Past its expiry date.
    Expired,
    /// Before its start date.
    NotYetValid,
    /// Suspended.
    Suspended,
    /// Archived.
    Archived,
    /// Something else.
    Other,
}

impl BlockCause {
    /// Returns the cause as it stands in a plan.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Locked => "locked",
            Self::Expired => "expired",
            Self::NotYetValid => "not yet valid",
            Self::Suspended => "suspended",
            Self::Archived => "archived",
            Self::Other => "blocked",
        }
    }
}

/// How a person is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Removal {
    /// Deleted, but the source can bring them back.
    Restorable,
    /// Deleted for good.
    Final,
    /// Still there, but no longer part of what was asked for: a delta tells so
    /// that somebody left the syncing groups.
    LeftScope,
}

/// A record that the connector could not turn into an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Where it stands: `people.csv line 17`.
    pub place: String,
    /// What is wrong with it, as a sentence.
    pub text: String,
    /// Whom it is about: that person is held, not taken for gone.
    pub subject: Subject,
}

/// Whom a [`Problem`] is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The person with this identifier.
    Id(ExternalId),
    /// The person with this value in this attribute.
    Attribute {
        /// The attribute's name, as requested.
        name: String,
        /// Its value.
        value: String,
    },
    /// Nobody knows: the read no longer proves anybody's absence.
    Nobody,
}

/// A page whose offsets, text and lengths were checked.
///
/// A row has `2 + attributes` cells: the external id (at most one value), the
/// syncing and reported groups that the person is in, then one cell per requested attribute
/// in the order of the request. A cell holds any number of values; none means
/// absent, and an empty text means empty. Binary values are base64.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    attributes: usize,
    text: String,
    value_ends: Vec<u32>,
    cell_ends: Vec<u32>,
    statuses: Vec<SourceStatus>,
    problems: Vec<Problem>,
}

/// Why a packed page makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The number of cells is not rows × (2 + attributes).
    #[error("the page has {cells} cells for {rows} rows of {width}")]
    Shape {
        /// Cells found.
        cells: usize,
        /// Rows found.
        rows: usize,
        /// Cells that each row must have.
        width: usize,
    },
    /// An offset list does not ascend, or ends elsewhere than its target.
    #[error("the page's {list} do not ascend to {end}")]
    Offsets {
        /// Which list.
        list: &'static str,
        /// Where it must end.
        end: usize,
    },
    /// A value begins or ends inside a character.
    #[error("value {value} of the page is cut inside a character")]
    Cut {
        /// Which value, counted from 0.
        value: usize,
    },
    /// A row has more than one identifier.
    #[error("row {row} of the page has {count} identifiers")]
    Identifiers {
        /// Which row, counted from 0.
        row: usize,
        /// How many it has.
        count: usize,
    },
}

impl Page {
    /// Checks the parts and makes a page of them.
    pub fn check(
        attributes: usize,
        text: String,
        value_ends: Vec<u32>,
        cell_ends: Vec<u32>,
        statuses: Vec<SourceStatus>,
        problems: Vec<Problem>,
    ) -> Result<Self, Malformed> {
        let width = attributes + 2;
        let rows = statuses.len();
        if cell_ends.len() != rows * width {
            return Err(Malformed::Shape {
                cells: cell_ends.len(),
                rows,
                width,
            });
        }
        ascends(&cell_ends, value_ends.len(), "cells")?;
        ascends(&value_ends, text.len(), "values")?;
        if let Some(value) = value_ends
            .iter()
            .position(|&end| !text.is_char_boundary(end as usize))
        {
            return Err(Malformed::Cut { value });
        }
        let page = Self {
            attributes,
            text,
            value_ends,
            cell_ends,
            statuses,
            problems,
        };
        for row in 0..rows {
            let count = page.cell(row, 0).len();
            if count > 1 {
                return Err(Malformed::Identifiers { row, count });
            }
        }
        Ok(page)
    }

    /// Makes a page from plain values: for tests and small sources.
    pub fn from_rows(attributes: usize, rows: &[PlainRow], problems: Vec<Problem>) -> Self {
        let mut page = Self {
            attributes,
            problems,
            ..Self::default()
        };
        for row in rows {
            page.push_cell(row.id.as_slice());
            page.push_cell(&row.groups);
            for column in 0..attributes {
                page.push_cell(row.values.get(column).map_or(&[], Vec::as_slice));
            }
            page.statuses.push(row.status);
        }
        page
    }

    fn push_cell(&mut self, values: &[String]) {
        for value in values {
            self.text.push_str(value);
            self.value_ends.push(self.text.len() as u32);
        }
        self.cell_ends.push(self.value_ends.len() as u32);
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.statuses.len()
    }

    /// True if the page has no entry; it may still have problems.
    pub fn is_empty(&self) -> bool {
        self.statuses.is_empty()
    }

    /// Records that could not be turned into entries.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Walks the entries.
    pub fn entries(&self) -> impl Iterator<Item = EntryView<'_>> {
        (0..self.len()).map(|row| EntryView { page: self, row })
    }

    /// Bytes that the page holds, for limits and queues.
    pub fn size(&self) -> usize {
        self.text.len() + 4 * (self.value_ends.len() + self.cell_ends.len()) + self.statuses.len()
    }

    fn cell(&self, row: usize, cell: usize) -> Values<'_> {
        let at = row * (self.attributes + 2) + cell;
        let start = match at {
            0 => 0,
            _ => self.cell_ends.get(at - 1).copied().unwrap_or(0) as usize,
        };
        let end = self.cell_ends.get(at).map_or(start, |&end| end as usize);
        Values {
            page: self,
            next: start,
            end,
        }
    }

    fn value(&self, at: usize) -> &str {
        let start = match at {
            0 => 0,
            _ => self.value_ends.get(at - 1).copied().unwrap_or(0) as usize,
        };
        let end = self.value_ends.get(at).map_or(start, |&end| end as usize);
        // INVARIANT: `check` saw that both offsets lie on character borders.
        self.text.get(start..end).unwrap_or("")
    }
}

fn ascends(ends: &[u32], last: usize, list: &'static str) -> Result<(), Malformed> {
    let mut before = 0;
    for &end in ends {
        if end < before {
            return Err(Malformed::Offsets { list, end: last });
        }
        before = end;
    }
    if before as usize == last {
        Ok(())
    } else {
        Err(Malformed::Offsets { list, end: last })
    }
}

/// One entry with strings of its own: for tests and small sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainRow {
    /// The external id, if the source has one.
    pub id: Option<String>,
    /// Syncing and reported groups that the person is in.
    pub groups: Vec<String>,
    /// What the source says of the right to log in.
    pub status: SourceStatus,
    /// Values per attribute, in the order of the request.
    pub values: Vec<Vec<String>>,
}

/// A person as the source reported them, borrowed from a [`Page`].
#[derive(Clone, Copy, Debug)]
pub struct EntryView<'a> {
    page: &'a Page,
    row: usize,
}

impl<'a> EntryView<'a> {
    /// The immutable identifier, if the source has one.
    pub fn id(self) -> Option<&'a str> {
        self.delivered_id().filter(|id| !id.is_empty())
    }

    /// What the source says of the right to log in.
    pub fn status(self) -> SourceStatus {
        self.page
            .statuses
            .get(self.row)
            .copied()
            .unwrap_or(SourceStatus::Unknown)
    }

    /// Syncing and reported groups that the person is in.
    pub fn groups(self) -> Values<'a> {
        self.page.cell(self.row, 1)
    }

    /// Values of an attribute, by its place in the request.
    pub fn values(self, attribute: usize) -> Values<'a> {
        if attribute < self.page.attributes {
            self.page.cell(self.row, attribute + 2)
        } else {
            Values {
                page: self.page,
                next: 0,
                end: 0,
            }
        }
    }

    /// The first value of an attribute.
    pub fn first(self, attribute: usize) -> Option<&'a str> {
        self.values(attribute).next()
    }

    /// The identifier as it was delivered, even if it is empty.
    pub fn delivered_id(self) -> Option<&'a str> {
        self.page.cell(self.row, 0).next()
    }

    /// Copies the entry out of its page, as it was delivered.
    pub fn to_plain(self) -> PlainRow {
        PlainRow {
            id: self.delivered_id().map(str::to_owned),
            groups: self.groups().map(str::to_owned).collect(),
            status: self.status(),
            values: (0..self.page.attributes)
                .map(|column| self.values(column).map(str::to_owned).collect())
                .collect(),
        }
    }

    /// Calls `write` with bytes that are equal for equal entries only, however
    /// the pages were cut: lengths before contents, cells in request order.
    pub fn write_canonical(self, write: &mut dyn FnMut(&[u8])) {
        let status: [u8; 2] = match self.status() {
            SourceStatus::Active => [0, 0],
            SourceStatus::Pending => [1, 0],
            SourceStatus::Blocked(cause) => [2, cause as u8],
            SourceStatus::Removed(removal) => [3, removal as u8],
            SourceStatus::Unknown => [4, 0],
        };
        write(&status);
        for cell in 0..self.page.attributes + 2 {
            let values = self.page.cell(self.row, cell);
            write(&(values.len() as u32).to_le_bytes());
            for value in values {
                write(&(value.len() as u32).to_le_bytes());
                write(value.as_bytes());
            }
        }
    }
}

/// The values of one cell.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    page: &'a Page,
    next: usize,
    end: usize,
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        (self.next < self.end).then(|| {
            self.next += 1;
            self.page.value(self.next - 1)
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Values<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, mail: &[&str]) -> PlainRow {
        PlainRow {
            id: Some(id.into()),
            groups: vec!["staff".into()],
            status: SourceStatus::Active,
            values: vec![mail.iter().map(|m| (*m).to_owned()).collect(), vec![]],
        }
    }

    #[test]
    fn rows_come_out_as_they_went_in() {
        let rows = [row("1", &["a@x", "b@x"]), row("2", &[]), row("3", &[""])];
        let page = Page::from_rows(2, &rows, vec![]);
        let back: Vec<_> = page.entries().map(EntryView::to_plain).collect();
        assert_eq!(back, rows);
        let again = Page::check(
            2,
            page.text.clone(),
            page.value_ends.clone(),
            page.cell_ends.clone(),
            page.statuses.clone(),
            vec![],
        );
        assert_eq!(again, Ok(page));
    }

    #[test]
    fn nonsense_is_refused() {
        let status = vec![SourceStatus::Active];
        let check = |text: &str, values: &[u32], cells: &[u32]| {
            Page::check(
                0,
                text.into(),
                values.into(),
                cells.into(),
                status.clone(),
                vec![],
            )
        };
        assert!(check("ab", &[2], &[1, 1]).is_ok());
        assert!(matches!(
            check("ab", &[2], &[1]),
            Err(Malformed::Shape { .. })
        ));
        assert!(matches!(
            check("ab", &[1], &[1, 1]),
            Err(Malformed::Offsets { .. })
        ));
        assert!(matches!(
            check("ab", &[2, 1], &[1, 2]),
            Err(Malformed::Offsets { .. })
        ));
        assert!(matches!(
            check("ab", &[2], &[1, 2]),
            Err(Malformed::Offsets { .. })
        ));
        assert!(matches!(
            check("é", &[1, 2], &[1, 2]),
            Err(Malformed::Cut { .. })
        ));
        assert!(matches!(
            check("ab", &[1, 2], &[2, 2]),
            Err(Malformed::Identifiers { .. })
        ));
    }
}
