//! Values and words as people are shown them: nothing escapes, nothing hides,
//! nothing runs on for ever.

use crate::image;
use muster_model::{MASK, Value};

/// Longer values are shortened.
const VALUE_MAX: usize = 80;

/// Replaces what could steer a terminal or hide text: control characters and
/// characters that change the direction of writing. It knows nothing of HTML or
/// Markdown, which have characters of their own.
pub fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if steers(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A value as it is shown: texts in quotes, lists in brackets, and a word of
/// its own for absence, which is not emptiness.
pub fn value(value: Option<&Value>) -> String {
    shorten(&whole(value), 0, VALUE_MAX)
}

/// A sensitive value: that there is one, and no more.
pub fn hidden(value: Option<&Value>) -> String {
    match value {
        None => whole(None),
        Some(_) => MASK.to_owned(),
    }
}

/// Two values, shortened so that the place where they begin to differ is seen.
pub fn pair(old: Option<&Value>, new: Option<&Value>) -> (String, String) {
    pair_within(VALUE_MAX, old, new)
}

/// The same where there is room for values of so many characters.
pub fn pair_within(max: usize, old: Option<&Value>, new: Option<&Value>) -> (String, String) {
    let (old, new) = (whole(old), whole(new));
    let common = old
        .chars()
        .zip(new.chars())
        .take_while(|(a, b)| a == b)
        .count();
    (shorten(&old, common, max), shorten(&new, common, max))
}

fn whole(value: Option<&Value>) -> String {
    match value {
        None => "(none)".to_owned(),
        Some(Value::Text(text)) => one(text),
        Some(Value::List(items)) => {
            let items: Vec<String> = items.iter().map(|item| one(item)).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

/// One text in quotes, or what it is if nobody could read it.
fn one(text: &str) -> String {
    image::describe(text).unwrap_or_else(|| format!("\"{}\"", safe(text)))
}

/// Keeps what fits; of a text whose interesting part is far inside, the part
/// around it.
fn shorten(text: &str, interesting: usize, max: usize) -> String {
    let length = text.chars().count();
    if length <= max {
        return text.to_owned();
    }
    let start = if interesting < max * 3 / 4 {
        0
    } else {
        interesting.saturating_sub(20).min(length)
    };
    let shown: String = text.chars().skip(start).take(max).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if start + max < length { "…" } else { "" };
    format!("{before}{shown}{after} ({length} characters)")
}

/// `1 person`, `2 people`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{number} {word}")
}

/// An instant without fractions of its second.
pub fn instant(rfc3339: &str) -> String {
    match rfc3339.split_once('.') {
        Some((seconds, rest)) => {
            let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            safe(&format!("{seconds}{zone}"))
        }
        None => safe(rfc3339),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(safe("a\u{1b}[31mb\n\u{9b}c"), "a\\u{1b}[31mb\\n\\u{9b}c");
        assert_eq!(safe("invoice\u{202e}fdp"), "invoice\\u{202e}fdp");
        assert_eq!(safe("Zoë Ångström 李"), "Zoë Ångström 李");
    }

    #[test]
    fn instants_are_told_to_the_second() {
        assert_eq!(
            instant("2026-11-23T05:10:35.682964436Z"),
            "2026-11-23T05:10:35Z"
        );
        assert_eq!(instant("2026-11-23T05:10:35Z"), "2026-11-23T05:10:35Z");
        assert_eq!(instant("odd"), "odd");
    }

    #[test]
    fn absent_and_empty_look_different() {
        assert_eq!(value(None), "(none)");
        assert_eq!(value(Some(&Value::from(""))), "\"\"");
        assert_eq!(value(Some(&Value::List(vec![]))), "[]");
        assert_eq!(
            value(Some(&Value::list(vec!["b".into(), "a".into()]))),
            "[\"a\", \"b\"]"
        );
    }

    #[test]
    fn long_values_are_shortened_where_they_are_alike() {
        let head = "x".repeat(100);
        let (old, new) = pair(
            Some(&Value::Text(format!("{head}old"))),
            Some(&Value::Text(format!("{head}new"))),
        );
        assert!(old.contains("old") && new.contains("new"), "{old} {new}");
        assert!(
            old.starts_with('…') && old.ends_with("(105 characters)"),
            "{old}"
        );
        assert!(value(Some(&Value::Text("y".repeat(500)))).chars().count() < 110);
    }
}
