//! The wanted values of one record.

use crate::Row;
use std::borrow::Cow;

/// What the slots of a selection hold, borrowed from the page where it can be.
#[derive(Debug)]
pub struct Values<'de> {
    slots: Vec<Vec<Cow<'de, str>>>,
    present: Vec<bool>,
}

impl<'de> Values<'de> {
    pub fn new(slots: usize) -> Self {
        Self {
            slots: vec![Vec::new(); slots],
            present: vec![false; slots],
        }
    }

    pub fn clear(&mut self) {
        self.slots.iter_mut().for_each(Vec::clear);
        self.present.fill(false);
    }

    pub fn push(&mut self, slot: usize, value: Cow<'de, str>) {
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.push(value);
        }
    }

    pub fn meet(&mut self, slot: usize) {
        if let Some(present) = self.present.get_mut(slot) {
            *present = true;
        }
    }

    /// What [`Values::restore`] needs to take back what comes from now on.
    pub fn mark(&self, slot: usize) -> Mark {
        Mark {
            values: self.slots.get(slot).map_or(0, Vec::len),
            is_present: self.present.get(slot).copied().unwrap_or(false),
        }
    }

    pub fn restore(&mut self, slot: usize, mark: Mark) {
        if let Some(values) = self.slots.get_mut(slot) {
            values.truncate(mark.values);
        }
        if let Some(present) = self.present.get_mut(slot) {
            *present = mark.is_present;
        }
    }
}

/// The state of a slot.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    values: usize,
    is_present: bool,
}

/// One record of a page: a person, a group, a member.
///
/// A slot is a path's place among the paths of the selection.
#[derive(Clone, Copy, Debug)]
pub struct Record<'r> {
    pub(super) values: &'r Values<'r>,
    pub(super) index: usize,
}

impl<'r> Record<'r> {
    /// The record's place on its page, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The first value of a slot.
    pub fn first(&self, slot: usize) -> Option<&'r str> {
        let values = self.values.slots.get(slot)?;
        values.first().map(AsRef::as_ref)
    }

    /// All values of a slot, in the order of the page.
    pub fn values(&self, slot: usize) -> impl ExactSizeIterator<Item = &'r str> + use<'r> {
        let values = self.values.slots.get(slot);
        values
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .map(AsRef::as_ref)
    }

    /// True if the name was there, even if its value is `null`, an object or an
    /// empty list.
    pub fn is_present(&self, slot: usize) -> bool {
        self.values.present.get(slot).copied().unwrap_or(false)
    }

    /// The JSON of a slot that was asked for with
    /// [`Builder::raw`](super::Builder::raw); `null` is none.
    pub fn raw(&self, slot: usize) -> Option<&'r str> {
        self.first(slot)
    }

    /// Copies all values of a slot to a column of a page. Go column by column:
    /// then each value is one copy.
    pub fn write(&self, row: &mut Row<'_>, column: usize, slot: usize) {
        row.values(column, self.values(slot));
    }
}
