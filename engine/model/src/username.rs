//! Usernames and the one rule by which they are compared.

use serde::{Deserialize, Serialize};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// What a person types to log in, spelled as the source spells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(String);

impl Username {
    /// Trims the text; a username that is empty after that is none.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// Returns the username as it is spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form by which usernames are compared.
    pub fn key(&self) -> UsernameKey {
        UsernameKey::of(&self.0)
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The form of a username by which it is unique in the intranet.
///
/// Unicode compatibility caseless matching (Unicode 3.13, D146): NFKC and full
/// case folding, so `José`, `JOSÉ` and `jose` + combining accent are one name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UsernameKey(String);

impl UsernameKey {
    /// Folds a username; surrounding white space does not count.
    pub fn of(username: &str) -> Self {
        let mut key = String::new();
        Self::write(username, &mut key);
        Self(key)
    }

    /// Appends the folded form to `out`, without any allocation of its own for
    /// ASCII names.
    pub fn write(username: &str, out: &mut String) {
        let username = username.trim();
        if username.is_ascii() {
            out.extend(username.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            let once: String = caseless::default_case_fold(username.nfd()).nfkc().collect();
            out.extend(caseless::default_case_fold(once.chars()).nfkc());
        }
    }

    /// Returns the folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UsernameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Folds a stream of characters; named here so that the rule has one home.
mod caseless {
    pub(super) use ::caseless::Caseless as _;

    pub(super) fn default_case_fold(
        text: impl Iterator<Item = char>,
    ) -> impl Iterator<Item = char> {
        text.default_case_fold()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for (a, b) in [
            ("Anna", "anna"),
            (" anna ", "ANNA"),
            ("José", "JOSE\u{301}"),
            ("ﬁnn", "FINN"),
            ("Straße", "STRASSE"),
            ("ｔａｒｏ", "Taro"),
        ] {
            assert_eq!(UsernameKey::of(a), UsernameKey::of(b), "{a} and {b}");
        }
        assert_ne!(UsernameKey::of("jose"), UsernameKey::of("josé"));
    }

    #[test]
    fn blank_is_no_username() {
        assert_eq!(Username::new(" \t"), None);
        assert_eq!(
            Username::new(" a ").map(|u| u.to_string()),
            Some("a".into())
        );
    }
}
