//! What a mapping gives for one person: none, one or several texts.

use std::borrow::Cow;

/// The texts that a mapping gives for one person, borrowed from the page where
/// nothing had to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Texts<'e> {
    /// There is no value at all: not even an empty one.
    Absent,
    /// One, possibly empty.
    One(Cow<'e, str>),
    /// Several, or an empty list.
    Many(Vec<Cow<'e, str>>),
}

impl<'e> Texts<'e> {
    /// Gathers texts; one alone costs no list.
    pub(crate) fn of(mut texts: impl ExactSizeIterator<Item = Cow<'e, str>>) -> Self {
        match texts.len() {
            0 => Self::Absent,
            1 => texts.next().map_or(Self::Absent, Self::One),
            _ => Self::Many(texts.collect()),
        }
    }

    /// All of them, in order.
    pub fn as_slice(&self) -> &[Cow<'e, str>] {
        match self {
            Self::Absent => &[],
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}
