//! Lines of a text file, with their numbers.

use crate::input::{Input, LONGEST_RECORD};
use muster_sdk::Failure;

/// Finds line after line; the line itself is in the buffer that is passed.
#[derive(Debug, Default)]
pub struct Lines {
    /// Number of the line that was found last.
    number: u64,
}

/// How a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// With a line break.
    Ended,
    /// With the file.
    Last,
    /// It is longer than any record; the rest of it was skipped.
    TooLong,
}

impl Lines {
    /// Appends the next line to `out`, without its break; `None` at the end.
    pub fn next(&mut self, input: &mut Input, out: &mut Vec<u8>) -> Result<Option<Line>, Failure> {
        let start = out.len();
        let mut too_long = false;
        loop {
            let found = memchr::memchr(b'\n', input.rest());
            let piece = found.unwrap_or(input.rest().len());
            if out.len() - start + piece > LONGEST_RECORD {
                too_long = true;
            }
            if !too_long {
                out.extend_from_slice(input.rest().get(..piece).unwrap_or_default());
            }
            if found.is_some() {
                input.take(piece + 1);
                return Ok(Some(self.ended(Line::Ended, too_long, out, start)));
            }
            input.take(piece);
            if !input.more()? {
                let nothing = out.len() == start && !too_long;
                return Ok((!nothing).then(|| self.ended(Line::Last, too_long, out, start)));
            }
        }
    }

    fn ended(&mut self, line: Line, too_long: bool, out: &mut Vec<u8>, start: usize) -> Line {
        self.number += 1;
        if out.len() > start && out.last() == Some(&b'\r') {
            out.pop();
        }
        if too_long { Line::TooLong } else { line }
    }

    /// Number of the line that was found last, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::encoding::Encoding;
    use crate::input::tests::chunked;

    fn lines(text: &[u8], chunk: usize) -> Vec<(String, Line, u64)> {
        let mut input = chunked(text, chunk, Encoding::Utf8);
        let mut lines = Lines::default();
        let mut all = Vec::new();
        loop {
            let mut line = Vec::new();
            let Some(end) = lines.next(&mut input, &mut line).unwrap() else {
                return all;
            };
            all.push((String::from_utf8(line).unwrap(), end, lines.number()));
        }
    }

    #[test]
    fn lines_end_with_either_break_or_the_file() {
        for chunk in 1..8 {
            assert_eq!(
                lines(b"a\r\n\nb\nc", chunk),
                [
                    ("a".into(), Line::Ended, 1),
                    (String::new(), Line::Ended, 2),
                    ("b".into(), Line::Ended, 3),
                    ("c".into(), Line::Last, 4),
                ]
            );
        }
        assert_eq!(lines(b"", 1), []);
    }

    #[test]
    fn an_endless_line_does_not_fill_the_memory() {
        let mut text = vec![b'x'; LONGEST_RECORD + 1];
        text.extend_from_slice(b"\nshort\n");
        let found = lines(&text, 64 * 1024);
        assert_eq!(
            found
                .first()
                .map(|(line, end, _)| (line.len() < LONGEST_RECORD + 1, *end)),
            Some((true, Line::TooLong))
        );
        assert_eq!(found.get(1), Some(&("short".into(), Line::Ended, 2)));
    }
}
