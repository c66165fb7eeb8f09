//! What a plugin asks for, in words that a person can decide by, and that stay
//! the same as long as it asks for the same.

use crate::manifest::{FileNeed, HttpNeed, LdapNeed, LoginWay, Needs, Piece, SendSecret, Template};
use crate::plugin::About;
use crate::sql::SqlNeed;
use serde_json::Value;
use std::collections::BTreeSet;
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

    /// Names of all settings that have a say in what is reached, and how.
    fn settings(&self) -> BTreeSet<&str> {
        let files = self.files.values().map(|need| need.path.as_str());
        let ldap = self.ldap.values().flat_map(|need| {
            let more = [
                &need.bind_dn,
                &need.ca,
                &need.starttls,
                &need.allow_plaintext,
            ];
            let more = more.into_iter().flatten().map(String::as_str);
            more.chain([need.url.as_str()])
        });
        let sql = self.sql.values().flat_map(|need| {
            let more = [&need.user, &need.ca, &need.allow_plaintext];
            let more = more.into_iter().flatten().map(String::as_str);
            more.chain([need.url.as_str()])
        });
        let http = self.services().flat_map(|need| {
            let more = [&need.ca, &need.allow_plaintext, &need.proxy];
            let more = more.into_iter().flatten().map(String::as_str);
            let ways = need.auth.iter().flat_map(way_settings);
            more.chain(ways).chain([need.base_url.as_str()])
        });
        files.chain(ldap).chain(sql).chain(http).collect()
    }
}

/// Settings that a way to log in names: who is asked for a token, as whom, for what.
fn way_settings(way: &LoginWay) -> Vec<&str> {
    let (templates, others): ([Option<&Template>; 2], Vec<&String>) = match way {
        LoginWay::Token { .. } => ([None, None], Vec::new()),
        LoginWay::Basic { username, .. } => ([None, None], vec![username]),
        LoginWay::ClientSecret {
            token_url,
            client_id,
            scope,
            ..
        } => ([Some(token_url), scope.as_ref()], vec![client_id]),
        LoginWay::ClientAssertion {
            token_url,
            client_id,
            certificate,
            scope,
            ..
        } => {
            let certificate = certificate.iter();
            let others = certificate.chain([client_id]).collect();
            ([Some(token_url), scope.as_ref()], others)
        }
        LoginWay::ServiceAccount {
            token_url,
            subject,
            scope,
            ..
        } => {
            let others = subject.iter().collect();
            ([Some(token_url), scope.as_ref()], others)
        }
    };
    let pieces = templates.into_iter().flatten().flat_map(Template::pieces);
    let named = pieces.filter_map(|piece| match piece {
        Piece::Setting(name) => Some(name.as_str()),
        Piece::Text(_) => None,
    });
    named
        .chain(others.into_iter().map(String::as_str))
        .collect()
}

impl About {
    /// Everything that the plugin asks for, as lines of which each stands for
    /// itself: what a newer version asks for beyond that is a line more.
    ///
    /// What the plugin's own schema puts in where a policy says nothing belongs to
    /// it: a default decides which server is shown a credential.
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
        let mut all: Vec<String> = self.needs.sheet().iter().flat_map(lines).collect();
        let defaults = self.defaults().into_iter();
        all.extend(defaults.map(|(name, value)| format!("setting {name} by default {value}")));
        all.sort();
        all.dedup();
        all
    }

    /// Settings with a say in what is reached for which the plugin's schema puts
    /// something in where a policy says nothing, and what.
    pub fn defaults(&self) -> Vec<(String, String)> {
        // The host has read it before.
        let schema: Value = serde_json::from_str(&self.settings_schema).unwrap_or_default();
        let of = |name: &str| {
            let default = schema.get("properties")?.get(name)?.get("default")?;
            let says = !matches!(default, Value::Null | Value::Bool(false));
            says.then(|| (name.to_owned(), default.to_string()))
        };
        let settings = self.needs.settings();
        settings.into_iter().filter_map(of).collect()
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
    let scoped = |scope: &Option<Template>| {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;
    use crate::plugin::Origin;

    const MANIFEST: &str = r#"
        name = "x"
        version = "1.0.0"
        api = "muster:provider@0.1"
        summary = "X"
        [needs.files.people]
        path = "path"
        [needs.files.people.url]
        base_url = "path"
        bearer = "file_token"
        [needs.ldap.directory]
        url = "servers"
        bind_dn = "bind_dn"
        password = "bind_password"
        starttls = "tls"
        [needs.sql.table]
        url = "database"
        user = "role"
        password = "role_password"
        [needs.http.api]
        base_url = "url"
        allow_plaintext = "plain"
        proxy = "proxy"
        client_certificate = "certificate"
        [[needs.http.api.auth]]
        kind = "token"
        scheme = "SSWS"
        secret = "token"
        [[needs.http.api.auth]]
        kind = "service-account"
        token_url = "{login}/token"
        subject = "admin"
        secret = "account"
        scope = "{scope}"
    "#;

    fn about(schema: &str) -> About {
        let manifest = Manifest::parse(MANIFEST).unwrap();
        About {
            name: manifest.name,
            version: manifest.version,
            api: manifest.api,
            summary: manifest.summary,
            delta: manifest.delta,
            login: false,
            memory_mib: manifest.memory_mib,
            needs: manifest.needs,
            imports: Vec::new(),
            exports: Vec::new(),
            settings_schema: schema.to_owned(),
            digest: String::new(),
            size: 0,
            origin: Origin::Bundled,
        }
    }

    #[test]
    fn lines_say_everything_that_is_asked_for() {
        assert_eq!(
            about("{}").lines(),
            [
                "files people (path)",
                "files people (path) with secret file_token: sent as `Authorization: Bearer`",
                "http api (url) with secret account: service account, signs statements to {login}/token for a token, scope {scope}, as the user in `admin`",
                "http api (url) with secret certificate: client certificate, shown in TLS",
                "http api (url) with secret token: sent as `Authorization: SSWS`",
                "ldap directory (servers)",
                "ldap directory (servers) with secret bind_password: password of the bind",
                "sql table (database)",
                "sql table (database) with secret role_password: password of the database's role",
            ]
        );
    }

    /// A newer version whose schema sends a policy's credential elsewhere asks for
    /// something new.
    #[test]
    fn what_a_schema_puts_in_belongs_to_what_is_asked_for() {
        let schema = r#"{"properties": {
            "url": {"default": "https://api.example.org"}, "login": {"default": "https://login.example.org"},
            "plain": {"default": true}, "tls": {"default": false}, "proxy": {"default": null},
            "colour": {"default": "red"}, "admin": {}, "scope": {"default": "people.read"}
        }}"#;
        let lines = about(schema).lines();
        let defaults: Vec<&String> = lines
            .iter()
            .filter(|line| line.starts_with("setting"))
            .collect();
        assert_eq!(
            defaults,
            [
                "setting login by default \"https://login.example.org\"",
                "setting plain by default true",
                "setting scope by default \"people.read\"",
                "setting url by default \"https://api.example.org\"",
            ]
        );
    }
}
