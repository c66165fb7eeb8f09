//! What the policy says of the account.

use muster_sdk::Failure;
use serde::Deserialize;

/// `provider.config`, after the schema's defaults were filled in.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// In whose name the host asks for tokens; for messages.
    pub admin: String,
    #[serde(default)]
    customer: Option<String>,
    #[serde(default)]
    pub domain: Option<String>,
    #[serde(default)]
    pub nested: Nested,
    #[serde(default)]
    external_domains: Vec<String>,
    #[serde(default)]
    pub photos: bool,
    #[serde(default = "least_scopes")]
    pub scopes: String,
    /// For messages; the host connects.
    #[serde(default = "google")]
    pub url: String,
}

/// How nested groups are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nested {
    #[default]
    Own,
    Derived,
}

/// Whose people are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<'a> {
    /// All domains of this account.
    Customer(&'a str),
    /// One domain of it.
    Domain(&'a str),
}

impl Settings {
    /// Refuses what the schema cannot.
    pub fn check(&self) -> Result<(), Failure> {
        if !self.admin.contains('@') {
            return Err(
                Failure::config(format!("`admin` is no address: `{}`", self.admin))
                    .hint("name an administrator of the account, as in `sync-admin@example.com`"),
            );
        }
        match (&self.customer, &self.domain) {
            (Some(_), Some(_)) => Err(Failure::config(
                "`customer` and `domain` are both set: the one stands for all domains, the other for one",
            )
            .hint("keep one of them")),
            _ => Ok(()),
        }
    }

    /// Whose people are listed.
    pub fn whose(&self) -> Whose<'_> {
        match &self.domain {
            Some(domain) => Whose::Domain(domain),
            None => Whose::Customer(self.account()),
        }
    }

    /// The account as requests name it.
    pub fn account(&self) -> &str {
        self.customer.as_deref().unwrap_or("my_customer")
    }

    /// True if the operator says that an address is in another account.
    pub fn is_elsewhere(&self, email: &str) -> bool {
        let of = domain_of(email);
        self.external_domains
            .iter()
            .any(|domain| domain.trim_start_matches('@').eq_ignore_ascii_case(of))
    }
}

/// What stands behind the `@`.
pub fn domain_of(email: &str) -> &str {
    email.rsplit_once('@').map_or("", |(_, domain)| domain)
}

fn google() -> String {
    "https://admin.googleapis.com".to_owned()
}

fn least_scopes() -> String {
    "https://www.googleapis.com/auth/admin.directory.user.readonly https://www.googleapis.com/auth/admin.directory.group.member.readonly".to_owned()
}
