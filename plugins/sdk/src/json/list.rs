//! From a page to its records.

use super::record::Record;
use super::rest::Rest;
use super::trie::ROOT;
use super::walk::{Step, Walk, Wanted};
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A record: an object, handed over once it has ended.
pub struct One<'w, 's, 'de, F> {
    pub walk: &'w mut Walk<'s, 'de>,
    pub index: usize,
    pub each: &'w mut F,
}

impl<'de, F: FnMut(Record<'_>)> DeserializeSeed<'de> for One<'_, '_, 'de, F> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Record<'_>)> Visitor<'de> for One<'_, '_, 'de, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        self.walk.values.clear();
        let wanted = Wanted {
            walk: &mut *self.walk,
            at: ROOT,
        };
        wanted.members(members)?;
        (self.each)(Record {
            values: &self.walk.values,
            index: self.index,
        });
        Ok(())
    }
}

/// A list of records.
pub struct List<'w, 's, 'de, F> {
    pub walk: &'w mut Walk<'s, 'de>,
    pub each: &'w mut F,
    pub rest: &'w mut Rest,
}

impl<'de, F: FnMut(Record<'_>)> DeserializeSeed<'de> for List<'_, '_, 'de, F> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Record<'_>)> Visitor<'de> for List<'_, '_, 'de, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    /// `null` is no list, as if it were not there.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.rest.has_list = true;
        for index in 0.. {
            self.walk.trail.push(Step::Index(index));
            let one = One {
                walk: &mut *self.walk,
                index,
                each: &mut *self.each,
            };
            let element = list.next_element_seed(one)?;
            self.walk.trail.pop();
            if element.is_none() {
                break;
            }
            self.rest.records += 1;
        }
        Ok(())
    }
}

/// An object with a list of records among its members.
pub struct Page<'w, 's, 'de, F> {
    pub list: List<'w, 's, 'de, F>,
    pub member: &'s str,
}

impl<'de, F: FnMut(Record<'_>)> DeserializeSeed<'de> for Page<'_, '_, 'de, F> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Record<'_>)> Visitor<'de> for Page<'_, '_, 'de, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the list `{}`", self.member)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let List { walk, each, rest } = self.list;
        let names = walk.selection.names;
        let mut is_met = false;
        while let Some(name) = members.next_key::<String>()? {
            let is_list = names.are_equal(&name, self.member);
            let is_known = if is_list {
                is_met
            } else {
                rest.get(&name).is_some()
            };
            if is_known {
                return Err(A::Error::custom(format!(
                    "the name `{name}` stands there twice"
                )));
            }
            if !is_list {
                rest.members.insert(name, members.next_value()?);
                continue;
            }
            is_met = true;
            walk.trail.push(Step::Name(self.member));
            members.next_value_seed(List {
                walk: &mut *walk,
                each: &mut *each,
                rest: &mut *rest,
            })?;
            walk.trail.pop();
        }
        Ok(())
    }
}
