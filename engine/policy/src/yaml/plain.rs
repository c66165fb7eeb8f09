//! What an unquoted scalar means where any type may stand.

/// An unquoted scalar by the core schema of YAML 1.2, with what YAML 1.1 read
/// in another way told apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    Whole(i64),
    Float(f64),
    /// A truth value or an octal number in YAML 1.1, something else in 1.2.
    Ambiguous,
    Text,
}

impl Plain {
    pub(crate) fn of(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::Bool(true),
            "false" | "False" | "FALSE" => return Self::Bool(false),
            _ => {}
        }
        let word = text.to_ascii_lowercase();
        if matches!(word.as_str(), "yes" | "no" | "on" | "off" | "y" | "n") {
            return Self::Ambiguous;
        }
        Self::number(text)
    }

    fn number(text: &str) -> Self {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let digits = !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit());
        if digits && unsigned.len() > 1 && unsigned.starts_with('0') {
            return Self::Ambiguous;
        }
        if digits {
            // Too long for a number: an identifier that happens to be digits.
            return text.parse().map_or(Self::Text, Self::Whole);
        }
        let begins = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        let letters = unsigned
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'));
        match text.parse::<f64>() {
            Ok(number) if begins && letters && number.is_finite() => Self::Float(number),
            _ => Self::Text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_schema_and_its_traps() {
        for (text, means) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("true", Plain::Bool(true)),
            ("tRue", Plain::Text),
            ("no", Plain::Ambiguous),
            ("On", Plain::Ambiguous),
            ("007", Plain::Ambiguous),
            ("0", Plain::Whole(0)),
            ("-12", Plain::Whole(-12)),
            ("1.5", Plain::Float(1.5)),
            ("1e3", Plain::Float(1000.0)),
            ("1.2.3", Plain::Text),
            (".inf", Plain::Text),
            ("1e999", Plain::Text),
            ("99999999999999999999", Plain::Text),
            ("2026-11-23", Plain::Text),
            ("12:30", Plain::Text),
            ("nan", Plain::Text),
            ("infinity", Plain::Text),
            ("-", Plain::Text),
        ] {
            assert_eq!(Plain::of(text), means, "{text}");
        }
    }
}
