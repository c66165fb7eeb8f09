//! Which server and database, as whom, and whether the wire is encrypted.

use super::failure::Failure;
use crate::binding::Secret;
use crate::ldap::Trust;
use std::net::IpAddr;
use std::time::Duration;
use url::{Host, Url};

/// What a login needs.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Name of the database.
    pub database: String,
    /// Name of the role.
    pub user: String,
    /// Its password, if it has one.
    pub password: Option<Secret>,
    /// Whose signature on the server's certificate is believed; none for a
    /// connection that is not encrypted.
    pub tls: Option<Trust>,
    /// How long a statement may take.
    pub statement_timeout: Option<Duration>,
}

/// How the wire is to be protected.
pub(crate) struct Protection {
    /// Whose signature is believed.
    pub trust: Trust,
    /// True if the operator named a file of authorities.
    pub has_ca: bool,
    /// True if the operator does without TLS.
    pub allow_plaintext: bool,
}

impl Settings {
    /// Reads a URL. TLS is left out only if nobody else can listen (a server on
    /// this machine) or the operator says so, and not if they named a `ca`.
    ///
    /// # Errors
    /// [`Failure::Url`] for what is not `postgresql://HOST[:PORT]/DATABASE`.
    pub fn new(text: &str, user: &str, protection: Protection) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::Url {
            url: without_login(text),
            why: why.to_owned(),
        };
        let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(url.scheme(), "postgresql" | "postgres") {
            return Err(wrong("it does not begin with `postgresql://`"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("a URL is no place for a login"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("something follows the database"));
        }
        let host = match url.host() {
            Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            _ => return Err(wrong("the host is missing")),
        };
        let database = decoded(url.path().trim_start_matches('/'));
        if database.is_empty() || database.contains('/') {
            return Err(wrong("the database is missing"));
        }
        let plain = (protection.allow_plaintext || is_loopback(&host)) && !protection.has_ca;
        Ok(Self {
            port: url.port().unwrap_or(5432),
            host,
            database,
            user: user.to_owned(),
            password: None,
            tls: (!plain).then_some(protection.trust),
            statement_timeout: None,
        })
    }

    /// The server as a person would write it: `db.example.org:5432`.
    pub fn server(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

/// Nobody but this machine hears what is said to a loopback address.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// A password that somebody wrote into the URL is not shown.
fn without_login(text: &str) -> String {
    match text.split_once("://") {
        Some((scheme, rest)) => {
            let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
            format!("{scheme}://{rest}")
        }
        None => text.to_owned(),
    }
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                rest = others.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, has_ca: bool, allow_plaintext: bool) -> Result<Settings, Failure> {
        let trust = Trust::System;
        let protection = Protection {
            trust,
            has_ca,
            allow_plaintext,
        };
        Settings::new(url, "hr", protection)
    }

    #[test]
    fn a_url_names_server_and_database() {
        let found = settings("postgresql://db.example.org/people%20two", false, false).unwrap();
        assert_eq!(found.server(), "db.example.org:5432");
        assert_eq!(found.database, "people two");
        let found = settings("postgres://[::1]:6000/hr", false, false).unwrap();
        assert_eq!(found.server(), "[::1]:6000");
        for wrong in [
            "mysql://db/hr",
            "postgresql://db",
            "postgresql://db/",
            "postgresql://db/hr?sslmode=disable",
            "postgresql://me:secret@db/hr",
            "db/hr",
        ] {
            let failure = settings(wrong, false, false).unwrap_err().to_string();
            assert!(!failure.contains("secret"), "{failure}");
        }
    }

    #[test]
    fn the_wire_is_encrypted_unless_nobody_can_listen() {
        let encrypted = |url, ca, plain| settings(url, ca, plain).unwrap().tls.is_some();
        assert!(encrypted("postgresql://db/hr", false, false));
        assert!(encrypted("postgresql://db/hr", true, true));
        assert!(encrypted("postgresql://127.0.0.1/hr", true, false));
        assert!(!encrypted("postgresql://127.0.0.1/hr", false, false));
        assert!(!encrypted("postgresql://localhost/hr", false, false));
        assert!(!encrypted("postgresql://db/hr", false, true));
        assert!(encrypted(
            "postgresql://localhost.example.org/hr",
            false,
            false
        ));
    }
}
