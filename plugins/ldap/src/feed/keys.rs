//! Immutable identifiers as 16 octets, however a server writes them.

use crate::dn::Digest;
use crate::guid;
use crate::mapping::Mapping;
use std::collections::BTreeSet;

/// An identifier: the 32 hexadecimal digits of its text.
pub type Key = [u8; 16];

/// Identifiers that a cursor keeps: with more, who is in scope is not kept.
pub const KEPT: usize = 3500;

/// Which attribute identifies people, and how its text is cut by dashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// `objectGUID` of Active Directory: octets in an order of their own.
    ObjectGuid,
    /// `entryUUID`.
    EntryUuid,
    /// `nsUniqueId` of 389 Directory Server.
    NsUniqueId,
}

impl Keys {
    /// Finds out; nothing if people are identified by something else.
    pub fn of(mapping: &Mapping) -> Option<Self> {
        let name = mapping.id_name()?;
        let all = [Self::ObjectGuid, Self::EntryUuid, Self::NsUniqueId];
        all.into_iter()
            .find(|one| one.attribute().eq_ignore_ascii_case(name))
    }

    /// The attribute.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::ObjectGuid => "objectGUID",
            Self::EntryUuid => "entryUUID",
            Self::NsUniqueId => "nsUniqueId",
        }
    }

    /// The key of the attribute's value.
    pub fn of_value(self, value: &[u8]) -> Option<Key> {
        match self {
            Self::ObjectGuid => Self::of_text(&guid::text(value)?),
            Self::EntryUuid | Self::NsUniqueId => Self::of_text(value),
        }
    }

    /// The key of an external id.
    pub fn of_text(text: &[u8]) -> Option<Key> {
        let mut key = [0; 16];
        let mut digits = text
            .iter()
            .filter(|&&char| char != b'-')
            .map(|&char| char::from(char).to_digit(16));
        for octet in &mut key {
            *octet = u8::try_from(digits.next()?? * 16 + digits.next()??).ok()?;
        }
        digits.next().is_none().then_some(key)
    }

    /// The external id of a key.
    pub fn text(self, key: &Key) -> String {
        let dashes: &[usize] = match self {
            Self::NsUniqueId => &[4, 8, 12],
            Self::ObjectGuid | Self::EntryUuid => &[4, 6, 8, 10],
        };
        let mut text = String::with_capacity(36);
        for (place, octet) in key.iter().enumerate() {
            if dashes.contains(&place) {
                text.push('-');
            }
            text.extend(
                [octet >> 4, octet & 15]
                    .map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')),
            );
        }
        text
    }
}

/// A set of keys as one number: the same for the same set, in any order.
pub fn add(sum: u128, key: &Key) -> u128 {
    sum.wrapping_add(Digest::of_exact(key).number())
}

/// The number of a set without one of its keys.
pub fn take(sum: u128, key: &Key) -> u128 {
    sum.wrapping_sub(Digest::of_exact(key).number())
}

/// Who is in scope, as long as they are few enough to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known(Option<BTreeSet<Key>>);

impl Known {
    /// Nobody yet.
    pub fn new() -> Self {
        Self(Some(BTreeSet::new()))
    }

    /// These.
    pub fn of(keys: BTreeSet<Key>) -> Self {
        let mut known = Self::new();
        keys.into_iter().for_each(|key| known.add(key));
        known
    }

    /// Too many to be kept.
    pub fn lost() -> Self {
        Self(None)
    }

    pub fn add(&mut self, key: Key) {
        if let Some(keys) = &mut self.0 {
            keys.insert(key);
            if keys.len() > KEPT {
                self.0 = None;
            }
        }
    }

    pub fn remove(&mut self, key: &Key) {
        if let Some(keys) = &mut self.0 {
            keys.remove(key);
        }
    }

    /// All of them, unless they are too many.
    pub fn keys(&self) -> Option<&BTreeSet<Key>> {
        self.0.as_ref()
    }

    /// False only for somebody who was surely not in scope.
    pub fn may_hold(&self, key: &Key) -> bool {
        self.0.as_ref().is_none_or(|keys| keys.contains(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_has_its_own_dashes() {
        let key = std::array::from_fn(|place| (place * 17) as u8);
        for (keys, text) in [
            (Keys::EntryUuid, "00112233-4455-6677-8899-aabbccddeeff"),
            (Keys::NsUniqueId, "00112233-44556677-8899aabb-ccddeeff"),
        ] {
            assert_eq!(keys.text(&key), text);
            assert_eq!(keys.of_value(text.as_bytes()), Some(key));
        }
        let stored = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
        let key = std::array::from_fn(|place| place as u8);
        assert_eq!(Keys::ObjectGuid.of_value(&stored), Some(key));
        for wrong in [
            "",
            "0011",
            "x0112233-4455-6677-8899-aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeeff0",
        ] {
            assert_eq!(Keys::of_text(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_set_has_one_number_in_any_order() {
        let (a, b) = ([1; 16], [2; 16]);
        assert_eq!(add(add(0, &a), &b), add(add(0, &b), &a));
        assert_eq!(take(add(add(0, &a), &b), &b), add(0, &a));
        assert_ne!(add(0, &a), add(0, &b));
    }

    #[test]
    fn too_many_are_not_kept_and_nobody_is_ruled_out() {
        let key = |number: usize| (number as u128).to_be_bytes();
        let mut known = Known::of((0..KEPT).map(key).collect());
        assert!(known.may_hold(&key(1)) && !known.may_hold(&key(KEPT)));
        known.add(key(KEPT));
        assert_eq!(known, Known::lost());
        assert!(known.may_hold(&key(9999)));
    }
}
