//! From the JSON of one value to its texts.

use super::trie::Names;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Deserializer, Error};
use std::borrow::Cow;
use std::fmt;

/// Lists in lists in lists: each is scanned anew, so the depth is bounded.
const DEEPEST: usize = 32;

/// How values become texts.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'s> {
    /// The member whose text an object stands for.
    pub bare: Option<&'s str>,
    pub names: Names,
}

impl Leaf<'_> {
    /// Hands over the texts of a value: none for `null` and for most objects,
    /// those of its elements for a list.
    pub fn texts<'de>(
        self,
        json: &'de str,
        each: &mut dyn FnMut(Cow<'de, str>),
    ) -> Result<(), Error> {
        self.at_depth(json, 0, each)
    }

    fn at_depth<'de>(
        self,
        json: &'de str,
        depth: usize,
        each: &mut dyn FnMut(Cow<'de, str>),
    ) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(Error::custom(format!(
                "lists and objects stand in one another, more than {DEEPEST} deep"
            )));
        }
        match json.as_bytes().first() {
            None | Some(b'n') => Ok(()),
            Some(b'"') => text(json).map(each),
            Some(b'[') => Deserializer::from_str(json).deserialize(Elements {
                leaf: self,
                depth,
                each,
            }),
            Some(b'{') if self.bare.is_some() => Deserializer::from_str(json).deserialize(Member {
                leaf: self,
                depth,
                each,
            }),
            Some(b'{') => Ok(()),
            Some(_) => {
                each(Cow::Borrowed(json));
                Ok(())
            }
        }
    }
}

/// The content of a JSON string that was scanned before.
pub fn text(json: &str) -> Result<Cow<'_, str>, Error> {
    let inner = json
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.as_bytes().contains(&b'\\') => Ok(Cow::Borrowed(inner)),
        _ => serde_json::from_str(json).map(Cow::Owned),
    }
}

trait Drive<'de> {
    fn deserialize<S: DeserializeSeed<'de, Value = ()>>(self, seed: S) -> Result<(), Error>;
}

impl<'de> Drive<'de> for Deserializer<serde_json::de::StrRead<'de>> {
    fn deserialize<S: DeserializeSeed<'de, Value = ()>>(mut self, seed: S) -> Result<(), Error> {
        seed.deserialize(&mut self)
    }
}

struct Elements<'s, 'e, 'de> {
    leaf: Leaf<'s>,
    depth: usize,
    each: &'e mut dyn FnMut(Cow<'de, str>),
}

impl<'de> DeserializeSeed<'de> for Elements<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<&'de RawValue>()? {
            let texts = self
                .leaf
                .at_depth(element.get(), self.depth + 1, &mut *self.each);
            texts.map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

struct Member<'s, 'e, 'de> {
    leaf: Leaf<'s>,
    depth: usize,
    each: &'e mut dyn FnMut(Cow<'de, str>),
}

impl<'de> DeserializeSeed<'de> for Member<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let name = self.leaf.bare.unwrap_or_default();
        let mut is_met = false;
        while let Some(found) = members.next_key::<Cow<'de, str>>()? {
            if !self.leaf.names.are_equal(&found, name) {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            if std::mem::replace(&mut is_met, true) {
                return Err(A::Error::custom(format!("`{name}` stands there twice")));
            }
            let value = members.next_value::<&'de RawValue>()?;
            let inner = Leaf {
                bare: None,
                ..self.leaf
            };
            let texts = inner.at_depth(value.get(), self.depth + 1, &mut *self.each);
            texts.map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
