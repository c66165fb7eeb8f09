//! Where the entries of one search go, straight from the wire.

use super::ber::{Element, first};
use super::block::{Entries, Packer};
use super::names::{Columns, Found};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::Notify;

/// `SET OF`, which holds an attribute's values.
const SET: u8 = 0x31;
const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is packed.
    Packed,
    /// Some of its values have to be fetched: that is not done here.
    NotHere,
    /// It breaks the protocol.
    Broken,
}

/// Entries of one search, packed as they come.
pub(super) struct Sink {
    columns: Columns,
    width: usize,
    packer: Packer,
    full: VecDeque<Entries>,
    entries: u64,
    news: Arc<Notify>,
}

impl Sink {
    pub fn new(columns: Columns, names: Arc<[String]>) -> Self {
        Self {
            columns,
            width: names.len(),
            packer: Packer::new(names),
            full: VecDeque::new(),
            entries: 0,
            news: Arc::default(),
        }
    }

    /// Told whenever a block is full.
    pub fn news(&self) -> Arc<Notify> {
        self.news.clone()
    }

    /// Number of entries taken so far.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// A full block.
    pub fn pop(&mut self) -> Option<Entries> {
        self.full.pop_front()
    }

    /// What is packed so far, full or not.
    pub fn take(&mut self) -> Entries {
        self.packer.take()
    }

    /// Packs an entry: `SEQUENCE { name, SEQUENCE OF { type, SET OF value } }`
    /// without its tag.
    pub fn entry(&mut self, body: &[u8]) -> Taken {
        let taken = self.packed(body);
        match taken {
            Some(true) => {
                self.entries += 1;
                Taken::Packed
            }
            Some(false) => Taken::NotHere,
            None => Taken::Broken,
        }
    }

    fn packed(&mut self, body: &[u8]) -> Option<bool> {
        let dn = of_kind(OCTETS, body)?;
        let mut attributes = of_kind(SEQUENCE, dn.rest)?.body;
        let mut cells: Vec<Option<&[u8]>> = vec![None; self.width];
        while !attributes.is_empty() {
            let attribute = of_kind(SEQUENCE, attributes)?;
            attributes = attribute.rest;
            let name = of_kind(OCTETS, attribute.body)?;
            let Some(Found { column, range }) = self.columns.find(name.body) else {
                continue;
            };
            let cell = cells.get_mut(column)?;
            if range.is_some() || cell.is_some() {
                return Some(false);
            }
            *cell = Some(of_kind(SET, name.rest)?.body);
        }
        self.packer.begin_row(dn.body);
        for (column, values) in cells.into_iter().enumerate() {
            if self.values(column, values.unwrap_or_default()).is_none() {
                self.packer.drop_row();
                return None;
            }
            self.packer.end_cell();
        }
        self.packer.end_row();
        if self.packer.is_full() {
            self.full.push_back(self.packer.take());
            self.news.notify_one();
        }
        Some(true)
    }

    fn values(&mut self, column: usize, mut values: &[u8]) -> Option<()> {
        while !values.is_empty() {
            let value = of_kind(OCTETS, values)?;
            values = value.rest;
            self.packer.value(value.body);
            if self.packer.row_is_long() {
                self.full.push_back(self.packer.cut(column));
                self.news.notify_one();
            }
        }
        Some(())
    }
}

fn of_kind(tag: u8, bytes: &[u8]) -> Option<Element<'_>> {
    first(bytes).filter(|element| element.tag == tag)
}
