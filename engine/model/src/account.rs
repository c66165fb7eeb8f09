//! A person as the intranet holds them.

use crate::ids::{AccountId, DirectoryName, ExternalId, FieldName};
use crate::username::Username;
use crate::value::{Value, ValueView};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// Who decides about an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The intranet alone; sync never touches it.
    Local,
    /// One directory, and no other.
    Directory(DirectoryName),
}

impl Owner {
    /// The word that stands for [`Owner::Local`]; no directory may be called so.
    pub const LOCAL: &'static str = "local";

    /// Returns the name as it is stored and shown.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Local => Self::LOCAL,
            Self::Directory(name) => name.as_str(),
        }
    }

    /// Reads the stored name back.
    pub fn from_name(name: &str) -> Self {
        if name == Self::LOCAL {
            Self::Local
        } else {
            Self::Directory(DirectoryName::new(name))
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Owner {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Owner {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input).map(|name| Self::from_name(&name))
    }
}

/// One reason why an account is blocked. Reasons are kept apart, so that each
/// can go without the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockReason {
    /// The source says so.
    BlockedInSource,
    /// Was in scope, and a complete read shows that they no longer are.
    LeftScope,
    /// The policy's block rule of this name holds.
    Rule(String),
    /// There was no licence left.
    NoLicence,
    /// An administrator said so; sync never undoes it.
    Manual,
}

impl BlockReason {
    /// True if sync set the reason and may take it away.
    pub fn is_syncs_own(&self) -> bool {
        !matches!(self, Self::Manual)
    }
}

impl fmt::Display for BlockReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BlockedInSource => f.write_str("blocked-in-source"),
            Self::LeftScope => f.write_str("left-scope"),
            Self::Rule(name) => write!(f, "rule:{name}"),
            Self::NoLicence => f.write_str("no-licence"),
            Self::Manual => f.write_str("manual"),
        }
    }
}

/// The text names no block reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no block reason; there are blocked-in-source, left-scope, rule:NAME, no-licence and manual"
)]
pub struct NotAReason(pub String);

impl FromStr for BlockReason {
    type Err = NotAReason;

    fn from_str(text: &str) -> Result<Self, NotAReason> {
        Ok(match text {
            "blocked-in-source" => Self::BlockedInSource,
            "left-scope" => Self::LeftScope,
            "no-licence" => Self::NoLicence,
            "manual" => Self::Manual,
            _ => match text.strip_prefix("rule:") {
                Some(name) if !name.is_empty() => Self::Rule(name.to_owned()),
                _ => return Err(NotAReason(text.to_owned())),
            },
        })
    }
}

impl Serialize for BlockReason {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlockReason {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether a person may use the intranet. Follows from the block reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// May log in.
    Active,
    /// May not log in; nothing is deleted.
    Blocked,
}

impl fmt::Display for AccountStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Blocked => "blocked",
        })
    }
}

/// A person as the intranet holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Never changes and is never used again.
    pub id: AccountId,
    /// Unique in the intranet, by its key.
    pub username: Username,
    /// Who decides about the account.
    pub owner: Owner,
    /// The person's identifier at the source; none for local accounts.
    pub external_id: Option<ExternalId>,
    /// Why the account is blocked; active if there is no reason.
    pub block_reasons: BTreeSet<BlockReason>,
    /// Values of all fields, mapped and unmapped. An absent field is not here.
    pub fields: BTreeMap<FieldName, Value>,
    /// What the last sync wrote, per mapped field; `None` if it wrote nothing.
    /// A field that is not here is unmapped and belongs to the intranet.
    pub synced: BTreeMap<FieldName, Option<Value>>,
}

impl Account {
    /// Follows from the block reasons.
    pub fn status(&self) -> AccountStatus {
        if self.block_reasons.is_empty() {
            AccountStatus::Active
        } else {
            AccountStatus::Blocked
        }
    }

    /// Borrows the account in the form in which stores hand accounts out.
    pub fn view(&self) -> AccountView<'_> {
        AccountView {
            id: self.id,
            username: self.username.as_str(),
            owner: self.owner.as_str(),
            external_id: self.external_id.as_ref().map(ExternalId::as_str),
            block_reasons: self.block_reasons.iter().cloned().collect(),
            fields: self
                .fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.view()))
                .collect(),
            synced: self
                .synced
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_ref().map(Value::view)))
                .collect(),
        }
    }
}

/// An account that is borrowed from its packed record: what a scan of many
/// accounts hands out, so that nothing is copied for those that do not matter.
///
/// Lists are in ascending order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView<'a> {
    /// See [`Account::id`].
    pub id: AccountId,
    /// See [`Account::username`].
    pub username: &'a str,
    /// The owner's name, [`Owner::LOCAL`] or a directory's.
    pub owner: &'a str,
    /// See [`Account::external_id`].
    pub external_id: Option<&'a str>,
    /// See [`Account::block_reasons`]; in ascending order.
    pub block_reasons: Vec<BlockReason>,
    /// See [`Account::fields`].
    pub fields: Vec<(&'a str, ValueView<'a>)>,
    /// See [`Account::synced`].
    pub synced: Vec<(&'a str, Option<ValueView<'a>>)>,
}

impl AccountView<'_> {
    /// Copies the account out of its record. `None` if the username is blank,
    /// which no store accepts.
    pub fn to_account(&self) -> Option<Account> {
        Some(Account {
            id: self.id,
            username: Username::new(self.username)?,
            owner: Owner::from_name(self.owner),
            external_id: self.external_id.map(ExternalId::from),
            block_reasons: self.block_reasons.iter().cloned().collect(),
            fields: self
                .fields
                .iter()
                .map(|(name, value)| (FieldName::from(*name), value.to_owned()))
                .collect(),
            synced: self
                .synced
                .iter()
                .map(|(name, value)| {
                    (
                        FieldName::from(*name),
                        value.as_ref().map(ValueView::to_owned),
                    )
                })
                .collect(),
        })
    }
}
