//! Texts of plugins, made safe for a terminal; and texts of our own.

use std::error::Error;

/// Takes at most `max` bytes of a foreign text and replaces what could steer a
/// terminal or break a line.
pub(crate) fn tame(text: &str, max: usize) -> String {
    let cut = text.floor_char_boundary(max);
    let (head, rest) = text.split_at(cut);
    let mut tamed: String = head
        .chars()
        .map(|c| {
            if c.is_control() || is_invisible(c) {
                ' '
            } else {
                c
            }
        })
        .collect();
    if !rest.is_empty() {
        tamed.push('…');
    }
    tamed
}

/// Characters that turn the direction of a line or split it.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// An error and its causes in one line; what is said already is not said twice.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let told = error.to_string();
        if !text.contains(&told) {
            text.push_str(": ");
            text.push_str(&told);
        }
        cause = error.source();
    }
    text
}

/// Finds the name that was likely meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|&(distance, other)| distance <= 1 + name.len().min(other.len()) / 4)
        .min()
        .map(|(_, other)| other)
}

/// Writes names the way messages do: `` `a`, `b` ``.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_cannot_be_steered() {
        assert_eq!(tame("a\u{1b}[31m\nb\u{202e}c", 100), "a [31m b c");
        assert_eq!(tame("Þórður", 3), "Þ…");
    }

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_none() {
        let known = ["path", "format", "separator"];
        assert_eq!(nearest("seperator", known), Some("separator"));
        assert_eq!(nearest("pth", known), Some("path"));
        assert_eq!(nearest("url", known), None);
    }
}
