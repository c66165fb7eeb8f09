//! What stands between us and a service: network, TLS, proxy, in words.

use super::answer::URL;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed_hint};
use crate::ldap::tls_refusal;
use crate::words::tame;
use reqwest::Url;
use std::error::Error;
use std::io;

/// Why there is no answer.
pub(super) struct Trouble {
    pub failure: Failure,
    /// True if another try may go well.
    pub passing: bool,
}

impl Trouble {
    /// Trouble that stays until somebody does something about it.
    pub fn lasting(failure: Failure) -> Self {
        Self {
            failure,
            passing: false,
        }
    }

    /// Says why a server was not reached.
    pub fn network(url: &Url, error: &reqwest::Error) -> Self {
        let server = url.origin().ascii_serialization();
        let causes = causes(error);
        if let Some(tls) = causes.iter().find_map(|cause| tls_error(*cause)) {
            return Self::tls(&server, tls);
        }
        let why: Vec<String> = causes.iter().map(ToString::to_string).collect();
        let why = why.join(": ");
        if let Some(trouble) = Self::proxy(&server, &why) {
            return trouble;
        }
        if error.is_dns() {
            return Self::name(url, &why);
        }
        let why = match (error.is_timeout(), why.is_empty()) {
            (true, _) => "no answer in time".to_owned(),
            (false, true) => "the request failed".to_owned(),
            (false, false) => tame(&why, URL),
        };
        Self {
            failure: failed_hint(
                FailureKind::Unavailable,
                format!("`{server}` cannot be reached: {why}"),
                "check the base URL, the network, the proxy and, for a private authority, `ca`",
            ),
            // A server that was silent for minutes would be so again.
            passing: !error.is_timeout(),
        }
    }

    fn tls(server: &str, error: &rustls::Error) -> Self {
        let refusal = tls_refusal(server, error);
        let alert = matches!(error, rustls::Error::AlertReceived(_));
        let hint = match alert {
            true => Some(
                "the server refuses this machine: it may want a client certificate, or another one"
                    .to_owned(),
            ),
            false => refusal.hint(),
        };
        let hint = hint.unwrap_or_else(|| "check the base URL and its port".to_owned());
        Self::lasting(failed_hint(FailureKind::Config, refusal.to_string(), hint))
    }

    fn proxy(server: &str, why: &str) -> Option<Self> {
        let hint = match why {
            why if why.contains("proxy authorization required") => {
                "the proxy wants a login; let it pass this machine without one"
            }
            why if why.contains("tunnel") => {
                "let the proxy pass connections to this server, or set `proxy` to another one"
            }
            _ => return None,
        };
        Some(Self::lasting(failed_hint(
            FailureKind::Unavailable,
            format!(
                "the proxy does not connect to `{server}`: {}",
                tame(why, URL)
            ),
            hint,
        )))
    }

    fn name(url: &Url, why: &str) -> Self {
        let host = url.host_str().unwrap_or_default();
        Self {
            failure: failed_hint(
                FailureKind::Unavailable,
                format!("the name `{host}` cannot be resolved: {}", tame(why, URL)),
                "check the base URL and the name service (DNS) of this machine",
            ),
            passing: true,
        }
    }
}

/// The outermost text names the URL, with its query; the causes say more.
fn causes(error: &reqwest::Error) -> Vec<&(dyn Error + 'static)> {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        causes.push(inner);
        cause = inner.source();
    }
    causes
}

/// TLS comes wrapped in errors of the system.
fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = cause.downcast_ref() {
        return Some(tls);
    }
    let inner = cause.downcast_ref::<io::Error>()?.get_ref()?;
    tls_error(inner)
}
