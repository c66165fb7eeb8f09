//! A granted service: its base URL, its credential, its manners.

use super::auth::Login;
use super::pool::Identity;
use crate::ldap::Trust;
use crate::manifest::RetryOn;
use reqwest::Url;

/// Why a base URL cannot be granted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointFault {
    /// It is no URL.
    #[error("`{url}` is no URL: {why}")]
    Url {
        /// As it stands in the policy.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// It holds what belongs elsewhere.
    #[error("`{url}` has {what}")]
    Extra {
        /// As it stands in the policy, without what must not be shown.
        url: String,
        /// What.
        what: &'static str,
    },
    /// It is not encrypted.
    #[error("`{url}` is not encrypted")]
    PlainText {
        /// As it stands in the policy.
        url: String,
    },
    /// It names no proxy.
    #[error("`{url}` is no proxy: {why}")]
    Proxy {
        /// As it stands in the policy, without what must not be shown.
        url: String,
        /// What is wrong.
        why: &'static str,
    },
}

impl EndpointFault {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Url { .. } => "write `https://HOST/PATH`",
            Self::Extra { .. } => {
                "a base URL is `https://HOST/PATH`; a credential belongs to `provider.secrets`"
            }
            Self::PlainText { .. } => {
                "use `https://`; only for a service on a trusted wire: `allow_plaintext: true`"
            }
            Self::Proxy { .. } => "write `http://HOST:PORT`",
        }
    }
}

/// A granted service.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    /// The setting that granted it.
    pub setting: String,
    /// Its path ends with a `/`.
    pub base: Url,
    pub login: Login,
    pub trust: Trust,
    /// Without one the environment says.
    pub proxy: Option<Url>,
    /// What is shown to a server that wants to see a certificate.
    pub identity: Option<Identity>,
    pub manners: Manners,
}

/// How a service wants to be treated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manners {
    /// Requests a second.
    pub rate: Option<f64>,
    /// Requests side by side.
    pub parallel: Option<usize>,
    /// The header that says until when to wait, in seconds since 1970.
    pub wait_until: Option<String>,
    /// Answers that ask to come back later, beside those that always do.
    pub retry_on: Vec<RetryOn>,
}

impl Endpoint {
    /// A service of which nothing but the URL is known.
    pub fn new(setting: &str, url: &str) -> Result<Self, EndpointFault> {
        let wrong = |why: String| EndpointFault::Url {
            url: url.to_owned(),
            why,
        };
        let mut base = Url::parse(url).map_err(|error| wrong(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(wrong("it is neither `https://` nor `http://`".to_owned()));
        }
        let hidden = || format!("{}…", base.origin().ascii_serialization());
        if !base.username().is_empty() || base.password().is_some() {
            return Err(EndpointFault::Extra {
                url: hidden(),
                what: "a user name or password",
            });
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(EndpointFault::Extra {
                url: hidden(),
                what: "a query or fragment",
            });
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self {
            setting: setting.to_owned(),
            base,
            login: Login::Anonymous,
            trust: Trust::System,
            proxy: None,
            identity: None,
            manners: Manners::default(),
        })
    }

    /// Refuses plain `http://`, unless the policy allows it.
    pub fn encrypted_or(self, allowed: bool) -> Result<Self, EndpointFault> {
        match self.base.scheme() == "https" || allowed {
            true => Ok(self),
            false => Err(EndpointFault::PlainText {
                url: self.base.to_string(),
            }),
        }
    }

    /// True if the URL lies below the base URL. Both are normalised by parsing,
    /// `..` included.
    pub fn covers(&self, url: &Url) -> bool {
        let path = url.path();
        let below =
            path.starts_with(self.base.path()) || self.base.path().strip_suffix('/') == Some(path);
        let plain = url.username().is_empty() && url.password().is_none();
        url.origin() == self.base.origin() && below && plain
    }

    /// Resolves what a plugin asked for: a path and query below the base URL, or
    /// an absolute URL.
    pub fn resolve(&self, target: &str) -> Option<Url> {
        if target.starts_with("http://") || target.starts_with("https://") {
            return Url::parse(target).ok();
        }
        let base = self.base.as_str();
        let joined = match target.as_bytes().first() {
            None | Some(b'?') => format!("{}{target}", base.trim_end_matches('/')),
            Some(_) => format!("{base}{}", target.trim_start_matches('/')),
        };
        Url::parse(&joined).ok()
    }
}

/// Reads the URL of a proxy.
pub(crate) fn proxy(url: &str) -> Result<Url, EndpointFault> {
    let wrong = |url: &str, why| EndpointFault::Proxy {
        url: url.to_owned(),
        why,
    };
    let parsed = Url::parse(url).map_err(|_| wrong(url, "it is no URL"))?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        let hidden = format!("{}…", parsed.origin().ascii_serialization());
        return Err(wrong(&hidden, "a login at the proxy is not supported"));
    }
    match matches!(parsed.scheme(), "http" | "https") && parsed.has_host() {
        true => Ok(parsed),
        false => Err(wrong(url, "it is neither `http://` nor `https://`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Result<Endpoint, EndpointFault> {
        Endpoint::new("base_url", url)
    }

    #[test]
    fn targets_stay_below_the_base() {
        let api = endpoint("https://a.example/v2").unwrap();
        let resolved = |target| {
            api.resolve(target)
                .filter(|url| api.covers(url))
                .map(String::from)
        };
        assert_eq!(
            resolved("/Users?a=b").as_deref(),
            Some("https://a.example/v2/Users?a=b")
        );
        assert_eq!(
            resolved("Users").as_deref(),
            Some("https://a.example/v2/Users")
        );
        assert_eq!(resolved("?x").as_deref(), Some("https://a.example/v2?x"));
        assert_eq!(
            resolved("https://a.example/v2/next").as_deref(),
            Some("https://a.example/v2/next")
        );
        for outside in [
            "/../v1/Users",
            "/%2e%2e/v1",
            "https://a.example/v2x",
            "https://a.example/",
            "http://a.example/v2/Users",
            "https://a.example:8443/v2/Users",
            "https://b.example/v2/Users",
            "https://a.example@b.example/v2/Users",
            "https://user@a.example/v2/Users",
            "https://a.example.b.example/v2/",
        ] {
            assert_eq!(resolved(outside), None, "{outside}");
        }
    }

    #[test]
    fn a_base_url_is_plain() {
        for wrong in [
            "a.example",
            "ftp://a.example",
            "https://u:p@a.example",
            "https://a.example?x",
            "https://",
        ] {
            assert!(endpoint(wrong).is_err(), "{wrong}");
        }
        let secret = endpoint("https://u:hunter2@a.example")
            .unwrap_err()
            .to_string();
        assert!(!secret.contains("hunter2"), "{secret}");
        assert!(
            endpoint("http://a.example")
                .unwrap()
                .encrypted_or(false)
                .is_err()
        );
        assert!(
            endpoint("http://a.example")
                .unwrap()
                .encrypted_or(true)
                .is_ok()
        );
    }
}
