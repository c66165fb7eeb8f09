//! Rows, packed: what an answer hands out.

use super::failure::Failure;
use super::instant;
use serde::{Deserialize, Serialize};
use std::error::Error;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Kind, Type};

/// A column of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// As the database spells it.
    pub name: String,
    /// The database's name of its type.
    pub type_name: String,
    /// True for bytes that are no text.
    pub binary: bool,
    /// True for arrays.
    pub several: bool,
}

impl Column {
    /// Describes a column of this type.
    pub(super) fn new(name: &str, kind: &Type) -> Self {
        Self {
            name: name.to_owned(),
            type_name: kind.name().to_owned(),
            binary: *element(kind).unwrap_or(kind) == Type::BYTEA,
            several: element(kind).is_some(),
        }
    }
}

/// The type of an array's elements.
pub(super) fn element(kind: &Type) -> Option<&Type> {
    match kind.kind() {
        Kind::Array(element) => Some(element),
        _ => None,
    }
}

/// True for types that are packed as they come; the server casts all others to
/// text, so that a number keeps its digits and a range its brackets.
pub(super) fn is_known(kind: &Type) -> bool {
    let known = [
        Type::BOOL,
        Type::BYTEA,
        Type::DATE,
        Type::INT2,
        Type::INT4,
        Type::INT8,
        Type::TIMESTAMP,
        Type::TIMESTAMPTZ,
    ];
    known.contains(kind) || is_text(kind)
}

/// Types whose binary form is their text.
fn is_text(kind: &Type) -> bool {
    let texts = [
        Type::TEXT,
        Type::VARCHAR,
        Type::BPCHAR,
        Type::NAME,
        Type::JSON,
    ];
    texts.contains(kind)
}

/// A block of rows. A row is one cell per column; NULL is a cell with no value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Every value, one after the other.
    pub data: Vec<u8>,
    /// End of each value in `data`.
    pub value_ends: Vec<u32>,
    /// End of each cell in `value_ends`, row by row.
    pub cell_ends: Vec<u32>,
    /// True if nothing follows.
    pub last: bool,
}

impl Rows {
    /// Adds a row.
    pub(super) fn push(&mut self, row: &Row, columns: &[Column]) -> Result<(), Failure> {
        for (place, column) in columns.iter().enumerate() {
            let wrong = |error: Box<dyn Error + Sync + Send>| Failure::Value {
                column: column.name.clone(),
                why: error.to_string(),
            };
            let got = |error: tokio_postgres::Error| wrong(error.into());
            if column.several {
                let values: Option<Vec<Option<Raw<'_>>>> = row.try_get(place).map_err(got)?;
                for value in values.into_iter().flatten().flatten() {
                    self.value(&value).map_err(wrong)?;
                }
            } else {
                let value: Option<Raw<'_>> = row.try_get(place).map_err(got)?;
                if let Some(value) = value {
                    self.value(&value).map_err(wrong)?;
                }
            }
            self.cell_ends.push(small(self.value_ends.len())?);
        }
        Ok(())
    }

    /// Bytes of values so far.
    pub(super) fn size(&self) -> usize {
        self.data.len()
    }

    fn value(&mut self, value: &Raw<'_>) -> Result<(), Box<dyn Error + Sync + Send>> {
        let bytes = value.bytes;
        match &value.kind {
            kind if is_text(kind) || *kind == Type::BYTEA => self.data.extend_from_slice(bytes),
            kind if *kind == Type::BOOL => {
                let text: &[u8] = if bytes == [0] { b"false" } else { b"true" };
                self.data.extend_from_slice(text);
            }
            kind if *kind == Type::DATE => {
                let text = instant::date(i32::from_be_bytes(bytes.try_into()?));
                self.data.extend_from_slice(text.as_bytes());
            }
            kind if *kind == Type::TIMESTAMP || *kind == Type::TIMESTAMPTZ => {
                let zone = if *kind == Type::TIMESTAMPTZ { "Z" } else { "" };
                let text = instant::timestamp(i64::from_be_bytes(bytes.try_into()?), zone);
                self.data.extend_from_slice(text.as_bytes());
            }
            kind => {
                let number = match *kind {
                    Type::INT2 => i64::from(i16::from_be_bytes(bytes.try_into()?)),
                    Type::INT4 => i64::from(i32::from_be_bytes(bytes.try_into()?)),
                    Type::INT8 => i64::from_be_bytes(bytes.try_into()?),
                    _ => return Err(format!("its type `{kind}` is not known").into()),
                };
                self.data.extend_from_slice(number.to_string().as_bytes());
            }
        }
        self.value_ends.push(small(self.data.len())?);
        Ok(())
    }
}

/// INVARIANT: a block is handed on long before it reaches 4 GiB; a value has at
/// most 1 GiB.
fn small(length: usize) -> Result<u32, Failure> {
    u32::try_from(length).map_err(|_| Failure::Value {
        column: String::new(),
        why: "it is too large".to_owned(),
    })
}

/// A value as it came.
struct Raw<'a> {
    kind: Type,
    bytes: &'a [u8],
}

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(kind: &Type, bytes: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let kind = kind.clone();
        Ok(Self { kind, bytes })
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
