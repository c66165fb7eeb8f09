//! Entries of a refresh (RFC 4533), with what the server says of each.
//!
//! They come through the ldap crate, not off the wire: what is said of them
//! stands in a control, and there are few.

use super::block::{Entries, IdSet, Packer, State};
use super::controls::{Info, info, state};
use super::names::Columns;
use ldap3::asn1::{PL, StructureTag};
use ldap3::controls::Control;
use std::collections::VecDeque;
use std::sync::Arc;

/// Octets of ids after which a block is handed on.
const IDS: usize = 1 << 20;

/// Packs what a refresh sends.
pub(super) struct Refresh {
    columns: Columns,
    width: usize,
    packer: Packer,
    states: Vec<State>,
    sets: Vec<IdSet>,
    ids: usize,
    full: VecDeque<Entries>,
    pub cookie: Option<Vec<u8>>,
    /// A present phase was completed before the end.
    pub present_done: bool,
}

impl Refresh {
    pub fn new(columns: Columns, names: Arc<[String]>) -> Self {
        Self {
            columns,
            width: names.len(),
            packer: Packer::new(names),
            states: Vec::new(),
            sets: Vec::new(),
            ids: 0,
            full: VecDeque::new(),
            cookie: None,
            present_done: false,
        }
    }

    /// Packs an entry; an error says what is wrong with it.
    pub fn entry(&mut self, entry: StructureTag, controls: &[Control]) -> Result<(), &'static str> {
        let (state, cookie) = state(controls).ok_or("an entry of a refresh without its state")?;
        self.cookie = cookie.or(self.cookie.take());
        let (dn, attributes) = pair(entry).ok_or("an entry without a name")?;
        let mut cells: Vec<Vec<StructureTag>> = (0..self.width).map(|_| Vec::new()).collect();
        for (name, values) in attributes.into_iter().filter_map(pair) {
            let Some(found) = self.columns.find(&name) else {
                continue;
            };
            if found.range.is_some() {
                return Err("a part of an attribute's values in a refresh");
            }
            if let Some(cell) = cells.get_mut(found.column) {
                cell.extend(values);
            }
        }
        self.packer.begin_row(&dn);
        for (column, values) in cells.into_iter().enumerate() {
            for value in values {
                let PL::P(bytes) = value.payload else {
                    self.packer.drop_row();
                    return Err("an attribute's value that is not a string of octets");
                };
                self.packer.value(&bytes);
                if self.packer.row_is_long() {
                    self.states.push(state);
                    let part = self.packer.cut(column);
                    self.hand_on(part);
                }
            }
            self.packer.end_cell();
        }
        self.packer.end_row();
        self.states.push(state);
        if self.packer.is_full() {
            let block = self.packer.take();
            self.hand_on(block);
        }
        Ok(())
    }

    /// Takes what the server says between entries.
    pub fn info(&mut self, message: StructureTag) -> Result<(), &'static str> {
        const WRONG: &str = "an intermediate message that makes no sense";
        let PL::C(parts) = message.payload else {
            return Err(WRONG);
        };
        let (mut name, mut value) = (Vec::new(), Vec::new());
        for part in parts {
            match (part.id, part.payload) {
                (0, PL::P(bytes)) => name = bytes,
                (1, PL::P(bytes)) => value = bytes,
                _ => return Err(WRONG),
            }
        }
        let cookie = match info(&name, &value).ok_or(WRONG)? {
            Info::Other => None,
            Info::Cookie(cookie) => cookie,
            Info::PresentDone(cookie) => {
                self.present_done = true;
                cookie
            }
            Info::Ids(cookie, set) => {
                self.ids += set.uuids.len();
                self.sets.push(set);
                if self.ids >= IDS {
                    let block = self.packer.take();
                    self.hand_on(block);
                }
                cookie
            }
        };
        self.cookie = cookie.or(self.cookie.take());
        Ok(())
    }

    fn hand_on(&mut self, block: Entries) {
        let block = self.dress(block);
        self.full.push_back(block);
    }

    fn dress(&mut self, mut block: Entries) -> Entries {
        block.states = std::mem::take(&mut self.states);
        block.sets = std::mem::take(&mut self.sets);
        self.ids = 0;
        block
    }

    /// A full block.
    pub fn pop(&mut self) -> Option<Entries> {
        self.full.pop_front()
    }

    /// What is packed so far, full or not.
    pub fn take(&mut self) -> Entries {
        let block = self.packer.take();
        self.dress(block)
    }
}

/// Takes apart a sequence of a string of octets and a list.
pub(super) fn pair(tag: StructureTag) -> Option<(Vec<u8>, Vec<StructureTag>)> {
    let PL::C(parts) = tag.payload else {
        return None;
    };
    let mut parts = parts.into_iter();
    match (parts.next()?.payload, parts.next()?.payload) {
        (PL::P(name), PL::C(list)) => Some((name, list)),
        _ => None,
    }
}
