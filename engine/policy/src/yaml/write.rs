//! Texts as they are put into a file.

use super::tree::Style;

/// A text as a scalar in quotes; single ones where they can be.
pub(crate) fn quoted(text: &str) -> String {
    if text.chars().any(char::is_control) {
        return format!("\"{}\"", in_double(text));
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// A part of a scalar's value, as it is written inside a scalar of that style.
/// None if it cannot be put there.
pub(crate) fn inside(text: &str, style: Style) -> Option<String> {
    match style {
        Style::Double => Some(in_double(text)),
        _ if text.chars().any(char::is_control) => None,
        Style::Single => Some(text.replace('\'', "''")),
        Style::Block => Some(text.to_owned()),
        Style::Plain => is_plain(text).then(|| text.to_owned()),
    }
}

fn in_double(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out
}

/// True if a text means itself wherever it stands in an unquoted scalar, except
/// at its beginning.
fn is_plain(text: &str) -> bool {
    let ends = text.ends_with(':') || text.starts_with('#');
    !ends
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains([',', '[', ']', '{', '}'])
}

/// True if an unquoted scalar may begin with this text.
pub(crate) fn may_begin_plain(text: &str) -> bool {
    !text.starts_with(|first: char| first.is_whitespace() || "-?:,[]{}#&*!|>'\"%@`".contains(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_reads_back() {
        for text in [
            "a",
            "it's",
            "say \"x\"",
            "back\\slash",
            "tab\there",
            "é: # {",
            "\u{7}",
        ] {
            let yaml = format!("k: {}\n", quoted(text));
            let read: Result<std::collections::BTreeMap<String, String>, _> =
                serde_yaml::from_str(&yaml);
            assert_eq!(
                read.map(|map| map.get("k").cloned()).ok().flatten(),
                Some(text.to_owned()),
                "{yaml}"
            );
        }
    }

    #[test]
    fn what_yaml_would_read_otherwise_is_not_put_into_a_plain_scalar() {
        assert_eq!(inside("a == b", Style::Plain), Some("a == b".to_owned()));
        assert_eq!(inside("a: b", Style::Plain), None);
        assert_eq!(inside("[a]", Style::Plain), None);
        assert_eq!(inside("it's", Style::Single), Some("it''s".to_owned()));
        assert_eq!(inside("\"", Style::Double), Some("\\\"".to_owned()));
        assert!(!may_begin_plain("!has(entry.a)"));
        assert!(may_begin_plain("has(entry.a)"));
    }
}
