//! Letters: case, accents and white space. A text that is right already is
//! handed back as it is, so that it costs nothing.

use crate::text;
use std::borrow::Cow;

pub(super) fn trim(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

pub(super) fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    match text
        .chars()
        .all(|letter| stays(letter, letter.to_lowercase()))
    {
        true => text,
        false => Cow::Owned(text.to_lowercase()),
    }
}

pub(super) fn upper(text: Cow<'_, str>) -> Cow<'_, str> {
    match text
        .chars()
        .all(|letter| stays(letter, letter.to_uppercase()))
    {
        true => text,
        false => Cow::Owned(text.to_uppercase()),
    }
}

/// True if a letter's other case is the letter itself.
fn stays(letter: char, mut other: impl Iterator<Item = char>) -> bool {
    other.next() == Some(letter) && other.next().is_none()
}

pub(super) fn title(text: Cow<'_, str>) -> Cow<'_, str> {
    changed(text, text::title)
}

pub(super) fn strip_diacritics(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.is_ascii() {
        true => text,
        false => changed(text, text::strip_diacritics),
    }
}

fn changed(text: Cow<'_, str>, change: fn(&str) -> String) -> Cow<'_, str> {
    let new = change(&text);
    match new == text {
        true => text,
        false => Cow::Owned(new),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
    use super::*;
    use proptest::prelude::*;

    type Step = fn(Cow<'_, str>) -> Cow<'_, str>;

    const STEPS: [(&str, Step); 5] = [
        ("trim", trim),
        ("lower", lower),
        ("upper", upper),
        ("title", title),
        ("strip_diacritics", strip_diacritics),
    ];

    #[test]
    fn a_text_that_is_right_already_costs_nothing() {
        for (step, text) in [
            ("trim", "anna"),
            ("lower", "anna müller ß"),
            ("upper", "ANNA MÜLLER"),
            ("title", "Anna Müller"),
            ("strip_diacritics", "Anna 李 Андрей"),
        ] {
            let (_, apply) = STEPS.iter().find(|(name, _)| *name == step).unwrap();
            assert!(
                matches!(apply(text.into()), Cow::Borrowed(same) if same == text),
                "{step}"
            );
        }
        assert!(matches!(trim(" anna ".into()), Cow::Borrowed("anna")));
    }

    #[test]
    fn turkish_and_other_letters_keep_to_unicode_and_no_language() {
        assert_eq!(lower("IRMAK".into()), "irmak");
        assert_eq!(lower("İSTANBUL".into()), "i\u{307}stanbul");
        assert_eq!(lower("ΟΔΥΣΣΕΥΣ".into()), "οδυσσευς");
        assert_eq!(upper("straße ŉ".into()), "STRASSE \u{2bc}N");
        assert_eq!(trim("\u{a0}anna\u{3000}".into()), "anna");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn done_twice_is_done_once(text in any_text()) {
            for (name, step) in STEPS {
                let once = step(text.as_str().into()).into_owned();
                let twice = step(once.as_str().into());
                prop_assert_eq!(&twice, &once, "{} of {:?}", name, text);
            }
        }
    }

    /// Letters of all kinds, and those that are known to be odd more often.
    fn any_text() -> impl Strategy<Value = String> {
        let odd = "[ŉßẞﬃǆǅǄǰΐᾳᾼΣσςİıIiʼ’'\\-. \u{300}\u{301}\u{345}aAბᲑæÆÞþŁ가が1]{0,8}";
        prop_oneof![odd, "\\PC{0,12}", any::<String>()]
    }
}
