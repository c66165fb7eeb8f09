//! Bytes of the file's encoding to UTF-8.

use serde::Deserialize;

/// How the file writes its characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1: one byte a character.
    #[serde(rename = "latin1")]
    Latin1,
    /// What Windows calls ANSI in western Europe: one byte a character.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// UTF-16, the low byte first: what Windows calls Unicode.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, the high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

/// Characters of the bytes 0x80 to 0x9F in Windows-1252; five are unassigned
/// and stay control characters.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Turns bytes into UTF-8, chunk by chunk.
#[derive(Debug)]
pub struct Decoder {
    encoding: Encoding,
    /// The first byte of a UTF-16 unit whose second one is in the next chunk.
    odd: Option<u8>,
    /// The first half of a pair of UTF-16 units.
    high: Option<u16>,
}

/// In place of what is no character. It is no UTF-8 either, so that the record
/// that it is in is found broken.
const INVALID: u8 = 0xff;

impl Decoder {
    /// Begins at the first byte.
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            odd: None,
            high: None,
        }
    }

    /// Appends `bytes` to `out` as UTF-8. Bytes that claim to be UTF-8 already
    /// are passed on unchecked: the record that they are in is checked later.
    pub fn append(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match self.encoding {
            Encoding::Utf8 => out.extend_from_slice(bytes),
            Encoding::Latin1 | Encoding::Windows1252 => {
                let mut utf8 = [0; 4];
                for &byte in bytes {
                    let character = self.encoding.character(byte);
                    out.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
                }
            }
            Encoding::Utf16Le | Encoding::Utf16Be => {
                for &byte in bytes {
                    match self.odd.take() {
                        None => self.odd = Some(byte),
                        Some(first) if self.encoding == Encoding::Utf16Le => {
                            self.unit(u16::from_le_bytes([first, byte]), out);
                        }
                        Some(first) => self.unit(u16::from_be_bytes([first, byte]), out),
                    }
                }
            }
        }
    }

    /// Says that nothing follows: half a character is none.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if self.odd.take().is_some() || self.high.take().is_some() {
            out.push(INVALID);
        }
    }

    fn unit(&mut self, unit: u16, out: &mut Vec<u8>) {
        let mut utf8 = [0; 4];
        let is_low = matches!(unit, 0xdc00..=0xdfff);
        let decoded = match self.high.take() {
            Some(high) if is_low => char::decode_utf16([high, unit]).next(),
            Some(_) => {
                out.push(INVALID);
                return self.unit(unit, out);
            }
            None if matches!(unit, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return;
            }
            None => char::decode_utf16([unit]).next(),
        };
        match decoded {
            Some(Ok(character)) => {
                out.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
            }
            _ => out.push(INVALID),
        }
    }
}

impl Encoding {
    fn character(self, byte: u8) -> char {
        let special = byte.checked_sub(0x80).map(usize::from);
        match (self, special.and_then(|at| WINDOWS_1252.get(at))) {
            (Self::Windows1252, Some(&character)) => character,
            _ => char::from(byte),
        }
    }

    /// What the first bytes of a file say: a byte order mark tells more than
    /// what somebody declared. Also how long the mark is.
    pub fn marked(start: &[u8]) -> Option<(Self, usize)> {
        match start {
            [0xff, 0xfe, 0, 0, ..] => None,
            [0xff, 0xfe, ..] => Some((Self::Utf16Le, 2)),
            [0xfe, 0xff, ..] => Some((Self::Utf16Be, 2)),
            [0xef, 0xbb, 0xbf, ..] => Some((Self::Utf8, 3)),
            _ => None,
        }
    }
}

/// Which Unicode encoding other than UTF-8 the first bytes of a file betray that
/// has no mark.
pub fn foreign(start: &[u8]) -> Option<&'static str> {
    match start {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0, first, ..] if *first != 0 => Some("UTF-16BE"),
        [first, 0, ..] if *first != 0 => Some("UTF-16LE"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bytes(encoding: Encoding, bytes: &[u8], chunk: usize) -> Vec<u8> {
        let (mut decoder, mut out) = (Decoder::new(encoding), Vec::new());
        for chunk in bytes.chunks(chunk) {
            decoder.append(chunk, &mut out);
        }
        decoder.finish(&mut out);
        out
    }

    fn decoded(encoding: Encoding, text: &[u8]) -> String {
        String::from_utf8(bytes(encoding, text, 100)).unwrap()
    }

    #[test]
    fn utf_16_is_decoded_wherever_it_is_cut() {
        let text = "Jürgen 😀, 李";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for chunk in 1..7 {
            assert_eq!(bytes(Encoding::Utf16Le, &little, chunk), text.as_bytes());
            assert_eq!(bytes(Encoding::Utf16Be, &big, chunk), text.as_bytes());
        }
    }

    #[test]
    fn half_characters_are_no_text() {
        for broken in [&b"a\0\0\xd8"[..], b"a\0\0\xd8b\0", b"a\0\0\xdcb\0", b"a\0b"] {
            let out = bytes(Encoding::Utf16Le, broken, 1);
            assert!(String::from_utf8(out).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn marks_are_known() {
        let marked = |start: &[u8]| Encoding::marked(start);
        assert_eq!(marked(b"\xff\xfei\0"), Some((Encoding::Utf16Le, 2)));
        assert_eq!(marked(b"\xfe\xff\0i"), Some((Encoding::Utf16Be, 2)));
        assert_eq!(marked(b"\xef\xbb\xbfid"), Some((Encoding::Utf8, 3)));
        assert_eq!(marked(b"\xff\xfe\0\0"), None);
        assert_eq!(marked(b"id"), None);
    }

    #[test]
    fn one_byte_encodings_become_utf8() {
        assert_eq!(decoded(Encoding::Latin1, b"S\xf8ren \x80"), "Søren \u{80}");
        assert_eq!(
            decoded(Encoding::Windows1252, b"S\xf8ren \x80\x9f\xff"),
            "Søren €Ÿÿ"
        );
        assert_eq!(decoded(Encoding::Utf8, "Søren".as_bytes()), "Søren");
    }

    #[test]
    fn other_unicode_encodings_are_recognised() {
        assert_eq!(foreign(b"\0i\0d"), Some("UTF-16BE"));
        assert_eq!(foreign(b"i\0d\0"), Some("UTF-16LE"));
        assert_eq!(foreign(b"\xff\xfe\0\0"), Some("UTF-32"));
        assert_eq!(foreign(b"\xef\xbb\xbfid"), None);
        assert_eq!(foreign(b"id"), None);
        assert_eq!(foreign(b""), None);
    }
}
