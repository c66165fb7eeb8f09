//! One person's entry: in its block, or put together from several.

use crate::directory::Found;
use muster_sdk::ldap::Entry;

/// An entry, wherever it stands.
#[derive(Clone, Copy)]
pub enum Record<'a> {
    /// In the block that it came in.
    Packed(Entry<'a>),
    /// With values of its own.
    Whole(&'a Found),
}

impl<'a> Record<'a> {
    /// The entry's name.
    pub fn dn(self) -> &'a [u8] {
        match self {
            Self::Packed(entry) => entry.dn(),
            Self::Whole(found) => &found.dn,
        }
    }

    /// The first value of a column.
    pub fn first(self, column: usize) -> Option<&'a [u8]> {
        match self {
            Self::Packed(entry) => entry.first(column),
            Self::Whole(found) => found.column(column).first().map(Vec::as_slice),
        }
    }

    /// Calls `each` for every value of a column.
    pub fn each(self, column: usize, mut each: impl FnMut(&'a [u8])) {
        match self {
            Self::Packed(entry) => entry.values(column).for_each(each),
            Self::Whole(found) => found.column(column).iter().for_each(|value| each(value)),
        }
    }
}
