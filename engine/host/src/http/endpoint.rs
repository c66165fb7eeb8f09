//! A granted service: its base URL and its credential.

use crate::binding::Secret;
use crate::ldap::Trust;
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
        }
    }
}

/// A granted service.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub need: String,
    /// The setting that granted it.
    pub setting: String,
    /// Its path ends with a `/`.
    pub base: Url,
    pub bearer: Option<Secret>,
    pub trust: Trust,
}

impl Endpoint {
    pub fn new(
        need: &str,
        setting: &str,
        url: &str,
        bearer: Option<Secret>,
        trust: Trust,
    ) -> Result<Self, EndpointFault> {
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
            need: need.to_owned(),
            setting: setting.to_owned(),
            base,
            bearer,
            trust,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Result<Endpoint, EndpointFault> {
        Endpoint::new("api", "base_url", url, None, Trust::System)
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
