//! LDAP through the host, which connects, binds, pages and decodes.

use crate::Failure;
use crate::bindings::muster::provider::ldap as wit;
pub use crate::bindings::muster::provider::ldap::{
    Change, DirSync, Feed, IdSet, Mode, Outcome, Query, Scope, State, Verdict,
};
use std::ops::Range;

#[cfg(target_family = "wasm")]
use crate::bindings::muster::provider::ldap as imports;
#[cfg(not(target_family = "wasm"))]
use crate::testing::ldap as imports;

/// Begins a search on the connection that the policy bound to a need of the
/// manifest. Several searches may be open at once.
pub fn open(connection: &str, query: &Query) -> Result<Search, Failure> {
    imports::open(connection, query).map(Search)
}

/// The server that answers, as `dc1.example.org:636`: the first of those that
/// the policy names which took the login. It stays the same through a run.
pub fn server(connection: &str) -> Result<String, Failure> {
    imports::server(connection)
}

/// A person's password, which the plugin passes on and never sees.
#[derive(Clone, Copy)]
pub struct Password<'a>(pub(crate) &'a imports::Password);

/// Tries a login as `dn`, on a connection of its own.
pub fn verify(connection: &str, dn: &str, password: Password<'_>) -> Result<Verdict, Failure> {
    imports::verify(connection, dn, password.0)
}

/// A running search. Dropping it abandons the search.
#[derive(Debug)]
pub struct Search(imports::Search);

impl Search {
    /// Waits for the next block of entries. After the block that has an
    /// [outcome](Entries::outcome), nothing follows.
    pub fn next(&self) -> Result<Entries, Failure> {
        self.0.next().map(Entries::new)
    }
}

/// A block of entries, packed; walk it with [`Entries::iter`].
#[derive(Clone, Debug)]
pub struct Entries {
    block: wit::Entries,
    width: usize,
}

impl Entries {
    pub(crate) fn new(block: wit::Entries) -> Self {
        let width = block.columns.len() + 1;
        Self { block, width }
    }

    /// The attributes, as requested.
    pub fn columns(&self) -> &[String] {
        &self.block.columns
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.block.cell_ends.len() / self.width
    }

    /// True if the block has no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True if the last row goes on in the next block: same DN, more values.
    pub fn continued(&self) -> bool {
        self.block.continued
    }

    /// Entries that a refresh names without sending them.
    pub fn sets(&self) -> &[IdSet] {
        &self.block.sets
    }

    /// How the search ended; present on its last block.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.block.end.as_ref()
    }

    /// Walks the rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Entry<'_>> + Clone {
        (0..self.len()).map(|row| Entry { block: self, row })
    }

    fn cell(&self, row: usize, cell: usize) -> Values<'_> {
        let ends = &self.block.cell_ends;
        let at = row * self.width + cell;
        let end = end(ends, at);
        Values {
            entries: &self.block,
            next: before(ends, at).min(end),
            end,
        }
    }
}

fn end(ends: &[u32], at: usize) -> usize {
    ends.get(at).map_or(0, |&end| end as usize)
}

fn before(ends: &[u32], at: usize) -> usize {
    at.checked_sub(1).map_or(0, |before| end(ends, before))
}

/// One entry, or a part of one.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    block: &'a Entries,
    row: usize,
}

impl<'a> Entry<'a> {
    /// The distinguished name, as the server wrote it.
    pub fn dn(self) -> &'a [u8] {
        self.block.cell(self.row, 0).next().unwrap_or_default()
    }

    /// What a refresh says of the entry; nothing in other searches.
    pub fn state(self) -> Option<&'a State> {
        self.block.block.states.get(self.row)
    }

    /// Values of an attribute, by its place in the query.
    pub fn values(self, column: usize) -> Values<'a> {
        if column + 1 < self.block.width {
            self.block.cell(self.row, column + 1)
        } else {
            Values {
                entries: &self.block.block,
                next: 0,
                end: 0,
            }
        }
    }

    /// The first value of an attribute.
    pub fn first(self, column: usize) -> Option<&'a [u8]> {
        self.values(column).next()
    }

    /// All values of neighbouring attributes, one after the other.
    pub fn bytes(self, columns: Range<usize>) -> &'a [u8] {
        self.span(columns).data
    }

    /// Neighbouring attributes as they are packed.
    pub(crate) fn span(self, columns: Range<usize>) -> Span<'a> {
        let block = &self.block.block;
        let first = self.row * self.block.width + 1 + columns.start;
        let last = self.row * self.block.width + (columns.end + 1).min(self.block.width);
        let cells = block.cell_ends.get(first..last).unwrap_or_default();
        let from = before(&block.cell_ends, first);
        let to = cells.last().map_or(from, |&end| end as usize);
        let values = block.value_ends.get(from..to).unwrap_or_default();
        let start = before(&block.value_ends, from);
        let end = values.last().map_or(start, |&end| end as usize);
        Span {
            cells,
            cells_from: from as u32,
            values,
            values_from: start as u32,
            data: block.data.get(start..end).unwrap_or_default(),
        }
    }
}

/// Some cells of a row, with where their values and bytes begin.
pub(crate) struct Span<'a> {
    pub cells: &'a [u32],
    pub cells_from: u32,
    pub values: &'a [u32],
    pub values_from: u32,
    pub data: &'a [u8],
}

/// The values of one attribute of an entry.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    entries: &'a wit::Entries,
    next: usize,
    end: usize,
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        (self.next < self.end).then(|| {
            let ends = &self.entries.value_ends;
            let (start, end) = (before(ends, self.next), end(ends, self.next));
            self.next += 1;
            self.entries.data.get(start..end).unwrap_or_default()
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Values<'_> {}
