//! Texts that break programs: each is a value that some directory holds.

use crate::case::Without;

/// Bytes of the long text.
const LONG: usize = 10_000;

/// A text, and what is odd about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// What it is, for people.
    pub what: &'static str,
    /// The text.
    pub text: String,
}

/// All odd texts, but those that a source cannot carry.
pub fn all(without: &[Without]) -> Vec<Odd> {
    let fixed = FIXED
        .iter()
        .map(|&(what, text, kind)| (what, text.to_owned(), kind));
    let long = ("a text of 10,000 bytes", long(), Some(Without::LongValues));
    fixed
        .chain([long])
        .filter(|(.., kind)| kind.is_none_or(|kind| !without.contains(&kind)))
        .map(|(what, text, _)| Odd { what, text })
        .collect()
}

type Entry = (&'static str, &'static str, Option<Without>);

const FIXED: [Entry; 36] = [
    ("letters of one sign", "Zo\u{eb} \u{c5}ngstr\u{f6}m", None),
    (
        "letters with combining signs",
        "Zoe\u{308} A\u{30a}ngstro\u{308}m",
        None,
    ),
    (
        "several combining signs on a letter",
        "Vie\u{302}\u{323}t a\u{301}\u{328}\u{304}",
        None,
    ),
    ("Arabic, written from right to left", "مُحَمَّد بن عَلِيّ", None),
    ("Hebrew beside Latin", "שלום Anna שָׁלוֹם", None),
    (
        "marks for the direction of writing",
        "\u{202e}abc\u{202c} \u{200f}x\u{200e}",
        None,
    ),
    (
        "a family of emoji joined by ZWJ",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦 and 🏳\u{fe0f}\u{200d}🌈",
        None,
    ),
    ("emoji with a tone of skin, and a flag", "👍🏽 🇩🇪", None),
    ("letters beyond the first plane", "𝒜𝓃𝓃𝒶 𠮷野 𐐷", None),
    ("Chinese, Japanese, Korean", "山田太郎 김철수 王小明", None),
    ("Thai and Devanagari", "สมชาย कृष्णा ज़", None),
    ("Turkish letters i", "İıIi ŞĞ", None),
    (
        "sharp s, ligatures, wide letters",
        "Straße ẞ ﬁne Ｗｉｄｅ Ⅷ",
        None,
    ),
    ("double quotes", "\"Anna\" “von” \"\"B\"\"", None),
    ("single quotes", "O'Brien ''x'' ‘y’", None),
    ("commas, semicolons, bars", "a,b;c|d, ;|", None),
    ("a tab", "before\tbehind", Some(Without::LineBreaks)),
    (
        "line breaks",
        "first\nsecond\r\nthird",
        Some(Without::LineBreaks),
    ),
    ("backslashes", "C:\\new\\table \\u0041 \\\\x", None),
    ("HTML", "<script>alert(1)</script> &amp; &lt;b&gt;", None),
    ("signs of LDAP filters", "*)(uid=*))(|(uid=*\\2a", None),
    ("signs of LDAP names", "cn=a\\,b+ou=c,dc=d<e>;#f", None),
    ("signs of SQL", "'; DROP TABLE people; --", None),
    (
        "signs of templates and shells",
        "${jndi:x} {{7*7}} {url} $(id) `id` %n",
        None,
    ),
    ("percent signs", "100 % %00 %2F %zz +", None),
    ("a formula of a spreadsheet", "=1+1", None),
    ("a number sign before digits", "-007", None),
    ("a text that looks like nothing", "null", None),
    ("a text that looks like a truth value", "true", None),
    ("a text that looks like a number", "0012e5", None),
    (
        "spaces around",
        "  two spaces around  ",
        Some(Without::EdgeSpaces),
    ),
    (
        "a space of no break, and of no width",
        "a\u{a0}b\u{200b}c\u{2028}d",
        None,
    ),
    (
        "a byte order mark in the middle",
        "a\u{feff}b\u{fffd}c",
        None,
    ),
    (
        "control characters",
        "bell\u{7} escape\u{1b}[31m delete\u{7f}",
        Some(Without::ControlCharacters),
    ),
    (
        "signs that are no characters",
        "x\u{ffff}y\u{fdd0}",
        Some(Without::Noncharacters),
    ),
    ("a text of no letter", "", Some(Without::EmptyValues)),
];

/// Letters of one, two, three and four bytes, so that any cut hits one.
fn long() -> String {
    let mut text = String::with_capacity(LONG);
    while text.len() + 10 <= LONG {
        text.push_str("aé語🙂");
    }
    text.push_str(&"z".repeat(LONG.saturating_sub(text.len())));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_all_different_and_the_long_one_is_long() {
        let all = all(&[]);
        let mut texts: Vec<&str> = all.iter().map(|odd| odd.text.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), all.len());
        assert_eq!(all.last().map(|odd| odd.text.len()), Some(LONG));
    }
}
