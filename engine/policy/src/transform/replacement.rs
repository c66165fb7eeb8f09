//! `replace:` – what a pattern finds becomes something else.

use super::{LONGEST_TEXT, Made, Odd, too_long};
use regex::Regex;
use serde_json::{Value as Json, json};

/// Bytes of the text that is put in.
pub(crate) const LONGEST_WITH: usize = 1024;

/// Replaces everything that a pattern finds.
#[derive(Clone, Debug)]
pub(crate) struct Replacement {
    pattern: Regex,
    with: String,
}

impl Replacement {
    pub(crate) fn new(pattern: Regex, with: &str) -> Self {
        Self {
            pattern,
            with: with.to_owned(),
        }
    }

    pub(super) fn canonical(&self) -> Json {
        json!([self.pattern.as_str(), self.with])
    }

    pub(super) fn apply(&self, text: &str) -> Result<Made, Odd> {
        if text.len() > LONGEST_TEXT {
            return Err(format!("is longer than {LONGEST_TEXT} bytes"));
        }
        let mut made = String::new();
        let mut done = 0;
        let mut found = false;
        for captures in self.pattern.captures_iter(text) {
            let Some(whole) = captures.get(0) else {
                continue;
            };
            found = true;
            made.push_str(text.get(done..whole.start()).unwrap_or_default());
            captures.expand(&self.with, &mut made);
            done = whole.end();
            if made.len() > LONGEST_TEXT {
                return Err(too_long());
            }
        }
        if !found {
            return Ok(Made::Same);
        }
        made.push_str(text.get(done..).unwrap_or_default());
        Ok(Made::of(text, made))
    }
}

/// A capture that a text refers to and the pattern does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// As it is written: `$1a`.
    pub(crate) written: String,
    /// How it is read: `1a`.
    pub(crate) name: String,
}

/// The first reference to a capture that the pattern does not have. The crate
/// would put nothing in its place, without a word.
pub(crate) fn unknown_capture(pattern: &Regex, with: &str) -> Option<Unknown> {
    references(with).into_iter().find(|reference| {
        let name = reference.name.as_str();
        match name.parse::<usize>() {
            Ok(number) => number >= pattern.captures_len(),
            Err(_) => !pattern.capture_names().flatten().any(|known| known == name),
        }
    })
}

/// All references, read as the crate reads them: `$$` is a dollar, a name behind
/// `$` goes on as long as it can, and braces end it.
fn references(with: &str) -> Vec<Unknown> {
    let mut found = Vec::new();
    let mut rest = with;
    while let Some(at) = rest.find('$') {
        let Some(behind) = rest.get(at + 1..) else {
            break;
        };
        if let Some(after) = behind.strip_prefix('$') {
            rest = after;
            continue;
        }
        let braced = behind.strip_prefix('{').and_then(|it| it.split_once('}'));
        let (name, length) = match braced {
            Some((name, _)) => (name, name.len() + 2),
            None => {
                let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
                let end = behind.find(ends).unwrap_or(behind.len());
                (behind.get(..end).unwrap_or_default(), end)
            }
        };
        if length > 0 {
            found.push(Unknown {
                written: format!("${}", behind.get(..length).unwrap_or_default()),
                name: name.to_owned(),
            });
        }
        rest = behind.get(length..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
    use super::*;

    fn replaced(pattern: &str, with: &str, text: &str) -> Result<Made, Odd> {
        Replacement::new(Regex::new(pattern).unwrap(), with).apply(text)
    }

    #[test]
    fn all_that_is_found_is_replaced() {
        for (pattern, with, text, made) in [
            ("[^0-9]", "", "+49 30/1", "49301"),
            ("^(\\w+)\\.(\\w+)$", "$2, $1", "anna.berg", "berg, anna"),
            ("(?<first>a+)", "<${first}>", "aab", "<aa>b"),
            ("x*", "-", "ab", "-a-b-"),
            ("a", "$$", "ab", "$b"),
        ] {
            assert_eq!(
                replaced(pattern, with, text),
                Ok(Made::Text(made.to_owned())),
                "{pattern}"
            );
        }
        assert_eq!(replaced("x", "y", "abc"), Ok(Made::Same));
        assert_eq!(replaced("a", "a", "abc"), Ok(Made::Same));
    }

    #[test]
    fn what_grows_too_long_is_refused() {
        let with = "0123456789".repeat(100);
        assert!(replaced("", &with, &"x".repeat(1000)).is_err());
        assert!(replaced("", "y", &"x".repeat(LONGEST_TEXT + 1)).is_err());
    }

    #[test]
    fn unknown_captures_are_found_and_known_ones_are_not() {
        let pattern = Regex::new("(a)(?<name>b)").unwrap();
        for with in [
            "$1 $2 $0", "${name}", "$name-", "$$9", "$", "$ 9", "${9", "5 $",
        ] {
            assert_eq!(unknown_capture(&pattern, with), None, "{with}");
        }
        for (with, written) in [
            ("$3", "$3"),
            ("$1a", "$1a"),
            ("x ${other}", "${other}"),
            ("$na", "$na"),
        ] {
            let unknown = unknown_capture(&pattern, with);
            assert_eq!(
                unknown.map(|unknown| unknown.written).as_deref(),
                Some(written)
            );
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::default() })]

        /// What the crate itself replaces by nothing is what is found here.
        #[test]
        fn references_are_read_as_the_crate_reads_them(with in "[$${}a1_ é]{0,8}") {
            let pattern = Regex::new("(?<a>x)").unwrap();
            let found = references(&with);
            let mut rebuilt = with.clone();
            for reference in &found {
                rebuilt = rebuilt.replacen(&reference.written, "", 1);
            }
            let known = found.iter().all(|one| ["a", "1", "0"].contains(&one.name.as_str()));
            proptest::prop_assert_eq!(unknown_capture(&pattern, &with).is_none(), known);
            if found.is_empty() {
                let plain = pattern.replace_all("x", with.as_str()).into_owned();
                proptest::prop_assert_eq!(plain, with.replace("$$", "$"));
            }
        }
    }
}
