//! What a plugin asks for: its needs, and which settings and secrets of a
//! policy grant them.

use super::login::LoginWay;
use crate::sql::SqlNeed;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a plugin needs, by kind and name. Each need says which settings and
/// secrets of a policy grant it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// Files to read.
    #[serde(default)]
    pub files: BTreeMap<String, FileNeed>,
    /// LDAP servers to search.
    #[serde(default)]
    pub ldap: BTreeMap<String, LdapNeed>,
    /// HTTP services to call.
    #[serde(default)]
    pub http: BTreeMap<String, HttpNeed>,
    /// Databases to ask.
    #[serde(default)]
    pub sql: BTreeMap<String, SqlNeed>,
}

impl Needs {
    /// All HTTP services, those of files behind URLs included.
    pub(crate) fn services(&self) -> impl Iterator<Item = &HttpNeed> {
        let files = self.files.values().filter_map(|need| need.url.as_deref());
        self.http.values().chain(files)
    }

    /// Names of all secrets that a policy may give.
    pub fn secrets(&self) -> BTreeSet<&str> {
        let passwords = self
            .ldap
            .values()
            .flat_map(|need| [&need.password, &need.client_certificate])
            .filter_map(|secret| secret.as_deref());
        let databases = self
            .sql
            .values()
            .filter_map(|need| need.password.as_deref());
        passwords
            .chain(self.services().flat_map(HttpNeed::secrets))
            .chain(databases)
            .collect()
    }
}

/// A file: names of settings. Either it has a path or a URL.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileNeed {
    /// The setting that holds the path, relative to the policy's folder.
    pub path: String,
    /// How a file behind a URL is had. Its `base_url` names the setting with the
    /// file's URL, which may be the one that else holds the path.
    #[serde(default)]
    pub url: Option<Box<HttpNeed>>,
}

/// An LDAP server: names of settings, and of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LdapNeed {
    /// The setting that holds the URL, or several: the first choice first.
    pub url: String,
    /// The setting that holds the name to log in with.
    #[serde(default)]
    pub bind_dn: Option<String>,
    /// The secret that holds its password.
    #[serde(default)]
    pub password: Option<String>,
    /// The secret that holds a client certificate and its key, as PEM.
    #[serde(default)]
    pub client_certificate: Option<String>,
    /// The setting that names a PEM file of authorities.
    #[serde(default)]
    pub ca: Option<String>,
    /// The setting that says whether to begin TLS on an `ldap://` connection.
    #[serde(default)]
    pub starttls: Option<String>,
    /// The setting that allows `ldap://` without TLS.
    #[serde(default)]
    pub allow_plaintext: Option<String>,
}

/// An HTTP service: names of settings and of secrets, and its manners.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpNeed {
    /// The setting that holds the base URL.
    pub base_url: String,
    /// The secret that is sent as `Authorization: Bearer`: the short form of one
    /// way to log in.
    #[serde(default)]
    pub bearer: Option<String>,
    /// Ways to log in. The policy gives the secrets of exactly one of them.
    #[serde(default)]
    pub auth: Vec<LoginWay>,
    /// Whether the policy may also give no secret at all.
    #[serde(default)]
    pub anonymous: bool,
    /// The setting that names a PEM file of authorities.
    #[serde(default)]
    pub ca: Option<String>,
    /// The setting that allows `http://`.
    #[serde(default)]
    pub allow_plaintext: Option<String>,
    /// The setting that holds the URL of a proxy. Without it the environment
    /// says (`HTTPS_PROXY`, `NO_PROXY`).
    #[serde(default)]
    pub proxy: Option<String>,
    /// The secret that holds a certificate chain and its key, as PEM, for a
    /// service that wants to see one.
    #[serde(default)]
    pub client_certificate: Option<String>,
    /// The setting that holds how many requests a second are sent at most.
    #[serde(default)]
    pub rate: Option<String>,
    /// The setting that holds how many requests are sent side by side at most.
    #[serde(default)]
    pub parallel: Option<String>,
    /// The header that holds the second, counted from 1970, at which a throttle
    /// ends.
    #[serde(default)]
    pub wait_until: Option<String>,
    /// Answers that are no answers but ask to come back later, beside the
    /// statuses 429, 502, 503, 504 and 509.
    #[serde(default)]
    pub retry_on: Vec<RetryOn>,
}

/// An answer that asks to come back later.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryOn {
    /// Its status.
    pub status: u16,
    /// Texts of which its body has at least one; none takes every body.
    #[serde(default)]
    pub body_has: Vec<String>,
}

impl HttpNeed {
    /// All ways to log in, the short form first.
    pub fn ways(&self) -> Vec<LoginWay> {
        let short = self.bearer.iter().map(|secret| LoginWay::Token {
            scheme: "Bearer".to_owned(),
            secret: secret.clone(),
        });
        short.chain(self.auth.iter().cloned()).collect()
    }

    /// Names of all secrets that a policy may give.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let ways = self.auth.iter().map(LoginWay::secret);
        let others = [&self.bearer, &self.client_certificate];
        ways.chain(others.into_iter().flatten().map(String::as_str))
    }
}
