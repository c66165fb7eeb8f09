//! `map:` – a table from what the source says to what the intranet calls it.

use super::{Made, Odd};
use muster_model::UsernameKey;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What becomes of a value that the table does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Otherwise {
    /// It stays as it is.
    Keep,
    /// It is no value.
    Drop,
    /// The person is held, and a finding says so.
    Fail,
    /// It becomes this text.
    Text(String),
}

/// A table of values. Keys are compared without regard to case, to how Unicode
/// writes a letter, and to white space around them: by the rule for usernames.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    rows: BTreeMap<String, String>,
    otherwise: Otherwise,
}

impl Table {
    pub(crate) fn new(otherwise: Otherwise) -> Self {
        Self {
            rows: BTreeMap::new(),
            otherwise,
        }
    }

    /// Adds a row; false if there is one for the same key.
    pub(crate) fn add(&mut self, key: &str, value: &str) -> bool {
        let key = UsernameKey::of(key).as_str().to_owned();
        self.rows.insert(key, value.to_owned()).is_none()
    }

    pub(super) fn canonical(&self) -> Json {
        let otherwise = match &self.otherwise {
            Otherwise::Keep => json!("keep"),
            Otherwise::Drop => json!("drop"),
            Otherwise::Fail => json!("fail"),
            Otherwise::Text(text) => json!({"text": text}),
        };
        json!([self.rows, otherwise])
    }

    pub(super) fn apply(&self, text: &str) -> Result<Made, Odd> {
        let mut key = String::new();
        UsernameKey::write(text, &mut key);
        if let Some(value) = self.rows.get(&key) {
            return Ok(Made::of(text, value.clone()));
        }
        match &self.otherwise {
            // An empty value is none that a table could lack.
            _ if key.is_empty() => Ok(Made::Same),
            Otherwise::Keep => Ok(Made::Same),
            Otherwise::Drop => Ok(Made::Nothing),
            Otherwise::Fail => Err("is not in the table".to_owned()),
            Otherwise::Text(other) => Ok(Made::of(text, other.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(otherwise: Otherwise) -> Table {
        let mut table = Table::new(otherwise);
        assert!(table.add("DE", "Germany"));
        assert!(table.add("Straße", "road"));
        assert!(!table.add("de ", "Deutschland"));
        assert!(!table.add("STRASSE", "street"));
        table
    }

    #[test]
    fn keys_are_compared_as_people_compare_them() {
        let table = table(Otherwise::Fail);
        for key in ["DE", "de", " De ", "ｄｅ"] {
            assert!(matches!(table.apply(key), Ok(Made::Text(_))), "{key}");
        }
        assert_eq!(table.apply("FR"), Err("is not in the table".to_owned()));
        assert_eq!(table.apply(" "), Ok(Made::Same));
    }

    #[test]
    fn what_the_table_does_not_have_is_decided_by_the_policy() {
        assert_eq!(table(Otherwise::Keep).apply("FR"), Ok(Made::Same));
        assert_eq!(table(Otherwise::Drop).apply("FR"), Ok(Made::Nothing));
        let other = Otherwise::Text("elsewhere".to_owned());
        assert_eq!(
            table(other).apply("FR"),
            Ok(Made::Text("elsewhere".to_owned()))
        );
    }
}
