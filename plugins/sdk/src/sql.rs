//! SQL through the host, which connects, logs in and asks in one snapshot in
//! which nothing can be written.

use crate::Failure;
pub use crate::bindings::muster::provider::sql::{Column, Query, Rows as Packed};

#[cfg(target_family = "wasm")]
use crate::bindings::muster::provider::sql as imports;
#[cfg(not(target_family = "wasm"))]
use crate::testing::sql as imports;

/// Asks the database that the policy bound to a need of the manifest. Several
/// answers may be read side by side; all see the same snapshot.
pub fn open(database: &str, text: &str, parameters: &[Option<&str>]) -> Result<Answer, Failure> {
    let owned = |parameter: &Option<&str>| parameter.map(str::to_owned);
    let query = Query {
        text: text.to_owned(),
        parameters: parameters.iter().map(owned).collect(),
    };
    let inner = imports::open(database, &query)?;
    Ok(Answer {
        columns: inner.columns(),
        inner,
    })
}

/// The rows of a query, block by block. Dropping it ends the query.
#[derive(Debug)]
pub struct Answer {
    inner: imports::Answer,
    columns: Vec<Column>,
}

impl Answer {
    /// The columns, as the database names them.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Waits for the next block. After the [last](Block::is_last), nothing
    /// follows.
    pub fn next(&self) -> Result<Block, Failure> {
        let rows = self.inner.next()?;
        Ok(Block {
            rows,
            width: self.columns.len().max(1),
        })
    }
}

/// A block of rows, packed.
#[derive(Clone, Debug)]
pub struct Block {
    rows: Packed,
    width: usize,
}

impl Block {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.cell_ends.len() / self.width
    }

    /// True if the block has no row, as the last one may.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True if nothing follows.
    pub fn is_last(&self) -> bool {
        self.rows.last
    }

    /// Walks the values of a cell: none for NULL, several for an array.
    pub fn values(&self, row: usize, column: usize) -> impl Iterator<Item = &[u8]> {
        let at = row * self.width + column;
        let values = before(&self.rows.cell_ends, at)..end(&self.rows.cell_ends, at);
        values.map(|value| {
            let ends = &self.rows.value_ends;
            let bytes = before(ends, value)..end(ends, value);
            self.rows.data.get(bytes).unwrap_or_default()
        })
    }

    /// The first value of a cell.
    pub fn first(&self, row: usize, column: usize) -> Option<&[u8]> {
        self.values(row, column).next()
    }
}

fn end(ends: &[u32], at: usize) -> usize {
    ends.get(at).map_or(0, |&end| end as usize)
}

fn before(ends: &[u32], at: usize) -> usize {
    at.checked_sub(1).map_or(0, |before| end(ends, before))
}
