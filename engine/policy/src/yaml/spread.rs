//! Where each letter of a scalar's value stands in the file.

use super::tree::{Scalar, Style};
use std::ops::Range;

/// Maps bytes of a scalar's value to bytes of the file, so that an error
/// inside an expression points at the right column, whatever the quoting.
#[derive(Debug)]
pub(crate) struct Spread {
    /// Where the letter of each byte of the value begins and ends, and the place
    /// behind them all.
    places: Vec<(usize, usize)>,
}

impl Spread {
    /// Walks value and source side by side.
    pub(crate) fn of(scalar: &Scalar, span: &Range<usize>, text: &str) -> Self {
        let mut walk = Walk {
            text: text.get(..span.end).unwrap_or(text),
            at: span.start,
            style: scalar.style,
        };
        if matches!(scalar.style, Style::Single | Style::Double) {
            walk.at += 1;
        }
        let mut places = Vec::with_capacity(scalar.text.len() + 1);
        for letter in scalar.text.chars() {
            let place = walk.step(letter);
            places.extend(std::iter::repeat_n((place, walk.at), letter.len_utf8()));
        }
        places.push((walk.at, walk.at));
        Self { places }
    }

    /// The file's bytes for a range of the value's bytes.
    pub(crate) fn range(&self, range: Range<usize>) -> Range<usize> {
        let last = self.places.last().copied().unwrap_or_default();
        let place = |at: usize| self.places.get(at).copied().unwrap_or(last);
        let (start, _) = place(range.start);
        match range.end.checked_sub(1) {
            Some(end) if range.end > range.start => start..place(end).1.max(start),
            _ => start..start,
        }
    }
}

struct Walk<'t> {
    text: &'t str,
    at: usize,
    style: Style,
}

impl Walk<'_> {
    fn here(&self) -> Option<char> {
        self.text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
    }

    /// Finds the place of the value's next letter and goes past it.
    fn step(&mut self, letter: char) -> usize {
        if !letter.is_whitespace() {
            self.skip_white();
        }
        let place = self.at;
        match self.here() {
            Some('\\') if self.style == Style::Double => self.at += self.escape(),
            Some('\'') if self.style == Style::Single => self.at += 2,
            Some(here) if here == letter => self.at += here.len_utf8(),
            // A line break that was folded into a space, or the other way.
            Some(here) if here.is_whitespace() && letter.is_whitespace() => {
                self.at += here.len_utf8();
                if here == '\r' && self.here() == Some('\n') {
                    self.at += 1;
                }
            }
            _ => {}
        }
        place
    }

    /// Indentation and folded breaks have no letter in the value.
    fn skip_white(&mut self) {
        while let Some(here) = self.here() {
            if here.is_whitespace() {
                self.at += here.len_utf8();
            } else if self.style == Style::Double && self.continues() {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// A backslash at the end of a line joins it with the next.
    fn continues(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        rest.starts_with("\\\n") || rest.starts_with("\\\r")
    }

    /// Length of the escape sequence at this place.
    fn escape(&self) -> usize {
        let rest = self.text.get(self.at + 1..).unwrap_or("");
        match rest.chars().next() {
            Some('x') => 4,
            Some('u') => 6,
            Some('U') => 10,
            Some(other) => 1 + other.len_utf8(),
            None => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::super::tree::Kind;
    use super::*;
    use crate::source::Source;

    /// Checks that the `@` of the value is found at the `@` of the text.
    fn check(text: &str) {
        let mut source = Source::new("p.yaml", text);
        let root = super::super::read(&mut source).unwrap();
        let Kind::Map(entries) = &root.kind else {
            panic!("no mapping")
        };
        let value = &entries.first().unwrap().value;
        let Kind::Scalar(scalar) = &value.kind else {
            panic!("no scalar")
        };
        let spread = Spread::of(scalar, &value.span, text);
        let at = scalar.text.find('@').unwrap();
        let found = spread.range(at..at + 1);
        assert_eq!(text.get(found), Some("@"), "{text}");
    }

    #[test]
    fn an_escape_is_one_letter() {
        let text = "a: \"x == \\\"y\\\"\"\n";
        let scalar = Scalar {
            text: "x == \"y\"".to_owned(),
            style: Style::Double,
            origin: crate::yaml::Origin::File,
        };
        let spread = Spread::of(&scalar, &(3..text.len() - 1), text);
        assert_eq!(text.get(spread.range(5..8)), Some("\\\"y\\\""));
    }

    #[test]
    fn every_style_leads_back_to_its_place() {
        check("a: x @ y\n");
        check("a: x\n   more @ y\n");
        check("a: 'it''s @ y'\n");
        check("a: 'it''s\n\n   folded @ y'\n");
        check("a: \"tab\\t\\u00e9\\x41 @\"\n");
        check("a: \"one \\\n    two @\"\n");
        check("a: |\n  one\n    two @\n");
        check("a: |-\r\n  one\r\n    two @\r\n");
        check("a: >\n  one\n  two\n\n  three @\n");
        check("a: {b: c}\n".replace("{b: c}", "é @").as_str());
        check("\u{feff}a: é @\n");
    }
}
