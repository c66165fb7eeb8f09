//! What sync remembers of a person and shows to nobody: clocks that were started
//! and have not run out.
//!
//! It is kept among an account's last synced values, under names that no field
//! can have. It is written with an apply, like everything else.

use crate::account::Account;
use crate::ids::FieldName;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What sync remembers of one account's person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The person is not in scope, and their grace has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// Block rules with a grace, and since when each holds: RFC 3339 in UTC.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, String>,
    /// An administrator let the person in while they waited for a seat: since
    /// when, RFC 3339 in UTC. The next sync decides again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub let_in: Option<String>,
}

/// How long, and in how many reads, a person has been missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The instant of the first plan that missed them, RFC 3339 in UTC.
    pub since: String,
    /// Complete reads that have missed them.
    pub reads: u64,
    /// The instant of the last read that was counted: none is counted twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<String>,
    /// The source has said that they are gone, for which there is no grace.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

const MISSING: &str = "@missing";
const RULE: &str = "@rule:";
const LET_IN: &str = "@let-in";
const GONE: &str = "gone";

impl Memory {
    /// True if there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads what is remembered among last synced values; what cannot be read
    /// is forgotten.
    pub fn read<'a>(synced: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut memory = Self::default();
        for (name, text) in synced {
            match (name, name.strip_prefix(RULE)) {
                (MISSING, _) => memory.missing = Missing::parse(text),
                (LET_IN, _) => memory.let_in = Some(text.to_owned()),
                (_, Some(rule)) => {
                    memory.rules.insert(rule.to_owned(), text.to_owned());
                }
                _ => {}
            }
        }
        memory
    }

    /// Reads what is remembered of an account's person.
    pub fn of(account: &Account) -> Self {
        let texts = account
            .synced
            .iter()
            .filter_map(|(name, value)| match value {
                Some(Value::Text(text)) => Some((name.as_str(), text.as_str())),
                _ => None,
            });
        Self::read(texts)
    }

    /// Puts it in the place of what was remembered before.
    pub fn write(&self, synced: &mut BTreeMap<FieldName, Option<Value>>) {
        synced.retain(|name, _| !is_memory(name.as_str()));
        let mut put = |name: String, text: String| {
            synced.insert(FieldName::new(name), Some(Value::Text(text)));
        };
        if let Some(missing) = &self.missing {
            put(MISSING.to_owned(), missing.in_words());
        }
        for (rule, since) in &self.rules {
            put(format!("{RULE}{rule}"), since.clone());
        }
        if let Some(since) = &self.let_in {
            put(LET_IN.to_owned(), since.clone());
        }
    }
}

/// True if the name is one under which this is kept.
pub(crate) fn is_memory(name: &str) -> bool {
    name == MISSING || name == LET_IN || name.starts_with(RULE)
}

impl Missing {
    /// `SINCE READS COUNTED gone`; the last two only if there is something to say.
    fn in_words(&self) -> String {
        let mut text = format!("{} {}", self.since, self.reads);
        let gone = self.gone.then_some(GONE);
        for word in self.counted.as_deref().into_iter().chain(gone) {
            text.push(' ');
            text.push_str(word);
        }
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (since, reads) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
        let rest: Vec<&str> = words.collect();
        let counted = rest.iter().find(|word| **word != GONE);
        Some(Self {
            since,
            reads,
            counted: counted.map(|word| (*word).to_owned()),
            gone: rest.contains(&GONE),
        })
    }
}

/// What waits in a directory for time to pass or for room, so that a run that
/// reads only changes knows when it has to look at everybody's account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pending {
    /// When the next grace ends, RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// People who wait for a seat.
    #[serde(skip_serializing_if = "is_zero")]
    pub waiting: u64,
}

impl Pending {
    /// True if nothing waits.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test that cannot go on fails")]

    use super::*;

    fn texts(synced: &BTreeMap<FieldName, Option<Value>>) -> Vec<(&str, &str)> {
        let mut texts = Vec::new();
        for (name, value) in synced {
            match value {
                Some(Value::Text(text)) => texts.push((name.as_str(), text.as_str())),
                _ => panic!("`{name}` is no text"),
            }
        }
        texts
    }

    #[test]
    fn what_is_written_is_read_again() {
        let instant = "2026-11-23T08:00:00Z".to_owned();
        let counted = [None, Some(instant.clone())];
        let all = counted
            .iter()
            .flat_map(|counted| [(counted, true), (counted, false)]);
        for (counted, gone) in all {
            let memory = Memory {
                missing: Some(Missing {
                    since: instant.clone(),
                    reads: 2,
                    counted: counted.clone(),
                    gone,
                }),
                rules: [("no-training".to_owned(), instant.clone())].into(),
                let_in: Some(instant.clone()),
            };
            let mut synced = BTreeMap::new();
            memory.write(&mut synced);
            assert!(synced.keys().all(FieldName::is_hidden));
            assert_eq!(Memory::read(texts(&synced)), memory);
        }
    }

    #[test]
    fn only_its_own_names_are_touched() {
        let mut synced: BTreeMap<FieldName, Option<Value>> = [
            ("@dn", "cn=anna"),
            ("@missing", "2026-11-23T08:00:00Z 1"),
            ("@rule:old", "2026-11-23T08:00:00Z"),
            ("mail", "a@x"),
        ]
        .into_iter()
        .map(|(name, text)| (FieldName::from(name), Some(Value::from(text))))
        .collect();
        assert_eq!(
            Memory::read(texts(&synced)).missing,
            Some(Missing {
                since: "2026-11-23T08:00:00Z".to_owned(),
                reads: 1,
                counted: None,
                gone: false,
            })
        );
        Memory::default().write(&mut synced);
        let names: Vec<&str> = synced.keys().map(FieldName::as_str).collect();
        assert_eq!(names, ["@dn", "mail"]);
    }

    #[test]
    fn what_cannot_be_read_is_forgotten() {
        for text in ["", "2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z many"] {
            assert!(Memory::read([("@missing", text)]).is_empty(), "{text}");
        }
    }
}
