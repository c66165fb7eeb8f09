//! An account as other programs see it: the one place that fixes its JSON.

use muster_model::{
    Account, AccountId, AccountStatus, Actor, AuditRecord, BlockReason, ExternalId, FieldName,
    Owner, Reason, Revealed, RunId, SensitiveFields, Username, Value,
};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

/// The public JSON form of an account; names are stable, and more may be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountJson {
    /// `a17`.
    pub id: AccountId,
    /// As it is spelled.
    pub username: Username,
    /// `local` or a policy's name.
    pub directory: Owner,
    /// The person's identifier at the source; null if there is none.
    pub external_id: Option<ExternalId>,
    /// Follows from the block reasons; given for the reader's sake.
    pub status: AccountStatus,
    /// Why the account is blocked.
    pub block_reasons: BTreeSet<BlockReason>,
    /// All fields that have a value.
    pub fields: BTreeMap<FieldName, Value>,
    /// Fields whose values are not shown, unless that is asked for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sensitive: BTreeSet<FieldName>,
    /// What the last sync wrote, per mapped field; only in an export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synced: Option<BTreeMap<FieldName, Option<Value>>>,
}

impl AccountJson {
    /// The form that listings show: without the values of sensitive fields.
    pub fn shown(mut account: Account, fields: &SensitiveFields) -> Self {
        let sensitive = fields.mask(&mut account);
        Self {
            synced: None,
            sensitive,
            ..Self::complete(account)
        }
    }

    /// The same with all values, for whoever asks to see them.
    pub fn revealed(account: Account, fields: &SensitiveFields) -> Self {
        Self {
            synced: None,
            sensitive: fields.present(&account),
            ..Self::complete(account)
        }
    }

    /// The form that loses nothing.
    pub fn complete(account: Account) -> Self {
        Self {
            id: account.id,
            status: account.status(),
            username: account.username,
            directory: account.owner,
            external_id: account.external_id,
            block_reasons: account.block_reasons,
            fields: account.fields,
            sensitive: BTreeSet::new(),
            synced: Some(account.synced),
        }
    }

    /// Takes the account back.
    pub fn into_account(self) -> Account {
        Account {
            id: self.id,
            username: self.username,
            owner: self.directory,
            external_id: self.external_id,
            block_reasons: self.block_reasons,
            fields: self.fields,
            synced: self.synced.unwrap_or_default(),
        }
    }
}

/// An audit record as an export has it: with all its values.
#[derive(Serialize)]
struct AuditJson<'a> {
    seq: u64,
    run: RunId,
    at: &'a str,
    actor: &'a Actor,
    account_id: AccountId,
    username: &'a Username,
    action: &'a str,
    reason: &'a Reason,
    fields: Vec<Revealed<'a>>,
}

/// Writes an audit record that loses nothing; its own JSON hides what is
/// sensitive.
pub(crate) fn complete_audit<S: Serializer>(
    record: &AuditRecord,
    out: S,
) -> Result<S::Ok, S::Error> {
    let AuditRecord {
        seq,
        run,
        at,
        actor,
        account_id,
        username,
        action,
        reason,
        fields,
    } = record;
    AuditJson {
        seq: *seq,
        run: *run,
        at,
        actor,
        account_id: *account_id,
        username,
        action,
        reason,
        fields: fields.iter().map(Revealed).collect(),
    }
    .serialize(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_shown_account_has_the_documented_names() {
        let account = Account {
            id: AccountId(17),
            username: Username::new("Anna").unwrap(),
            owner: Owner::from_name("staff"),
            external_id: Some(ExternalId::from("e-1")),
            block_reasons: [BlockReason::Manual].into(),
            fields: [(FieldName::from("email"), Value::from("a@example.org"))].into(),
            synced: [(FieldName::from("phone"), None)].into(),
        };
        let shown = AccountJson::shown(account.clone(), &SensitiveFields::default());
        let shown = serde_json::to_string(&shown).unwrap();
        assert_eq!(
            shown,
            r#"{"id":"a17","username":"Anna","directory":"staff","external_id":"e-1","#.to_owned()
                + r#""status":"blocked","block_reasons":["manual"],"#
                + r#""fields":{"email":"a@example.org"}}"#
        );
        let complete = serde_json::to_string(&AccountJson::complete(account.clone())).unwrap();
        let back: AccountJson = serde_json::from_str(&complete).unwrap();
        assert_eq!(back.into_account(), account);
    }

    #[test]
    fn a_shown_account_has_no_sensitive_value_and_says_so() {
        let account = Account {
            id: AccountId(17),
            username: Username::new("Anna").unwrap(),
            owner: Owner::from_name("staff"),
            external_id: None,
            block_reasons: BTreeSet::new(),
            fields: [(FieldName::from("email"), Value::from("canary"))].into(),
            synced: BTreeMap::new(),
        };
        let record = crate::conformance::some_directory("staff", None);
        let fields = SensitiveFields::of(&[record]);
        let json = |account: AccountJson| serde_json::to_string(&account).unwrap();
        let shown = json(AccountJson::shown(account.clone(), &fields));
        assert!(
            shown.ends_with(r#""fields":{"email":"•••"},"sensitive":["email"]}"#),
            "{shown}"
        );
        let revealed = json(AccountJson::revealed(account.clone(), &fields));
        assert_eq!(revealed, shown.replace("•••", "canary"));
        assert!(json(AccountJson::complete(account)).contains("canary"));
    }
}
