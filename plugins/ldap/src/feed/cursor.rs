//! What is kept between two reads: where the feed stands, and who is in scope.

use super::keys::{Key, Known};
use super::{Mark, Position};
use crate::settings::Settings;
use crate::time::Millis;
use muster_sdk::{Failure, Scope};
use std::collections::BTreeSet;

/// The first octet: cursors of other versions are not read.
const VERSION: u8 = 2;

/// Largest cursor that the host keeps.
const LARGEST: usize = 64 << 10;

/// A cursor, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Digest of all that must not change from one read to the next.
    pub fingerprint: Key,
    /// Digest of the reported groups that were found.
    pub reported: Key,
    pub mark: Mark,
    /// Who was in scope, if they are few.
    pub known: Known,
    /// People whose lock may end without the server saying so.
    pub watched: BTreeSet<Key>,
}

/// Digest of the settings, the attributes and the scope.
pub fn fingerprint(settings: &Settings, attributes: &[String], scope: &Scope) -> Key {
    let text = format!("{settings:?} {attributes:?} {scope:?}");
    let mut hasher = blake3::Hasher::new_derive_key("muster ldap cursor");
    hasher.update(text.as_bytes());
    let hash = hasher.finalize();
    hash.as_bytes().first_chunk().copied().unwrap_or_default()
}

impl Cursor {
    /// Writes the cursor. Who is in scope is left out if there is no room.
    pub fn write(&self) -> Option<Vec<u8>> {
        let whole = self.octets(&self.known);
        let short = || self.octets(&Known::lost());
        let octets = if whole.len() <= LARGEST {
            whole
        } else {
            short()
        };
        (octets.len() <= LARGEST).then_some(octets)
    }

    fn octets(&self, known: &Known) -> Vec<u8> {
        let mut out = Out(vec![VERSION]);
        out.0.extend_from_slice(&self.fingerprint);
        out.0.extend_from_slice(&self.reported);
        out.text(self.mark.server.as_bytes());
        out.0.extend_from_slice(&self.mark.at.to_be_bytes());
        match &self.mark.position {
            Position::Usn(usn) => {
                out.0.push(0);
                out.0.extend_from_slice(&usn.to_be_bytes());
            }
            Position::DirSync(cookies) => {
                out.0.push(1);
                out.texts(cookies);
            }
            Position::Refresh {
                cookies,
                groups,
                content,
            } => {
                out.0.push(2);
                out.texts(cookies);
                out.0.extend_from_slice(&groups.to_be_bytes());
                out.0.extend_from_slice(&content.to_be_bytes());
            }
            Position::Timestamp => out.0.push(3),
        }
        match known.keys() {
            None => out.0.push(0),
            Some(keys) => {
                out.0.push(1);
                out.keys(keys);
            }
        }
        out.keys(&self.watched);
        out.0
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// [`muster_sdk::FailureKind::StaleCursor`] for one of another version.
    pub fn read(octets: &[u8]) -> Result<Self, Failure> {
        let other = || Failure::stale_cursor("the cursor is of another version of the plugin");
        let mut input = In(octets);
        let cursor = input.cursor().ok_or_else(other)?;
        if input.0.is_empty() {
            Ok(cursor)
        } else {
            Err(other())
        }
    }
}

struct Out(Vec<u8>);

impl Out {
    fn number(&mut self, number: usize) {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    fn text(&mut self, text: &[u8]) {
        self.number(text.len());
        self.0.extend_from_slice(text);
    }

    fn texts(&mut self, texts: &[Vec<u8>]) {
        self.number(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    fn keys(&mut self, keys: &BTreeSet<Key>) {
        self.number(keys.len());
        keys.iter().for_each(|key| self.0.extend_from_slice(key));
    }
}

struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn number(&mut self) -> Option<usize> {
        usize::try_from(u32::from_be_bytes(self.array()?)).ok()
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        let length = self.number()?;
        self.take(length).map(<[u8]>::to_vec)
    }

    fn texts(&mut self) -> Option<Vec<Vec<u8>>> {
        (0..self.number()?).map(|_| self.text()).collect()
    }

    fn keys(&mut self) -> Option<BTreeSet<Key>> {
        (0..self.number()?).map(|_| self.array()).collect()
    }

    fn cursor(&mut self) -> Option<Cursor> {
        if self.array()? != [VERSION] {
            return None;
        }
        let fingerprint = self.array()?;
        let reported = self.array()?;
        let server = String::from_utf8(self.text()?).ok()?;
        let at = Millis::from_be_bytes(self.array()?);
        let position = match self.array()? {
            [0] => Position::Usn(u64::from_be_bytes(self.array()?)),
            [1] => Position::DirSync(self.texts()?),
            [2] => Position::Refresh {
                cookies: self.texts()?,
                groups: u128::from_be_bytes(self.array()?),
                content: u128::from_be_bytes(self.array()?),
            },
            [3] => Position::Timestamp,
            _ => return None,
        };
        let known = match self.array()? {
            [0] => Known::lost(),
            [1] => Known::of(self.keys()?),
            _ => return None,
        };
        Some(Cursor {
            fingerprint,
            reported,
            mark: Mark {
                server,
                at,
                position,
            },
            known,
            watched: self.keys()?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::keys::KEPT;
    use super::*;

    fn cursor(position: Position, people: usize) -> Cursor {
        let key = |number: usize| (number as u128).to_be_bytes();
        Cursor {
            fingerprint: [9; 16],
            reported: [7; 16],
            mark: Mark {
                server: "dc1".to_owned(),
                at: -5,
                position,
            },
            known: Known::of((0..people).map(key).collect()),
            watched: BTreeSet::from([key(1)]),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let refresh = Position::Refresh {
            cookies: vec![b"a".to_vec(), vec![]],
            groups: 7,
            content: u128::MAX,
        };
        let all = [
            Position::Usn(12),
            Position::DirSync(vec![vec![1, 2]]),
            refresh,
            Position::Timestamp,
        ];
        for (people, position) in all.into_iter().enumerate() {
            let cursor = cursor(position, people);
            assert_eq!(Cursor::read(&cursor.write().unwrap()), Ok(cursor));
        }
    }

    #[test]
    fn a_cursor_fits_with_as_many_as_are_kept() {
        let full = cursor(Position::DirSync(vec![vec![0; 2000]; 3]), KEPT);
        let read = Cursor::read(&full.write().unwrap()).unwrap();
        assert!(read.known.keys().is_some());
        let large = cursor(Position::DirSync(vec![vec![0; 20_000]]), KEPT);
        assert_eq!(
            Cursor::read(&large.write().unwrap()).unwrap().known,
            Known::lost()
        );
        assert_eq!(
            cursor(Position::DirSync(vec![vec![0; 70_000]]), 0).write(),
            None
        );
    }

    #[test]
    fn nonsense_is_stale() {
        let good = cursor(Position::Usn(1), 2).write().unwrap();
        let cut = good.split_last().unwrap().1.to_vec();
        let other = [&[VERSION + 1], good.get(1..).unwrap()].concat();
        for octets in [vec![], cut, other, [good, vec![0]].concat()] {
            let failure = Cursor::read(&octets).unwrap_err();
            assert_eq!(failure.kind, muster_sdk::FailureKind::StaleCursor);
        }
    }
}
