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
}

/// Characters of the bytes 0x80 to 0x9F in Windows-1252; five are unassigned
/// and stay control characters.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Encoding {
    /// Appends `bytes` to `out` as UTF-8. Bytes that claim to be UTF-8 already
    /// are passed on unchecked: the record that they are in is checked later.
    pub fn append(self, bytes: &[u8], out: &mut Vec<u8>) {
        if self == Self::Utf8 {
            out.extend_from_slice(bytes);
            return;
        }
        let mut utf8 = [0; 4];
        for &byte in bytes {
            out.extend_from_slice(self.character(byte).encode_utf8(&mut utf8).as_bytes());
        }
    }

    fn character(self, byte: u8) -> char {
        let special = byte.checked_sub(0x80).map(usize::from);
        match (self, special.and_then(|at| WINDOWS_1252.get(at))) {
            (Self::Windows1252, Some(&character)) => character,
            _ => char::from(byte),
        }
    }
}

/// Which Unicode encoding other than UTF-8 the first bytes of a file betray.
pub fn foreign(start: &[u8]) -> Option<&'static str> {
    match start {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [0, first, ..] | [first, 0, ..] if *first != 0 => Some("UTF-16"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn decoded(encoding: Encoding, bytes: &[u8]) -> String {
        let mut out = Vec::new();
        encoding.append(bytes, &mut out);
        String::from_utf8(out).unwrap()
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
        assert_eq!(foreign(b"\xff\xfei\0d\0"), Some("UTF-16"));
        assert_eq!(foreign(b"\0i\0d"), Some("UTF-16"));
        assert_eq!(foreign(b"i\0d\0"), Some("UTF-16"));
        assert_eq!(foreign(b"\xff\xfe\0\0"), Some("UTF-32"));
        assert_eq!(foreign(b"\xef\xbb\xbfid"), None);
        assert_eq!(foreign(b"id"), None);
        assert_eq!(foreign(b""), None);
    }
}
