//! Packed blocks in JSON: value by value, so that a person can read and edit them.
//!
//! What is read back is the same block, byte for byte: offsets follow from the
//! values.

use crate::octets::Octets;
use serde::de::Error;
use serde::{Deserialize, Serialize};

/// The values of one cell.
type Cell<'a> = Vec<Octets<'a>>;

/// What a block's three lists hold.
struct Lists<'a> {
    data: &'a [u8],
    value_ends: &'a [u32],
    cell_ends: &'a [u32],
}

impl<'a> Lists<'a> {
    fn cells(&self) -> Vec<Cell<'a>> {
        let mut from = 0;
        let mut first = 0;
        let mut cells = Vec::with_capacity(self.cell_ends.len());
        for &end in self.cell_ends {
            let values = self.value_ends.get(first..end as usize).unwrap_or_default();
            first = end as usize;
            let cell = values.iter().map(|&end| {
                let value = self.data.get(from..end as usize).unwrap_or_default();
                from = end as usize;
                Octets::of(value)
            });
            cells.push(cell.collect());
        }
        cells
    }
}

/// The three lists, made from values.
#[derive(Default)]
struct Packed {
    data: Vec<u8>,
    value_ends: Vec<u32>,
    cell_ends: Vec<u32>,
}

impl Packed {
    fn of<E: Error>(cells: impl Iterator<Item = Cell<'static>>) -> Result<Self, E> {
        let small = |length: usize| {
            u32::try_from(length).map_err(|_| E::custom("a block has more than 4 GiB"))
        };
        let mut packed = Self::default();
        for cell in cells {
            for value in cell {
                packed.data.extend(value.bytes::<E>()?);
                packed.value_ends.push(small(packed.data.len())?);
            }
            packed.cell_ends.push(small(packed.value_ends.len())?);
        }
        Ok(packed)
    }
}

/// A block of LDAP entries.
pub(super) mod entries {
    use super::{Cell, Error, Lists, Packed};
    use crate::ldap::{Entries, IdSet, Outcome, State};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(super::Serialize, super::Deserialize)]
    struct Written<'a> {
        columns: Vec<String>,
        /// DN first, then one cell per column.
        rows: Vec<Vec<Cell<'a>>>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        continued: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        states: Vec<State>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sets: Vec<IdSet>,
        end: Option<Outcome>,
    }

    pub(in crate::calls) fn serialize<S: Serializer>(
        entries: &Entries,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        let lists = Lists {
            data: &entries.data,
            value_ends: &entries.value_ends,
            cell_ends: &entries.cell_ends,
        };
        let mut cells = lists.cells().into_iter().peekable();
        let mut rows = Vec::with_capacity(entries.rows());
        while cells.peek().is_some() {
            rows.push(cells.by_ref().take(entries.columns.len() + 1).collect());
        }
        let written = Written {
            columns: entries.columns.to_vec(),
            rows,
            continued: entries.continued,
            states: entries.states.clone(),
            sets: entries.sets.clone(),
            end: entries.end.clone(),
        };
        written.serialize(out)
    }

    pub(in crate::calls) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Entries, D::Error> {
        let written = Written::<'static>::deserialize(from)?;
        let width = written.columns.len() + 1;
        if let Some(odd) = written.rows.iter().find(|row| row.len() != width) {
            let text = format!("a row has {} cells where {width} belong", odd.len());
            return Err(D::Error::custom(text));
        }
        let packed = Packed::of::<D::Error>(written.rows.into_iter().flatten())?;
        Ok(Entries {
            columns: written.columns.into(),
            data: packed.data,
            value_ends: packed.value_ends,
            cell_ends: packed.cell_ends,
            continued: written.continued,
            states: written.states,
            sets: written.sets,
            end: written.end,
        })
    }
}

/// A block of rows of a database.
pub(super) mod rows {
    use super::{Cell, Lists, Packed};
    use crate::sql::Rows;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(super::Serialize, super::Deserialize)]
    struct Written<'a> {
        /// Row by row; NULL is a cell without a value.
        cells: Vec<Cell<'a>>,
        last: bool,
    }

    pub(in crate::calls) fn serialize<S: Serializer>(
        rows: &Rows,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        let lists = Lists {
            data: &rows.data,
            value_ends: &rows.value_ends,
            cell_ends: &rows.cell_ends,
        };
        let written = Written {
            cells: lists.cells(),
            last: rows.last,
        };
        written.serialize(out)
    }

    pub(in crate::calls) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Rows, D::Error> {
        let written = Written::<'static>::deserialize(from)?;
        let packed = Packed::of::<D::Error>(written.cells.into_iter())?;
        Ok(Rows {
            data: packed.data,
            value_ends: packed.value_ends,
            cell_ends: packed.cell_ends,
            last: written.last,
        })
    }
}
