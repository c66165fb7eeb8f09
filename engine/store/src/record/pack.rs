//! Numbers, texts and names in a row.
//!
//! Layout: text length, text, number of names, their lengths, then the stream.
//! The text begins with the names; numbers are LEB128. A text stands in the
//! stream as its length, and is the next so many bytes of the text.

use super::seal::{Kind, Unreadable, seal, unseal};
use std::collections::HashMap;

const SHORT: Unreadable = Unreadable::Content("it ends too early");

/// Writes a record.
#[derive(Default)]
pub(super) struct Packer {
    numbers: HashMap<String, u64>,
    names: Vec<u8>,
    name_lengths: Vec<u64>,
    text: Vec<u8>,
    stream: Vec<u8>,
}

impl Packer {
    pub(super) fn number(&mut self, number: u64) {
        write_number(&mut self.stream, number);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.text.extend_from_slice(text.as_bytes());
    }

    /// Appends to the text alone: its length is already in the stream.
    pub(super) fn bare_text(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    /// Writes a text that is likely to come again.
    pub(super) fn name(&mut self, name: &str) {
        let next = self.name_lengths.len() as u64;
        let number = match self.numbers.get(name) {
            Some(number) => *number,
            None => {
                self.numbers.insert(name.to_owned(), next);
                self.names.extend_from_slice(name.as_bytes());
                self.name_lengths.push(name.len() as u64);
                next
            }
        };
        self.number(number);
    }

    /// Closes the record and makes room for the next one.
    pub(super) fn finish(&mut self, kind: Kind) -> Vec<u8> {
        let size = self.names.len() + self.text.len() + self.stream.len();
        let mut out = Vec::with_capacity(size + 2 * self.name_lengths.len() + 16);
        write_number(&mut out, (self.names.len() + self.text.len()) as u64);
        out.extend_from_slice(&self.names);
        out.extend_from_slice(&self.text);
        write_number(&mut out, self.name_lengths.len() as u64);
        for length in &self.name_lengths {
            write_number(&mut out, *length);
        }
        out.extend_from_slice(&self.stream);
        self.numbers.clear();
        self.names.clear();
        self.name_lengths.clear();
        self.text.clear();
        self.stream.clear();
        seal(kind, &out)
    }
}

/// Reads a record; everything that it hands out is borrowed from it.
pub(super) struct Unpacker<'a> {
    names: Vec<&'a str>,
    text: &'a str,
    stream: &'a [u8],
}

impl<'a> Unpacker<'a> {
    pub(super) fn open(kind: Kind, record: &'a [u8]) -> Result<Self, Unreadable> {
        let mut content = unseal(kind, record)?;
        let length = read_size(&mut content)?;
        let (text, stream) = content.split_at_checked(length).ok_or(SHORT)?;
        let text = std::str::from_utf8(text).map_err(|_| Unreadable::Content("it is no UTF-8"))?;
        let mut unpacker = Self {
            names: Vec::new(),
            text,
            stream,
        };
        for _ in 0..unpacker.count()? {
            let name = unpacker.text()?;
            unpacker.names.push(name);
        }
        Ok(unpacker)
    }

    pub(super) fn number(&mut self) -> Result<u64, Unreadable> {
        read_number(&mut self.stream)
    }

    /// A number of things of which each takes a byte at least: damage cannot
    /// make a reader ask for more memory than the record has bytes.
    pub(super) fn count(&mut self) -> Result<usize, Unreadable> {
        let count = read_size(&mut self.stream)?;
        if count > self.stream.len() {
            return Err(SHORT);
        }
        Ok(count)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Unreadable> {
        let length = read_size(&mut self.stream)?;
        self.bare_text(length)
    }

    pub(super) fn bare_text(&mut self, length: usize) -> Result<&'a str, Unreadable> {
        let (text, rest) = self.text.split_at_checked(length).ok_or(SHORT)?;
        self.text = rest;
        Ok(text)
    }

    pub(super) fn name(&mut self) -> Result<&'a str, Unreadable> {
        let number = read_size(&mut self.stream)?;
        let name = self.names.get(number).copied();
        name.ok_or(Unreadable::Content("it names what it does not hold"))
    }

    /// Says that the record must end here.
    pub(super) fn close(self) -> Result<(), Unreadable> {
        if self.stream.is_empty() && self.text.is_empty() {
            Ok(())
        } else {
            Err(Unreadable::Content("it goes on after its end"))
        }
    }
}

/// Appends a number, seven bits a byte, the low ones first.
pub(super) fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number from the front.
pub(super) fn read_number(bytes: &mut &[u8]) -> Result<u64, Unreadable> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(SHORT)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Unreadable::Content("a number is too long"))
}

fn read_size(bytes: &mut &[u8]) -> Result<usize, Unreadable> {
    let number = read_number(bytes)?;
    usize::try_from(number).map_err(|_| Unreadable::Content("a length is too great"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut packer = Packer::default();
        let numbers = [
            0,
            1,
            127,
            128,
            16_383,
            16_384,
            u64::from(u32::MAX),
            u64::MAX,
        ];
        numbers.iter().for_each(|n| packer.number(*n));
        for name in ["email", "phone", "email", ""] {
            packer.name(name);
        }
        packer.text("Zoë");
        packer.text("");
        let record = packer.finish(Kind::Accounts);

        let mut unpacker = Unpacker::open(Kind::Accounts, &record).unwrap();
        for number in numbers {
            assert_eq!(unpacker.number(), Ok(number));
        }
        for name in ["email", "phone", "email", ""] {
            assert_eq!(unpacker.name(), Ok(name));
        }
        assert_eq!(unpacker.text(), Ok("Zoë"));
        assert_eq!(unpacker.text(), Ok(""));
        unpacker.close().unwrap();
    }

    #[test]
    fn a_record_that_lies_is_refused() {
        for content in [
            &[9_u8][..],
            &[0, 200, 1],
            &[1, 0xff, 0],
            &[0, 1, 5],
            &[0x80; 11],
        ] {
            let record = seal(Kind::Accounts, content);
            assert!(
                Unpacker::open(Kind::Accounts, &record).is_err(),
                "{content:?}"
            );
        }
    }
}
