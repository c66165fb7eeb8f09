//! Values that are not shown.
//!
//! A policy says of a field that it is sensitive. From then on its values stand
//! in the state and nowhere else: whatever is printed, written or sent shows
//! [`MASK`] in their place. That a value is absent is no value, and is shown.

use crate::account::{Account, Owner};
use crate::ids::{DirectoryName, FieldName};
use crate::plan::{Cause, FieldChange, PolicyLine};
use crate::run::DirectoryRecord;
use crate::value::Value;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What stands for a value that is not shown: the same for all, so that not even
/// its length is told.
pub const MASK: &str = "•••";

impl FieldChange {
    /// The old value as anybody may see it.
    pub fn shown_old(&self) -> Option<Cow<'_, Value>> {
        shown(self.old.as_ref(), self.sensitive)
    }

    /// The new value as anybody may see it.
    pub fn shown_new(&self) -> Option<Cow<'_, Value>> {
        shown(self.new.as_ref(), self.sensitive)
    }
}

fn shown(value: Option<&Value>, sensitive: bool) -> Option<Cow<'_, Value>> {
    value.map(|value| match sensitive {
        true => Cow::Owned(Value::from(MASK)),
        false => Cow::Borrowed(value),
    })
}

/// A change as JSON and debuggers show it.
#[derive(Debug, Serialize)]
#[serde(rename = "FieldChange")]
struct Shown<'a> {
    name: &'a FieldName,
    old: Option<Cow<'a, Value>>,
    new: Option<Cow<'a, Value>>,
    cause: Cause,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a PolicyLine>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

impl<'a> From<&'a FieldChange> for Shown<'a> {
    fn from(change: &'a FieldChange) -> Self {
        Self {
            name: &change.name,
            old: change.shown_old(),
            new: change.shown_new(),
            cause: change.cause,
            policy: change.policy.as_ref(),
            sensitive: change.sensitive,
        }
    }
}

// INVARIANT: nobody can print or write a sensitive value by writing out a plan
// or an audit record. What must have the values asks for them by name.
impl Serialize for FieldChange {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        Shown::from(self).serialize(out)
    }
}

impl fmt::Debug for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown::from(self).fmt(f)
    }
}

/// A change with its values, for what keeps them: a back-up of the state.
#[derive(Clone, Copy)]
pub struct Revealed<'a>(pub &'a FieldChange);

impl Serialize for Revealed<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let change = self.0;
        Shown {
            old: change.old.as_ref().map(Cow::Borrowed),
            new: change.new.as_ref().map(Cow::Borrowed),
            ..Shown::from(change)
        }
        .serialize(out)
    }
}

/// Which fields are sensitive, as far as the directories of a state say so.
#[derive(Clone, Debug, Default)]
pub struct SensitiveFields {
    /// What each directory maps, and whether it is sensitive there.
    mapped: BTreeMap<DirectoryName, BTreeMap<FieldName, bool>>,
    /// Sensitive in any directory.
    anywhere: BTreeSet<FieldName>,
}

impl SensitiveFields {
    /// Takes together what the last runs of all directories left behind.
    pub fn of(directories: &[DirectoryRecord]) -> Self {
        let mut fields = Self::default();
        for record in directories {
            let mapped = fields.mapped.entry(record.name.clone()).or_default();
            mapped.extend(record.mappings.keys().map(|name| (name.clone(), false)));
            mapped.extend(record.sensitive.iter().map(|name| (name.clone(), true)));
            fields.anywhere.extend(record.sensitive.iter().cloned());
        }
        fields
    }

    /// True if a field of such an account is sensitive: the directory that maps
    /// the field decides. A value that no directory of the account maps may have
    /// been left there by another one.
    pub fn contains(&self, owner: &Owner, field: &FieldName) -> bool {
        let here = match owner {
            Owner::Local => None,
            Owner::Directory(name) => self.mapped.get(name).and_then(|here| here.get(field)),
        };
        here.copied()
            .unwrap_or_else(|| self.anywhere.contains(field))
    }

    /// Marks changes of such an account that were written down before their field
    /// became sensitive.
    pub fn mark(&self, owner: &Owner, changes: &mut [FieldChange]) {
        for change in changes {
            change.sensitive |= self.contains(owner, &change.name);
        }
    }

    /// Puts [`MASK`] in the place of an account's sensitive values, and says
    /// which fields they are.
    pub fn mask(&self, account: &mut Account) -> BTreeSet<FieldName> {
        let sensitive = self.present(account);
        for name in &sensitive {
            if let Some(value) = account.fields.get_mut(name) {
                *value = Value::from(MASK);
            }
            if let Some(Some(value)) = account.synced.get_mut(name) {
                *value = Value::from(MASK);
            }
        }
        sensitive
    }

    /// The sensitive ones among an account's fields.
    pub fn present(&self, account: &Account) -> BTreeSet<FieldName> {
        let names = account.fields.keys().chain(account.synced.keys());
        names
            .filter(|name| self.contains(&account.owner, name))
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::ids::AccountId;
    use crate::username::Username;

    fn change(old: Option<&str>, new: Option<&str>, sensitive: bool) -> FieldChange {
        FieldChange {
            name: FieldName::from("iban"),
            old: old.map(Value::from),
            new: new.map(Value::from),
            cause: Cause::Source,
            policy: None,
            sensitive,
        }
    }

    #[test]
    fn a_sensitive_value_is_nowhere_to_be_seen() {
        let change = change(Some("canary"), Some("canary-two"), true);
        let json = serde_json::to_string(&change).unwrap();
        assert_eq!(
            json,
            r#"{"name":"iban","old":"•••","new":"•••","cause":"source","sensitive":true}"#
        );
        assert!(!format!("{change:?}").contains("canary"));
        assert!(!format!("{change:#?}").contains("canary"));
        let revealed = serde_json::to_string(&Revealed(&change)).unwrap();
        let back: FieldChange = serde_json::from_str(&revealed).unwrap();
        assert_eq!(back, change);
    }

    #[test]
    fn absence_is_shown_and_emptiness_is_not() {
        let json = |old, new| serde_json::to_string(&change(old, new, true)).unwrap();
        assert!(json(None, Some("")).contains(r#""old":null,"new":"•••""#));
        assert!(json(Some("x"), None).contains(r#""old":"•••","new":null"#));
        let plain = serde_json::to_string(&change(None, Some("x"), false)).unwrap();
        assert_eq!(
            plain,
            r#"{"name":"iban","old":null,"new":"x","cause":"source"}"#
        );
        let back: FieldChange = serde_json::from_str(&plain).unwrap();
        assert_eq!(back, change(None, Some("x"), false));
    }

    fn directory(name: &str, mapped: &[&str], sensitive: &[&str]) -> DirectoryRecord {
        let names = |names: &[&str]| names.iter().map(|name| FieldName::from(*name)).collect();
        let mapped: BTreeSet<FieldName> = names(mapped);
        DirectoryRecord {
            name: DirectoryName::from(name),
            key: "external_id".to_owned(),
            policy_file: "p.yaml".to_owned(),
            policy: String::new(),
            mappings: mapped
                .into_iter()
                .map(|name| (name, String::new()))
                .collect(),
            sensitive: names(sensitive),
            cursor: None,
            feed: None,
            pending: Default::default(),
            references: Default::default(),
            merged: Default::default(),
        }
    }

    #[test]
    fn the_directory_that_maps_a_field_decides_and_else_any() {
        let fields = SensitiveFields::of(&[
            directory("staff", &["iban", "phone"], &["iban"]),
            directory("guests", &["phone", "iban"], &["phone"]),
            directory("others", &["email"], &[]),
        ]);
        let hides = |owner: &str, field: &str| {
            fields.contains(&Owner::from_name(owner), &FieldName::from(field))
        };
        assert!(hides("staff", "iban") && !hides("staff", "phone"));
        assert!(hides("guests", "phone") && !hides("guests", "iban"));
        for owner in ["others", "local", "gone"] {
            assert!(hides(owner, "iban") && hides(owner, "phone"), "{owner}");
            assert!(!hides(owner, "email") && !hides(owner, "room"), "{owner}");
        }
    }

    #[test]
    fn an_account_is_masked_and_says_where() {
        let fields = SensitiveFields::of(&[directory("staff", &["iban"], &["iban"])]);
        let value = |text: &str| (FieldName::from("iban"), Value::from(text));
        let mut account = Account {
            id: AccountId(1),
            username: Username::new("anna").unwrap(),
            owner: Owner::from_name("staff"),
            external_id: None,
            block_reasons: BTreeSet::new(),
            fields: [value("canary"), (FieldName::from("room"), "4".into())].into(),
            synced: [(FieldName::from("iban"), Some(Value::from("canary")))].into(),
        };
        let hidden = fields.mask(&mut account);
        assert_eq!(hidden, BTreeSet::from([FieldName::from("iban")]));
        assert!(!format!("{account:?}").contains("canary"));
        let room = account.fields.get(&FieldName::from("room"));
        assert_eq!(room, Some(&Value::from("4")));
    }
}
