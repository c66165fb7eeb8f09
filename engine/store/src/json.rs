//! An account as other programs see it: the one place that fixes its JSON.

use muster_model::{
    Account, AccountId, AccountStatus, BlockReason, ExternalId, FieldName, Owner, Username, Value,
};
use serde::{Deserialize, Serialize};
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
    /// What the last sync wrote, per mapped field; only in an export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synced: Option<BTreeMap<FieldName, Option<Value>>>,
}

impl AccountJson {
    /// The form that listings show.
    pub fn shown(account: Account) -> Self {
        Self {
            synced: None,
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
        let shown = serde_json::to_string(&AccountJson::shown(account.clone())).unwrap();
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
}
