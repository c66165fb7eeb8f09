//! Where a JSON value ends, found by its brackets and quotes alone.

use crate::input::{Input, LONGEST_RECORD};
use muster_sdk::Failure;

/// Walks over JSON text and counts its lines.
#[derive(Debug)]
pub struct Scanner {
    line: u64,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { line: 1 }
    }
}

/// How a value ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Where it should.
    Whole,
    /// It is longer than any record; what was copied is not all of it.
    TooLong,
    /// With the file.
    File,
}

impl Scanner {
    /// The next byte that is no white space; none at the end of the file.
    pub fn peek(&mut self, input: &mut Input) -> Result<Option<u8>, Failure> {
        loop {
            let rest = input.rest();
            let spaces = rest.iter().take_while(|byte| byte.is_ascii_whitespace());
            let spaces = spaces.count();
            self.take(input, spaces);
            if let Some(&byte) = input.rest().first() {
                return Ok(Some(byte));
            }
            if !input.more()? {
                return Ok(None);
            }
        }
    }

    /// Uses bytes.
    pub fn take(&mut self, input: &mut Input, count: usize) {
        let used = input.rest().get(..count).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', used).count() as u64;
        input.take(count);
    }

    /// Where the scanner is, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Passes over one value, which the next byte begins, and copies it.
    pub fn value(
        &mut self,
        input: &mut Input,
        mut copy: Option<&mut Vec<u8>>,
    ) -> Result<Ended, Failure> {
        let mut state = State::default();
        let mut too_long = false;
        loop {
            let (used, ended) = state.scan(input.rest());
            if let Some(copy) = &mut copy {
                too_long |= copy.len() + used > LONGEST_RECORD;
                if !too_long {
                    copy.extend_from_slice(input.rest().get(..used).unwrap_or_default());
                }
            }
            self.take(input, used);
            if ended {
                return Ok(if too_long {
                    Ended::TooLong
                } else {
                    Ended::Whole
                });
            }
            if !input.more()? {
                // A number or a word may end with the file.
                let is_whole = matches!(state.inside, Inside::Word);
                return Ok(if is_whole { Ended::Whole } else { Ended::File });
            }
        }
    }
}

#[derive(Default)]
struct State {
    depth: usize,
    inside: Inside,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Inside {
    /// Between tokens, or at the very beginning.
    #[default]
    Nothing,
    Text,
    /// After a backslash.
    Escape,
    /// A number, `true`, `false` or `null` that is the whole value.
    Word,
}

impl State {
    /// Scans on; says how many bytes belong to the value, and whether it ended
    /// with them.
    fn scan(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (at, &byte) in bytes.iter().enumerate() {
            match (self.inside, byte) {
                (Inside::Escape, _) => self.inside = Inside::Text,
                (Inside::Text, b'\\') => self.inside = Inside::Escape,
                (Inside::Text, b'"') => {
                    self.inside = Inside::Nothing;
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                (Inside::Text, _) => {}
                (Inside::Word, b',' | b']' | b'}' | b':') => return (at, true),
                (Inside::Word, byte) if byte.is_ascii_whitespace() => return (at, true),
                (Inside::Word, _) => {}
                (Inside::Nothing, b'"') => self.inside = Inside::Text,
                (Inside::Nothing, b'{' | b'[') => self.depth += 1,
                (Inside::Nothing, b'}' | b']') => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                (Inside::Nothing, _) if self.depth == 0 => self.inside = Inside::Word,
                (Inside::Nothing, _) => {}
            }
        }
        (bytes.len(), false)
    }
}
