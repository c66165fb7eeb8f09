//! Entries, packed: what a search hands out.

use super::search::Outcome;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Rows after which a block is handed on.
const ROWS: usize = 1000;

/// Bytes of values after which a block is handed on, even inside a row.
const BYTES: usize = 1 << 20;

/// What a refresh says of an entry (RFC 4533 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is there, unchanged.
    Present,
    /// It is new.
    Add,
    /// It is another than before.
    Modify,
    /// It is gone.
    Delete,
}

/// What a refresh says of an entry, and which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// What became of it.
    pub change: Change,
    /// Its entryUUID.
    pub uuid: [u8; 16],
}

/// Entries that a refresh names without sending them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdSet {
    /// They are gone; else they are there, unchanged.
    pub deleted: bool,
    /// Their entryUUIDs, 16 octets each.
    #[serde(with = "crate::octets")]
    pub uuids: Vec<u8>,
}

/// A block of entries. A row is the DN, then one cell per column; a cell holds
/// any number of values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// Names as requested.
    pub columns: Arc<[String]>,
    /// Every value, one after the other.
    pub data: Vec<u8>,
    /// End of each value in `data`.
    pub value_ends: Vec<u32>,
    /// End of each cell in `value_ends`, row by row.
    pub cell_ends: Vec<u32>,
    /// True if the last row goes on in the next block: the same DN, more
    /// values. A cell that is complete is empty there.
    pub continued: bool,
    /// What a refresh says of each row; else nothing.
    pub states: Vec<State>,
    /// Entries that a refresh names without sending them.
    pub sets: Vec<IdSet>,
    /// How the search ended; only on the last block.
    pub end: Option<Outcome>,
}

impl Entries {
    /// Number of rows, counting one that goes on once more in the next block.
    pub fn rows(&self) -> usize {
        self.cell_ends.len() / (self.columns.len() + 1)
    }

    /// Returns the values of a cell. Cell 0 is the DN.
    pub fn cell(&self, row: usize, cell: usize) -> impl Iterator<Item = &[u8]> {
        let at = row * (self.columns.len() + 1) + cell;
        let end = |ends: &[u32], at: usize| match at {
            0 => 0,
            at => ends.get(at - 1).map_or(0, |&end| end as usize),
        };
        let values = end(&self.cell_ends, at)..end(&self.cell_ends, at + 1);
        values.map(move |value| {
            let bytes = end(&self.value_ends, value)..end(&self.value_ends, value + 1);
            self.data.get(bytes).unwrap_or_default()
        })
    }
}

/// Packs entries value by value.
pub(super) struct Packer {
    block: Entries,
    row_start: Mark,
    rows: usize,
    dn: Vec<u8>,
}

#[derive(Clone, Copy, Default)]
struct Mark {
    data: usize,
    values: usize,
    cells: usize,
}

impl Packer {
    pub fn new(columns: Arc<[String]>) -> Self {
        let block = Entries {
            columns,
            ..Entries::default()
        };
        Self {
            block,
            row_start: Mark::default(),
            rows: 0,
            dn: Vec::new(),
        }
    }

    pub fn begin_row(&mut self, dn: &[u8]) {
        self.row_start = Mark {
            data: self.block.data.len(),
            values: self.block.value_ends.len(),
            cells: self.block.cell_ends.len(),
        };
        self.value(dn);
        self.end_cell();
        self.dn.clear();
        self.dn.extend_from_slice(dn);
    }

    pub fn value(&mut self, bytes: &[u8]) {
        self.block.data.extend_from_slice(bytes);
        // INVARIANT: a block is handed on long before it reaches 4 GiB; one
        // value is at most a message, whose length the crate reads as it comes.
        self.block.value_ends.push(self.block.data.len() as u32);
    }

    pub fn end_cell(&mut self) {
        self.block
            .cell_ends
            .push(self.block.value_ends.len() as u32);
    }

    pub fn end_row(&mut self) {
        self.rows += 1;
    }

    /// True if the row alone is so large that it must be cut here.
    pub fn row_is_long(&self) -> bool {
        self.block.data.len() - self.row_start.data >= BYTES
    }

    /// True if the block should be handed on after this row.
    pub fn is_full(&self) -> bool {
        self.rows >= ROWS || self.block.data.len() >= BYTES
    }

    /// DN of the row that was begun last.
    pub fn dn(&self) -> &[u8] {
        &self.dn
    }

    /// Cuts the row inside the cell of `column`: hands out the block, and
    /// begins the next with the same row.
    pub fn cut(&mut self, column: usize) -> Entries {
        for _ in column..self.block.columns.len() {
            self.end_cell();
        }
        self.block.continued = true;
        let block = self.take();
        let dn = std::mem::take(&mut self.dn);
        self.begin_row(&dn);
        for _ in 0..column {
            self.end_cell();
        }
        block
    }

    /// Forgets the row that was begun.
    pub fn drop_row(&mut self) {
        let Mark {
            data,
            values,
            cells,
        } = self.row_start;
        self.block.data.truncate(data);
        self.block.value_ends.truncate(values);
        self.block.cell_ends.truncate(cells);
    }

    /// Hands out what was packed.
    pub fn take(&mut self) -> Entries {
        let fresh = Entries {
            columns: self.block.columns.clone(),
            data: Vec::with_capacity(self.block.data.len()),
            value_ends: Vec::with_capacity(self.block.value_ends.len()),
            cell_ends: Vec::with_capacity(self.block.cell_ends.len()),
            ..Entries::default()
        };
        (self.rows, self.row_start) = (0, Mark::default());
        std::mem::replace(&mut self.block, fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packer() -> Packer {
        Packer::new(["cn".to_owned(), "member".to_owned(), "mail".to_owned()].into())
    }

    fn cell(block: &Entries, row: usize, cell: usize) -> Vec<String> {
        block
            .cell(row, cell)
            .map(|value| String::from_utf8_lossy(value).into_owned())
            .collect()
    }

    #[test]
    fn rows_come_out_as_they_went_in() {
        let mut packer = packer();
        for dn in ["cn=a", "cn=b"] {
            packer.begin_row(dn.as_bytes());
            packer.value(b"x");
            packer.end_cell();
            packer.end_cell();
            packer.value(b"1");
            packer.value(b"");
            packer.end_cell();
            packer.end_row();
        }
        let block = packer.take();
        assert_eq!(block.rows(), 2);
        assert_eq!(cell(&block, 1, 0), ["cn=b"]);
        assert_eq!(cell(&block, 1, 1), ["x"]);
        assert!(cell(&block, 1, 2).is_empty());
        assert_eq!(cell(&block, 1, 3), ["1", ""]);
        assert_eq!(packer.take().rows(), 0);
    }

    #[test]
    fn a_long_row_goes_on_in_the_next_block() {
        let mut packer = packer();
        packer.begin_row(b"cn=g");
        packer.value(b"g");
        packer.end_cell();
        packer.value(b"m1");
        let first = packer.cut(1);
        packer.value(b"m2");
        packer.end_cell();
        packer.value(b"g@x");
        packer.end_cell();
        packer.end_row();
        let second = packer.take();
        assert!(first.continued && !second.continued);
        assert_eq!((first.rows(), second.rows()), (1, 1));
        assert_eq!(cell(&first, 0, 1), ["g"]);
        assert_eq!(cell(&first, 0, 2), ["m1"]);
        assert!(cell(&first, 0, 3).is_empty());
        assert_eq!(cell(&second, 0, 0), ["cn=g"]);
        assert!(cell(&second, 0, 1).is_empty());
        assert_eq!(cell(&second, 0, 2), ["m2"]);
        assert_eq!(cell(&second, 0, 3), ["g@x"]);
    }

    #[test]
    fn a_row_that_fails_leaves_nothing() {
        let mut packer = packer();
        packer.begin_row(b"cn=g");
        packer.value(b"g");
        packer.drop_row();
        assert_eq!(packer.take().rows(), 0);
    }
}
