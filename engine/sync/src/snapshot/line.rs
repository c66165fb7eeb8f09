//! The lines of a snapshot, and how one person is read without believing it.

use super::{Header, LARGEST_ENTRY};
use muster_model::page::PlainRow;
use muster_model::{EntryView, Problem, SourceStatus};
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What an item of a list costs beside its text.
const ITEM: usize = size_of::<String>();

/// A line as it is written.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line<'a> {
    Header(&'a Header),
    Entry(Entry<'a>),
    Problem(&'a Problem),
    End(&'a End),
}

/// How a snapshot ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) entries: u64,
    pub(super) problems: u64,
    /// BLAKE3 of two digests: of the first line, and of all lines between it and
    /// this one.
    pub(super) checksum: String,
}

/// One person with the names of the attributes.
pub(super) struct Entry<'a> {
    pub(super) entry: EntryView<'a>,
    pub(super) attributes: &'a [String],
}

impl Entry<'_> {
    /// Bytes that the person takes in memory once the line is read.
    pub(super) fn size(&self) -> usize {
        let values = (0..self.attributes.len()).flat_map(|column| self.entry.values(column));
        let all = self.entry.groups().chain(values);
        all.map(|value| value.len() + ITEM).sum()
    }
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut object = out.serialize_struct("entry", 4)?;
        object.serialize_field("id", &self.entry.delivered_id())?;
        object.serialize_field("status", &self.entry.status())?;
        object.serialize_field("groups", &self.entry.groups().collect::<Vec<_>>())?;
        object.serialize_field("attributes", &Attributes(self))?;
        object.end()
    }
}

/// The attributes of which a person has a value: no value is absent, an empty
/// one is empty.
struct Attributes<'a>(&'a Entry<'a>);

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut object = out.serialize_map(None)?;
        for (column, name) in self.0.attributes.iter().enumerate() {
            let values = self.0.entry.values(column);
            if values.len() > 0 {
                object.serialize_entry(name, &values.collect::<Vec<_>>())?;
            }
        }
        object.end()
    }
}

/// A line as it is read.
pub(super) enum Parsed {
    Header(Box<Header>),
    Entry(PlainRow),
    Problem(Problem),
    End(End),
}

/// Reads a line of a snapshot that has these attributes.
pub(super) struct LineSeed<'h> {
    pub(super) attributes: &'h [String],
}

impl<'de> DeserializeSeed<'de> for LineSeed<'_> {
    type Value = Parsed;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Parsed, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for LineSeed<'_> {
    type Value = Parsed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`header`, `entry`, `problem` or `end`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parsed, A::Error> {
        let key: Option<String> = map.next_key()?;
        let line = match key.as_deref() {
            Some("header") => Parsed::Header(Box::new(map.next_value()?)),
            Some("entry") => Parsed::Entry(map.next_value_seed(EntrySeed {
                attributes: self.attributes,
            })?),
            Some("problem") => Parsed::Problem(map.next_value()?),
            Some("end") => Parsed::End(map.next_value()?),
            Some(other) => {
                let known = &["header", "entry", "problem", "end"];
                return Err(Error::unknown_variant(other, known));
            }
            None => return Err(Error::invalid_length(0, &self)),
        };
        match map.next_key::<IgnoredAny>()? {
            None => Ok(line),
            Some(_) => Err(Error::custom("a line says one thing")),
        }
    }
}

struct EntrySeed<'h> {
    attributes: &'h [String],
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Member {
    Id,
    Status,
    Groups,
    Attributes,
    #[serde(other)]
    Later,
}

impl<'de> DeserializeSeed<'de> for EntrySeed<'_> {
    type Value = PlainRow;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<PlainRow, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EntrySeed<'_> {
    type Value = PlainRow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PlainRow, A::Error> {
        let mut left = LARGEST_ENTRY;
        let mut status: Option<SourceStatus> = None;
        let mut row = PlainRow {
            id: None,
            groups: Vec::new(),
            status: SourceStatus::Unknown,
            values: vec![Vec::new(); self.attributes.len()],
        };
        while let Some(member) = map.next_key()? {
            match member {
                Member::Id => row.id = map.next_value()?,
                Member::Status => status = Some(map.next_value()?),
                Member::Groups => row.groups = map.next_value_seed(Texts { left: &mut left })?,
                Member::Attributes => map.next_value_seed(Cells {
                    attributes: self.attributes,
                    values: &mut row.values,
                    left: &mut left,
                })?,
                Member::Later => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        row.status = status.ok_or_else(|| Error::missing_field("status"))?;
        Ok(row)
    }
}

/// The cells of a person, by the names of their attributes.
struct Cells<'h, 'r> {
    attributes: &'h [String],
    values: &'r mut Vec<Vec<String>>,
    left: &'r mut usize,
}

impl<'de> DeserializeSeed<'de> for Cells<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Cells<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("values by attribute")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // Attributes stand in the header's order, as a rule.
        let mut next = 0;
        while let Some(name) = map.next_key::<String>()? {
            let from_here = self.attributes.iter().skip(next);
            let found = from_here.clone().position(|known| *known == name);
            let column = match found {
                Some(place) => next + place,
                None => {
                    let place = self.attributes.iter().position(|known| *known == name);
                    place.ok_or_else(|| Error::custom("an attribute that the header lacks"))?
                }
            };
            let values = map.next_value_seed(Texts { left: self.left })?;
            match self.values.get_mut(column) {
                Some(cell) if cell.is_empty() => *cell = values,
                _ => return Err(Error::custom("an attribute stands there twice")),
            }
            next = column + 1;
        }
        Ok(())
    }
}

/// A list of texts that may take so many bytes.
struct Texts<'r> {
    left: &'r mut usize,
}

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = Vec<String>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Vec<String>, D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<String>, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = items.next_element::<String>()? {
            let left = self.left.checked_sub(text.len() + ITEM);
            *self.left = left.ok_or_else(|| Error::custom("the entry is too large"))?;
            texts.push(text);
        }
        Ok(texts)
    }
}
