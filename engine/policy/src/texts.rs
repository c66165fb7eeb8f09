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

impl<'e> Texts<'e> {
    /// All of them, as a list.
    pub fn into_vec(self) -> Vec<Cow<'e, str>> {
        match self {
            Self::Absent => Vec::new(),
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }

    /// In ascending order, each once: a source promises no order of its values.
    pub(crate) fn in_order(mut self) -> Self {
        if let Self::Many(texts) = &mut self {
            texts.sort_unstable();
            texts.dedup();
        }
        self
    }

    /// The first one; an empty list has an empty text in its place.
    pub(crate) fn first(self) -> Self {
        match self {
            Self::Many(texts) => Self::One(texts.into_iter().next().unwrap_or_default()),
            other => other,
        }
    }

    /// Changes each, or drops it. Where all are dropped there is no value.
    pub(crate) fn each<E>(
        self,
        mut change: impl FnMut(Cow<'e, str>) -> Result<Option<Cow<'e, str>>, E>,
    ) -> Result<Self, E> {
        match self {
            Self::Absent => Ok(Self::Absent),
            Self::One(text) => Ok(change(text)?.map_or(Self::Absent, Self::One)),
            Self::Many(texts) if texts.is_empty() => Ok(Self::Many(texts)),
            Self::Many(texts) => {
                let changed: Result<Vec<_>, E> = texts
                    .into_iter()
                    .filter_map(|text| change(text).transpose())
                    .collect();
                Ok(match changed? {
                    changed if changed.is_empty() => Self::Absent,
                    changed => Self::Many(changed),
                })
            }
        }
    }
}
