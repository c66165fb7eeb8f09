//! A database, for [`sql`](super::sql()) to answer with.

use super::{VecDeque, missing, world};
use crate::Failure;
pub use crate::sql::Query;
use crate::sql::{Column, Packed};
use std::cell::RefCell;

/// One block of an answer.
#[derive(Clone, Debug)]
pub struct Block {
    columns: Vec<Column>,
    rows: Result<Packed, Failure>,
}

impl Block {
    /// A block with these columns; the last one of the answer.
    pub fn new(columns: &[Column]) -> Self {
        let rows = Packed {
            data: Vec::new(),
            value_ends: Vec::new(),
            cell_ends: Vec::new(),
            last: true,
        };
        Self {
            columns: columns.to_vec(),
            rows: Ok(rows),
        }
    }

    /// In place of a block: the conversation breaks here.
    pub fn broken(columns: &[Column], failure: Failure) -> Self {
        Self {
            columns: columns.to_vec(),
            rows: Err(failure),
        }
    }

    /// Adds a row of texts; `None` is NULL.
    #[must_use]
    pub fn row(mut self, cells: &[Option<&str>]) -> Self {
        if let Ok(rows) = &mut self.rows {
            for cell in cells {
                if let Some(text) = cell {
                    rows.data.extend_from_slice(text.as_bytes());
                    rows.value_ends.push(rows.data.len() as u32);
                }
                rows.cell_ends.push(rows.value_ends.len() as u32);
            }
        }
        self
    }

    /// Others follow.
    #[must_use]
    pub fn more(mut self) -> Self {
        if let Ok(rows) = &mut self.rows {
            rows.last = false;
        }
        self
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    columns: Vec<Column>,
    blocks: RefCell<VecDeque<Block>>,
}

impl Answer {
    pub fn columns(&self) -> Vec<Column> {
        self.columns.clone()
    }

    pub fn next(&self) -> Result<Packed, Failure> {
        let block = self.blocks.borrow_mut().pop_front();
        block.map_or_else(
            || Err(Failure::internal("the answer has already ended")),
            |block| block.rows,
        )
    }
}

pub(crate) fn open(database: &str, query: &Query) -> Result<Answer, Failure> {
    let server = world(|w| w.sql.clone());
    let blocks = server.ok_or_else(|| missing("database", database))?(database, query)?;
    Ok(Answer {
        columns: blocks.first().map_or_else(Vec::new, |b| b.columns.clone()),
        blocks: RefCell::new(blocks.into()),
    })
}
