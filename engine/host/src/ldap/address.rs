//! Which server, and whether the wire is encrypted.

use super::failure::Failure;
use url::{Host, Url};

/// How the wire is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (`ldaps://`).
    Tls,
    /// TLS after a StartTLS operation; without it the connection is closed.
    StartTls,
    /// None: everybody on the way can read and change everything.
    None,
}

/// A server, taken from its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the wire is protected.
    pub security: Security,
}

impl Address {
    /// Reads a URL and decides how the wire is protected.
    ///
    /// # Errors
    /// [`Failure::Url`] for a URL that is not `ldap://` or `ldaps://` with a
    /// host and nothing behind the port; [`Failure::PlainText`] if neither the
    /// URL nor `starttls` asks for encryption and `allow_plaintext` is false.
    pub fn parse(text: &str, starttls: bool, allow_plaintext: bool) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::Url {
            url: text.to_owned(),
            why: why.to_owned(),
        };
        let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        let (security, default_port) = match (url.scheme(), starttls, allow_plaintext) {
            ("ldaps", false, _) => (Security::Tls, 636),
            ("ldaps", true, _) => {
                return Err(wrong(
                    "`ldaps://` is encrypted from the first byte, so `starttls: true` does not fit",
                ));
            }
            ("ldap", true, _) => (Security::StartTls, 389),
            ("ldap", false, true) => (Security::None, 389),
            ("ldap", false, false) => {
                return Err(Failure::PlainText {
                    url: text.to_owned(),
                });
            }
            _ => return Err(wrong("it begins with neither `ldaps://` nor `ldap://`")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("a URL is no place for a login"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("something follows the host"));
        }
        let host = match url.host() {
            Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            _ => return Err(wrong("the host is missing")),
        };
        let port = url.port().unwrap_or(default_port);
        Ok(Self {
            host,
            port,
            security,
        })
    }

    /// Returns the server as a person would write it: `dc1.example.org:636`.
    pub fn server(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn security(url: &str, starttls: bool, allow: bool) -> Result<(String, Security), Failure> {
        Address::parse(url, starttls, allow).map(|address| (address.server(), address.security))
    }

    #[test]
    fn the_wire_is_encrypted_unless_the_settings_say_otherwise() {
        let found = |server: &str, security| Ok((server.to_owned(), security));
        assert_eq!(
            security("ldaps://dc1", false, false),
            found("dc1:636", Security::Tls)
        );
        assert_eq!(
            security("ldaps://dc1:3269/", false, true),
            found("dc1:3269", Security::Tls)
        );
        assert_eq!(
            security("ldap://dc1", true, true),
            found("dc1:389", Security::StartTls)
        );
        assert_eq!(
            security("ldap://[::1]:3890", false, true),
            found("[::1]:3890", Security::None)
        );
        assert!(matches!(
            security("ldap://dc1", false, false),
            Err(Failure::PlainText { .. })
        ));
    }

    #[test]
    fn other_urls_are_refused() {
        for url in [
            "dc1",
            "http://dc1",
            "ldap:///",
            "ldaps://dc1/dc=example",
            "ldaps://u:p@dc1",
            "ldapi://x",
        ] {
            assert!(
                matches!(security(url, false, true), Err(Failure::Url { .. })),
                "{url}"
            );
        }
        assert!(matches!(
            security("ldaps://dc1", true, false),
            Err(Failure::Url { .. })
        ));
    }

    #[test]
    fn the_hint_names_the_setting() {
        let hint = security("ldap://dc1", false, false)
            .err()
            .and_then(|failure| failure.hint());
        assert!(hint.is_some_and(|hint| hint.contains("allow_plaintext: true")));
    }
}
