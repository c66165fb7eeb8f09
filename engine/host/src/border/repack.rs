//! Brings a page's columns into the order of the request.
//!
//! A page whose columns are those of the request, in order and all text, is
//! moved, not copied. Anything else is copied cell by cell.

use super::Breach;
use crate::bindings::people as wit;
use crate::words::tame;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use muster_model::page::Malformed;

/// Cells before the first column: external id and groups.
const FIXED: usize = 2;

/// Where the cells of a requested row stand on the page.
pub(super) struct Places {
    /// For each cell of the result, the cell of the page, if it is there.
    cells: Vec<Option<Place>>,
    as_requested: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    cell: usize,
    binary: bool,
}

impl Places {
    /// Takes, for each requested attribute, its column on the page.
    pub fn new(columns: Vec<Option<usize>>, page: &[wit::Column]) -> Self {
        let binary = |column: usize| {
            page.get(column)
                .is_some_and(|column| column.kind == wit::ColumnKind::Binary)
        };
        let as_requested = columns.len() == page.len()
            && columns
                .iter()
                .enumerate()
                .all(|(at, &column)| column == Some(at) && !binary(at));
        let fixed = (0..FIXED).map(|cell| {
            Some(Place {
                cell,
                binary: false,
            })
        });
        let wanted = columns.iter().map(|&column| {
            column.map(|column| Place {
                cell: column + FIXED,
                binary: binary(column),
            })
        });
        Self {
            cells: fixed.chain(wanted).collect(),
            as_requested,
        }
    }
}

/// The lists of a page, not yet checked.
pub(super) struct Packed {
    pub data: Vec<u8>,
    pub value_ends: Vec<u32>,
    pub cell_ends: Vec<u32>,
    pub rows: usize,
}

type Lists = (String, Vec<u32>, Vec<u32>);

impl Packed {
    /// Gives the lists the columns of the request. Lists that can be moved are
    /// moved unchecked: the model checks them.
    pub fn in_order(self, places: &Places, columns: &[wit::Column]) -> Result<Lists, Breach> {
        let width = columns.len() + FIXED;
        if !places.as_requested {
            self.shape(width)?;
            return Repacked::new(&self).all(&self, places, columns);
        }
        match String::from_utf8(self.data) {
            Ok(text) => Ok((text, self.value_ends, self.cell_ends)),
            Err(error) => {
                let bad = error.utf8_error().valid_up_to();
                let cell = cell_of(&self.value_ends, &self.cell_ends, bad);
                Err(not_text(cell / width, cell % width, columns))
            }
        }
    }

    /// Checks what copying relies on.
    fn shape(&self, width: usize) -> Result<(), Malformed> {
        if self.cell_ends.len() != self.rows * width {
            return Err(Malformed::Shape {
                cells: self.cell_ends.len(),
                rows: self.rows,
                width,
            });
        }
        ascending(&self.cell_ends, self.value_ends.len(), "cells")?;
        ascending(&self.value_ends, self.data.len(), "values")
    }

    fn range(ends: &[u32], at: usize) -> std::ops::Range<usize> {
        let end = |at: usize| ends.get(at).map_or(0, |&end| end as usize);
        at.checked_sub(1).map_or(0, end)..end(at)
    }

    fn cell(&self, at: usize) -> std::ops::Range<usize> {
        Self::range(&self.cell_ends, at)
    }

    fn value(&self, at: usize) -> &[u8] {
        self.data
            .get(Self::range(&self.value_ends, at))
            .unwrap_or_default()
    }
}

fn ascending(ends: &[u32], last: usize, list: &'static str) -> Result<(), Malformed> {
    let whole = ends.is_sorted() && ends.last().map_or(0, |&end| end as usize) == last;
    match whole {
        true => Ok(()),
        false => Err(Malformed::Offsets { list, end: last }),
    }
}

/// The cell in which a byte stands.
fn cell_of(value_ends: &[u32], cell_ends: &[u32], byte: usize) -> usize {
    let value = value_ends.partition_point(|&end| end as usize <= byte);
    cell_ends.partition_point(|&end| end as usize <= value)
}

fn not_text(row: usize, cell: usize, columns: &[wit::Column]) -> Breach {
    let column = match cell.checked_sub(FIXED) {
        None if cell == 0 => "external id",
        None => "groups",
        Some(column) => columns.get(column).map_or("?", |column| &column.name),
    };
    Breach::NotText {
        row: row + 1,
        column: tame(column, 200),
    }
}

struct Repacked {
    text: String,
    value_ends: Vec<u32>,
    cell_ends: Vec<u32>,
}

impl Repacked {
    fn new(page: &Packed) -> Self {
        Self {
            text: String::with_capacity(page.data.len()),
            value_ends: Vec::with_capacity(page.value_ends.len()),
            cell_ends: Vec::with_capacity(page.cell_ends.len()),
        }
    }

    fn all(
        mut self,
        page: &Packed,
        places: &Places,
        columns: &[wit::Column],
    ) -> Result<Lists, Breach> {
        let width = columns.len() + FIXED;
        for row in 0..page.rows {
            for place in &places.cells {
                if let Some(place) = place {
                    let values = page.cell(row * width + place.cell);
                    let copied = values
                        .map(|value| page.value(value))
                        .try_for_each(|value| self.value(value, place.binary));
                    copied.ok_or_else(|| not_text(row, place.cell, columns))?;
                }
                self.cell_ends.push(self.value_ends.len() as u32);
            }
        }
        Ok((self.text, self.value_ends, self.cell_ends))
    }

    /// Copies one value; none if it should be text and is not.
    fn value(&mut self, value: &[u8], binary: bool) -> Option<()> {
        match binary {
            true => BASE64.encode_string(value, &mut self.text),
            false => self.text.push_str(std::str::from_utf8(value).ok()?),
        }
        self.value_ends.push(self.text.len() as u32);
        Some(())
    }
}
