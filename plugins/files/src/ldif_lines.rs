//! The logical lines of an LDIF file: folded ones are put together again.

use crate::input::{Input, LONGEST_RECORD};
use crate::lines::{Line, Lines};
use muster_sdk::Failure;

/// Finds line after line; reads one physical line ahead to see whether it
/// continues the last.
#[derive(Debug, Default)]
pub struct LdifLines {
    lines: Lines,
    text: Vec<u8>,
    number: u64,
    ahead: Vec<u8>,
    ahead_end: Option<Line>,
    too_long: bool,
}

/// What the next logical line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logical {
    /// Something to read.
    Text,
    /// The same, but the file ends before the line does.
    Torn,
    /// A line that begins with `#`, with all its continuations.
    Comment,
    /// A line with nothing in it: records end here.
    Empty,
    /// The end of the file.
    End,
}

impl LdifLines {
    /// Finds the next logical line.
    pub fn next(&mut self, input: &mut Input) -> Result<Logical, Failure> {
        self.text.clear();
        let first = match self.ahead_end.take() {
            Some(end) => {
                std::mem::swap(&mut self.text, &mut self.ahead);
                Some(end)
            }
            None => self.lines.next(input, &mut self.text)?,
        };
        let Some(first) = first else {
            return Ok(Logical::End);
        };
        self.number = self.lines.number();
        if self.text.is_empty() {
            return Ok(Logical::Empty);
        }
        self.too_long = false;
        let last = self.unfold(first, input)?;
        Ok(match self.text.first() {
            Some(b'#') => Logical::Comment,
            _ if last == Line::Last => Logical::Torn,
            _ => Logical::Text,
        })
    }

    /// Appends the lines that continue this one; gives the end of the last.
    fn unfold(&mut self, first: Line, input: &mut Input) -> Result<Line, Failure> {
        let mut end = first;
        loop {
            self.too_long |= end == Line::TooLong;
            if end == Line::Last {
                return Ok(end);
            }
            self.ahead.clear();
            let Some(next) = self.lines.next(input, &mut self.ahead)? else {
                return Ok(end);
            };
            let Some((b' ', more)) = self.ahead.split_first() else {
                self.ahead_end = Some(next);
                return Ok(end);
            };
            if self.text.len() + more.len() > LONGEST_RECORD {
                self.too_long = true;
            } else {
                self.text.extend_from_slice(more);
            }
            end = next;
        }
    }

    /// The line that was found last, without its folds and breaks.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where it begins, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// True if a part of it had to be left out.
    pub fn is_too_long(&self) -> bool {
        self.too_long
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::encoding::Encoding;
    use crate::input::tests::chunked;

    fn logical(text: &str) -> Vec<(Logical, String, u64)> {
        let mut input = chunked(text.as_bytes(), 3, Encoding::Utf8);
        let mut lines = LdifLines::default();
        let mut all = Vec::new();
        loop {
            let kind = lines.next(&mut input).unwrap();
            if kind == Logical::End {
                return all;
            }
            let text = String::from_utf8(lines.text().to_vec()).unwrap();
            all.push((kind, text, lines.number()));
        }
    }

    #[test]
    fn folds_are_undone_in_comments_too() {
        assert_eq!(
            logical("dn: cn=a\n ,dc=b\n  c\r\n# no\n  te\n\n\ncn: a\n"),
            [
                (Logical::Text, "dn: cn=a,dc=b c".into(), 1),
                (Logical::Comment, "# no te".into(), 4),
                (Logical::Empty, String::new(), 6),
                (Logical::Empty, String::new(), 7),
                (Logical::Text, "cn: a".into(), 8),
            ]
        );
    }

    #[test]
    fn a_last_line_without_a_break_is_torn() {
        assert_eq!(logical("cn: a"), [(Logical::Torn, "cn: a".into(), 1)]);
        assert_eq!(logical("cn: a\n b"), [(Logical::Torn, "cn: ab".into(), 1)]);
        assert_eq!(logical("# end"), [(Logical::Comment, "# end".into(), 1)]);
        assert_eq!(logical("cn: a\n"), [(Logical::Text, "cn: a".into(), 1)]);
    }
}
