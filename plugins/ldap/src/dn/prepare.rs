//! Prepares values for comparison: RFC 4518 in what matters for names.

use super::Matching;
use super::split::Value;
use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;

/// Writes a value so that equal values give equal bytes.
pub fn write(value: Value<'_>, matching: Matching, out: &mut Vec<u8>) {
    match (value, matching) {
        (Value::Encoded(bytes), _) => {
            // Two bytes that no UTF-8 text has: nothing else gives these.
            out.extend_from_slice(&[0xff, b'#']);
            out.extend(bytes);
        }
        (Value::Text(bytes), Matching::Octets) => out.extend_from_slice(&bytes),
        (Value::Text(bytes), _) if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) => {
            fold_spaces(bytes.iter().copied(), matching, out);
        }
        (Value::Text(bytes), _) => match std::str::from_utf8(&bytes) {
            Ok(text) => {
                let prepared = unicode(text, matching);
                fold_spaces(prepared.bytes(), Matching::CaseExact, out);
            }
            Err(_) => out.extend_from_slice(&bytes),
        },
    }
}

/// Drops spaces at both ends and makes one of several in the middle.
fn fold_spaces(bytes: impl Iterator<Item = u8>, matching: Matching, out: &mut Vec<u8>) {
    let mut space = false;
    let start = out.len();
    for byte in bytes {
        if byte == b' ' {
            space = true;
            continue;
        }
        if space && out.len() > start {
            out.push(b' ');
        }
        space = false;
        out.push(match matching {
            Matching::CaseIgnore => byte.to_ascii_lowercase(),
            Matching::CaseExact | Matching::Octets => byte,
        });
    }
    if out.len() == start {
        out.push(b' ');
    }
}

fn unicode(text: &str, matching: Matching) -> String {
    let mapped: String = text.chars().filter_map(map).collect();
    match matching {
        Matching::CaseIgnore => {
            // Folding can undo normalisation and the other way round.
            let once: String = default_case_fold_str(&mapped).nfkc().collect();
            default_case_fold_str(&once).nfkc().collect()
        }
        Matching::CaseExact | Matching::Octets => mapped.nfkc().collect(),
    }
}

/// RFC 4518 2.2: what counts as a space, and what counts as nothing.
fn map(char: char) -> Option<char> {
    match char {
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{ad}' | '\u{34f}' | '\u{1806}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' => {
            None
        }
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2063}' | '\u{206a}'..='\u{206f}' => None,
        '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' => None,
        _ if char.is_whitespace() => Some(' '),
        _ if char.is_control() => None,
        _ => Some(char),
    }
}
