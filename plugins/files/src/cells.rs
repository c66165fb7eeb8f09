//! The values of one record that somebody asked for.

use std::ops::Range;

/// Names of columns, each once; a place in the list is a [`Slot`].
///
/// Names are compared in any letter case, as policies compare them.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    names: Vec<String>,
}

/// A place in [`Slots`].
pub type Slot = usize;

impl Slots {
    /// Returns the slot of a name, and makes one if there is none.
    pub fn add(&mut self, name: &str) -> Slot {
        self.find(name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    /// Returns the slot of a name.
    pub fn find(&self, name: &str) -> Option<Slot> {
        self.names.iter().position(|known| same_name(known, name))
    }

    /// Returns the names in the order of their slots.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the name of a slot.
    pub fn name(&self, slot: Slot) -> &str {
        self.names.get(slot).map_or("", String::as_str)
    }
}

/// True for two spellings of one name.
pub fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!a.is_ascii() && a.to_lowercase() == b.to_lowercase())
}

/// Values by slot, in one buffer that is used again from record to record.
#[derive(Debug, Default)]
pub struct Cells {
    bytes: Vec<u8>,
    values: Vec<(Slot, Range<usize>)>,
    /// Slots whose name the record has, even if there is no value.
    met: Vec<Slot>,
}

impl Cells {
    /// Forgets the record.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.values.clear();
        self.met.clear();
    }

    /// Adds a value.
    pub fn push(&mut self, slot: Slot, value: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.values.push((slot, start..self.bytes.len()));
    }

    /// Notes that the record has the name of this slot.
    pub fn meet(&mut self, slot: Slot) {
        self.met.push(slot);
    }

    /// Slots whose name the record has.
    pub fn met(&self) -> &[Slot] {
        &self.met
    }

    /// Brings the values into the order of their slots, each slot's own in the
    /// order of the record.
    pub fn sort(&mut self) {
        self.values.sort_by_key(|&(slot, _)| slot);
    }

    /// Walks the values of a slot.
    pub fn values(&self, slot: Slot) -> impl Iterator<Item = &[u8]> {
        self.values
            .iter()
            .skip_while(move |(at, _)| *at < slot)
            .take_while(move |(at, _)| *at == slot)
            .map(|(_, range)| self.bytes.get(range.clone()).unwrap_or_default())
    }

    /// Returns the first value of a slot.
    pub fn first(&self, slot: Slot) -> Option<&[u8]> {
        self.values(slot).next()
    }

    /// Keeps only values that `keep` approves of.
    pub fn retain(&mut self, keep: impl Fn(Slot, &[u8]) -> bool) {
        let bytes = &self.bytes;
        self.values
            .retain(|(slot, range)| keep(*slot, bytes.get(range.clone()).unwrap_or_default()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_by_slot() {
        let mut slots = Slots::default();
        let (mail, id) = (slots.add("mail"), slots.add("id"));
        assert_eq!(slots.add("MAIL"), mail);
        assert!(same_name("Größe", "GRÖßE") && !same_name("a", "ä"));

        let mut cells = Cells::default();
        cells.push(id, b"7");
        cells.push(mail, b"a@x");
        cells.push(mail, b"");
        cells.sort();
        assert_eq!(cells.values(mail).collect::<Vec<_>>(), [&b"a@x"[..], b""]);
        assert_eq!(cells.first(id), Some(&b"7"[..]));
        assert_eq!(cells.first(9), None);
        cells.clear();
        assert_eq!(cells.first(id), None);
    }
}
