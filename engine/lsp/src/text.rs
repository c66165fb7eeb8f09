//! A document's text, edited as its client edits it, with positions as its client
//! counts them.

use lsp_types::{Position, PositionEncodingKind, Range as Span, TextDocumentContentChangeEvent};
use std::ops::Range;

/// How a client counts columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// In bytes.
    Utf8,
    /// In units of UTF-16, of which an emoji has two: what every client can.
    #[default]
    Utf16,
}

impl Encoding {
    /// The cheapest one that a client knows.
    pub fn of(offered: &[PositionEncodingKind]) -> Self {
        match offered.contains(&PositionEncodingKind::UTF8) {
            true => Self::Utf8,
            false => Self::Utf16,
        }
    }

    /// As the protocol calls it.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn units(self, letter: char) -> usize {
        match self {
            Self::Utf8 => letter.len_utf8(),
            Self::Utf16 => letter.len_utf16(),
        }
    }
}

/// A text with the beginnings of its lines. Lines end as the protocol says: with
/// `\n`, `\r\n`, or `\r`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    text: String,
    starts: Vec<usize>,
}

impl Text {
    /// Takes a text.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            starts: starts(&text),
            text,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The byte at a position. A position behind the end of its line is that end,
    /// as the protocol says, and one within a letter is the letter's beginning.
    pub fn offset(&self, at: Position, encoding: Encoding) -> usize {
        let line = at.line as usize;
        let Some(&start) = self.starts.get(line) else {
            return self.text.len();
        };
        let mut left = at.character as usize;
        let mut offset = start;
        for letter in self.line(line).chars() {
            let units = encoding.units(letter);
            if left < units {
                break;
            }
            left -= units;
            offset += letter.len_utf8();
        }
        offset
    }

    /// The position of a byte.
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|&start| start <= offset);
        let line = line.saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let letters = self.line(line).char_indices();
        let before = letters.take_while(|(at, letter)| start + at + letter.len_utf8() <= offset);
        let units: usize = before.map(|(_, letter)| encoding.units(letter)).sum();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Position::new(number(line), number(units))
    }

    /// The positions of some bytes.
    pub fn span(&self, bytes: Range<usize>, encoding: Encoding) -> Span {
        Span {
            start: self.position(bytes.start, encoding),
            end: self.position(bytes.end.max(bytes.start), encoding),
        }
    }

    /// Makes an edit of the client's.
    pub fn edit(&mut self, change: &TextDocumentContentChangeEvent, encoding: Encoding) {
        match change.range {
            None => self.text.clone_from(&change.text),
            Some(range) => {
                let start = self.offset(range.start, encoding);
                let end = self.offset(range.end, encoding).max(start);
                self.text.replace_range(start..end, &change.text);
            }
        }
        self.starts = starts(&self.text);
    }

    /// A line without its break.
    fn line(&self, line: usize) -> &str {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line + 1).copied();
        let whole = self.text.get(start..end.unwrap_or(self.text.len()));
        let whole = whole.unwrap_or("");
        match end {
            None => whole,
            Some(_) => whole
                .strip_suffix("\r\n")
                .or_else(|| whole.strip_suffix(['\n', '\r']))
                .unwrap_or(whole),
        }
    }
}

fn starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate().filter(|&(at, &byte)| {
        byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
    });
    let after = ends.map(|(at, _)| at + 1);
    std::iter::once(0).chain(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: u32, character: u32) -> Position {
        Position::new(line, character)
    }

    #[test]
    fn letters_of_all_lengths_are_counted() {
        let text = Text::new("aé😀b\r\nx\ry\n");
        for (offset, utf16, utf8) in [
            (0, at(0, 0), at(0, 0)),
            (1, at(0, 1), at(0, 1)),
            (3, at(0, 2), at(0, 3)),
            (7, at(0, 4), at(0, 7)),
            (8, at(0, 5), at(0, 8)),
            (10, at(1, 0), at(1, 0)),
            (12, at(2, 0), at(2, 0)),
            (14, at(3, 0), at(3, 0)),
        ] {
            assert_eq!(text.position(offset, Encoding::Utf16), utf16, "{offset}");
            assert_eq!(text.position(offset, Encoding::Utf8), utf8, "{offset}");
            assert_eq!(text.offset(utf16, Encoding::Utf16), offset);
            assert_eq!(text.offset(utf8, Encoding::Utf8), offset);
        }
        // Half an emoji, half an é, behind the line, behind the text.
        assert_eq!(text.offset(at(0, 3), Encoding::Utf16), 3);
        assert_eq!(text.offset(at(0, 2), Encoding::Utf8), 1);
        assert_eq!(text.offset(at(0, 99), Encoding::Utf16), 8);
        assert_eq!(text.offset(at(9, 0), Encoding::Utf16), 14);
        // The second byte of the line's end belongs to the line.
        assert_eq!(text.position(9, Encoding::Utf16), at(0, 5));
    }

    fn change(range: Option<Span>, text: &str) -> TextDocumentContentChangeEvent {
        TextDocumentContentChangeEvent {
            range,
            range_length: None,
            text: text.to_owned(),
        }
    }

    #[test]
    fn edits_are_made_where_the_client_means() {
        let mut text = Text::new("a: 😀\r\nb: 2\r\n");
        let edit = |text: &mut Text, from, to, new| {
            text.edit(&change(Some(Span::new(from, to)), new), Encoding::Utf16);
        };
        edit(&mut text, at(0, 5), at(0, 5), "!");
        assert_eq!(text.as_str(), "a: 😀!\r\nb: 2\r\n");
        edit(&mut text, at(0, 3), at(0, 5), "é");
        assert_eq!(text.as_str(), "a: é!\r\nb: 2\r\n");
        edit(&mut text, at(0, 5), at(1, 0), "");
        assert_eq!(text.as_str(), "a: é!b: 2\r\n");
        edit(&mut text, at(7, 0), at(8, 0), "c");
        assert_eq!(text.as_str(), "a: é!b: 2\r\nc");
        text.edit(&change(None, "x"), Encoding::Utf16);
        assert_eq!(text, Text::new("x"));
    }

    proptest! {
        #[test]
        fn a_position_leads_back_to_its_byte(text in "[a-z😀é\r\n ]{0,40}") {
            let text = Text::new(text);
            for encoding in [Encoding::Utf8, Encoding::Utf16] {
                for (offset, _) in text.as_str().char_indices() {
                    let inside_break = text.as_str().get(..offset + 1).is_some_and(|before| {
                        before.ends_with("\r\n")
                    });
                    let position = text.position(offset, encoding);
                    if !inside_break {
                        prop_assert_eq!(text.offset(position, encoding), offset);
                    }
                }
            }
        }

        #[test]
        fn no_edit_is_too_odd(
            text in "[a😀é\r\n]{0,12}",
            new in "[b😀\n]{0,3}",
            places in [0..6_u32, 0..9, 0..6, 0..9],
        ) {
            let mut text = Text::new(text);
            let [line, column, to_line, to_column] = places;
            let range = Span::new(at(line, column), at(to_line, to_column));
            text.edit(&change(Some(range), &new), Encoding::Utf16);
            prop_assert_eq!(&text, &Text::new(text.as_str()));
            prop_assert!(text.as_str().contains(&new));
        }
    }
}
