//! What a plugin asks for, in words that a person can decide by, and that stay
//! the same as long as it asks for the same.

use crate::manifest::{FileNeed, HttpNeed, LdapNeed, LoginWay, Needs, SendSecret};
use crate::sql::SqlNeed;
use std::fmt;

/// A kind of things that a plugin can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NeedKind {
    /// A file.
    Files,
    /// An HTTP service.
    Http,
    /// An LDAP server.
    Ldap,
    /// A database.
    Sql,
}

impl fmt::Display for NeedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Files => "files",
            Self::Http => "http",
            Self::Ldap => "ldap",
            Self::Sql => "sql",
        })
    }
}

/// One thing that a plugin asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What kind of thing it is.
    pub kind: NeedKind,
    /// What the plugin calls it.
    pub name: String,
    /// The settings that name it; one of them is enough.
    pub settings: Vec<String>,
    /// What each secret of the policy is for. The plugin itself sees none.
    pub secrets: Vec<SecretUse>,
    /// Whether it may be reached without a login.
    pub anonymous: bool,
}

/// What a secret is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretUse {
    /// The secret's name in a policy.
    pub secret: String,
    /// What the host does with it.
    pub what: String,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} ({})",
            self.kind,
            self.name,
            self.settings.join(" or ")
        )
    }
}

impl fmt::Display for SecretUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "secret {}: {}", self.secret, self.what)
    }
}

impl Needs {
    /// Everything that a plugin asks for, in order.
    pub fn sheet(&self) -> Vec<Need> {
        let files = self.files.iter().map(|(name, need)| file(name, need));
        let http = self.http.iter().map(|(name, need)| http(name, need));
        let ldap = self.ldap.iter().map(|(name, need)| ldap(name, need));
        let sql = self.sql.iter().map(|(name, need)| sql(name, need));
        files.chain(http).chain(ldap).chain(sql).collect()
    }

    /// The same as lines, each of which stands for itself: what a newer version
    /// asks for beyond that is a line more.
    pub fn lines(&self) -> Vec<String> {
        let lines = |need: &Need| {
            let plain = need.secrets.is_empty() || need.anonymous;
            let plain = plain.then(|| need.to_string());
            let with = need
                .secrets
                .iter()
                .map(|used| format!("{need} with {used}"));
            plain.into_iter().chain(with).collect::<Vec<String>>()
        };
        let mut all: Vec<String> = self.sheet().iter().flat_map(lines).collect();
        all.sort();
        all.dedup();
        all
    }
}

fn file(name: &str, need: &FileNeed) -> Need {
    let url = need.url.as_deref();
    let other = url
        .map(|url| &url.base_url)
        .filter(|url| **url != need.path);
    Need {
        kind: NeedKind::Files,
        name: name.to_owned(),
        settings: [Some(&need.path), other]
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        secrets: url.map(http_secrets).unwrap_or_default(),
        // A file on this machine takes no login.
        anonymous: true,
    }
}

fn http(name: &str, need: &HttpNeed) -> Need {
    Need {
        kind: NeedKind::Http,
        name: name.to_owned(),
        settings: vec![need.base_url.clone()],
        secrets: http_secrets(need),
        anonymous: need.anonymous || need.ways().is_empty(),
    }
}

fn http_secrets(need: &HttpNeed) -> Vec<SecretUse> {
    let ways = need.ways();
    let ways = ways.iter().map(|way| used(way.secret(), way_used(way)));
    ways.chain(certificate(need.client_certificate.as_ref()))
        .collect()
}

fn ldap(name: &str, need: &LdapNeed) -> Need {
    let password = need.password.as_ref();
    let password = password.map(|secret| used(secret, "password of the bind".to_owned()));
    Need {
        kind: NeedKind::Ldap,
        name: name.to_owned(),
        settings: vec![need.url.clone()],
        secrets: password
            .into_iter()
            .chain(certificate(need.client_certificate.as_ref()))
            .collect(),
        anonymous: true,
    }
}

fn sql(name: &str, need: &SqlNeed) -> Need {
    let password = need.password.as_ref();
    let password =
        password.map(|secret| used(secret, "password of the database's role".to_owned()));
    Need {
        kind: NeedKind::Sql,
        name: name.to_owned(),
        settings: vec![need.url.clone()],
        secrets: password.into_iter().collect(),
        anonymous: true,
    }
}

fn certificate(secret: Option<&String>) -> Option<SecretUse> {
    secret.map(|secret| used(secret, "client certificate, shown in TLS".to_owned()))
}

fn used(secret: &str, what: String) -> SecretUse {
    SecretUse {
        secret: secret.to_owned(),
        what,
    }
}

fn way_used(way: &LoginWay) -> String {
    let scoped = |scope: &Option<crate::manifest::Template>| {
        let scope = scope.as_ref();
        scope.map_or_else(String::new, |scope| format!(", scope {}", scope.as_str()))
    };
    match way {
        LoginWay::Token { scheme, .. } => format!("sent as `Authorization: {scheme}`"),
        LoginWay::Basic { username, .. } => {
            format!("password of the user in `{username}` (basic authentication)")
        }
        LoginWay::ClientSecret {
            token_url,
            scope,
            send,
            ..
        } => {
            let place = match send {
                SendSecret::Body => "in the form",
                SendSecret::Header => "as basic authentication",
            };
            let (url, scope) = (token_url.as_str(), scoped(scope));
            format!("client secret, sent {place} to {url} for a token{scope}")
        }
        LoginWay::ClientAssertion {
            token_url, scope, ..
        } => {
            let (url, scope) = (token_url.as_str(), scoped(scope));
            format!("private key, signs statements to {url} for a token{scope}")
        }
        LoginWay::ServiceAccount {
            token_url,
            scope,
            subject,
            ..
        } => {
            let whom = subject.as_ref();
            let whom = whom.map_or_else(String::new, |name| format!(", as the user in `{name}`"));
            let (url, scope) = (token_url.as_str(), scoped(scope));
            format!("service account, signs statements to {url} for a token{scope}{whom}")
        }
    }
}
