//! What the policy says of the directory.

use muster_sdk::Failure;
use serde::Deserialize;

/// `provider.config`, after the schema's defaults were filled in.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// For messages; the host connects.
    url: OneOrMore,
    /// For messages; the host logs in.
    #[serde(default)]
    pub bind_dn: Option<String>,
    base_dn: OneOrMore,
    #[serde(default)]
    pub dialect: DialectSetting,
    #[serde(default)]
    pub people_filter: Option<String>,
    #[serde(default = "auto")]
    pub external_id: String,
    #[serde(default)]
    pub membership: MembershipSetting,
    #[serde(default)]
    pub status: StatusSetting,
    #[serde(default)]
    pub temporary_lock: TemporaryLock,
    #[serde(default)]
    pub ppolicy_dn: Option<String>,
    #[serde(default = "thousand")]
    pub page_size: u32,
    #[serde(default)]
    pub feed: FeedSetting,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(several) => several,
        }
    }
}

/// Which kind of server the operator says it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DialectSetting {
    #[default]
    Auto,
    ActiveDirectory,
    Openldap,
    #[serde(rename = "389ds")]
    Ds389,
    Generic,
}

/// How membership shall be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MembershipSetting {
    #[default]
    Auto,
    Member,
    #[serde(rename = "memberOf")]
    MemberOf,
    InChain,
}

/// Where blocked people show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusSetting {
    #[default]
    Auto,
    None,
    ActiveDirectory,
    Ppolicy,
    #[serde(rename = "389ds")]
    Ds389,
    Shadow,
}

/// How changes are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedSetting {
    #[default]
    Auto,
    Dirsync,
    Usn,
    Syncrepl,
    Timestamp,
    None,
}

/// What a lock that ends by itself does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TemporaryLock {
    #[default]
    Block,
    Ignore,
}

impl Settings {
    /// Where people are searched, as the policy writes it.
    pub fn bases(&self) -> &[String] {
        self.base_dn.all()
    }

    /// The servers, the first choice first.
    pub fn urls(&self) -> &[String] {
        self.url.all()
    }

    /// Who logs in, for messages.
    pub fn login(&self) -> &str {
        self.bind_dn.as_deref().unwrap_or("nobody (anonymous)")
    }

    /// Refuses what the schema cannot.
    pub fn check(&self) -> Result<(), Failure> {
        if self.bases().is_empty() {
            return Err(Failure::config("`base_dn` is an empty list"));
        }
        match &self.people_filter {
            Some(filter) if !(filter.starts_with('(') && filter.ends_with(')')) => {
                let text = format!("`people_filter` is no search filter: `{filter}`");
                Err(Failure::config(text).hint("a filter has parentheses: `(objectClass=person)`"))
            }
            _ => Ok(()),
        }
    }
}

fn auto() -> String {
    "auto".to_owned()
}

fn thousand() -> u32 {
    1000
}
