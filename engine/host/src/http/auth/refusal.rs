//! Why a token service gives no token, in words.

use super::oauth::{Asker, OAuth};
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed, failed_hint};
use crate::http::answer::Answer;
use crate::words::tame;
use serde::Deserialize;
use std::time::{SystemTime, UNIX_EPOCH};

/// Longest text that is taken over from a service, in bytes.
const TEXT: usize = 600;

/// From here on a clock is wrong, in seconds. Services bear a few minutes.
const SKEW: i64 = 120;

/// What a service says when it gives no token (RFC 6749, 5.2), as far as it
/// keeps to that.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Words {
    error: String,
    error_description: String,
    /// Entra's numbers. They may change: they add to a hint and decide nothing.
    error_codes: Vec<u32>,
}

/// A token that was not given.
pub(super) struct Refusal<'a> {
    oauth: &'a OAuth,
    status: u16,
    words: Words,
    /// Seconds by which this machine's clock is ahead of the service's.
    ahead: i64,
}

impl<'a> Refusal<'a> {
    pub fn new(oauth: &'a OAuth, answer: &Answer) -> Self {
        Self {
            oauth,
            status: answer.status,
            words: serde_json::from_slice(&answer.body).unwrap_or_default(),
            ahead: ahead(answer),
        }
    }

    pub fn failure(&self) -> Failure {
        let server = self.oauth.token_url.origin().ascii_serialization();
        let said = self.said();
        if self.status >= 500 || self.status == 429 {
            let kind = match self.status {
                429 => FailureKind::Throttled,
                _ => FailureKind::Unavailable,
            };
            return failed(kind, format!("`{server}` gives no token now: {said}"));
        }
        failed_hint(
            FailureKind::Auth,
            format!("`{server}` refuses to give a token: {said}"),
            self.hint(),
        )
    }

    fn said(&self) -> String {
        let words = &self.words;
        let text = match (words.error.as_str(), words.error_description.as_str()) {
            ("", "") => format!("status {}", self.status),
            (error, "") => format!("`{error}`"),
            ("", text) => text.to_owned(),
            (error, text) => format!("`{error}`, {text}"),
        };
        // A service that repeats the secret must not bring it into a log.
        let text = match self.oauth.secret() {
            Some(secret) if !secret.is_empty() => text.replace(secret, "…"),
            _ => text,
        };
        tame(&text, TEXT)
    }

    fn hint(&self) -> String {
        let text = self.words.error_description.to_ascii_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
        if self.signs() && self.ahead.abs() >= SKEW {
            return skew(self.ahead);
        }
        if has(&["audience", "'aud'", "\"aud\""]) {
            return format!(
                "the statement was made for `{}`, which the service does not take for its own: check the URL settings",
                self.oauth.token_url
            );
        }
        let about_time = ["iat", "'exp'", "nbf", "time range", "short-lived", "future"];
        if self.signs() && has(&about_time) {
            return "compare this machine's clock with the service's: statements hold for minutes"
                .to_owned();
        }
        if let Some(hint) = self.numbered() {
            return hint.to_owned();
        }
        self.by_error(&text)
    }

    fn by_error(&self, text: &str) -> String {
        let scope = self.oauth.scope.as_deref().unwrap_or_default();
        match (self.words.error.as_str(), &self.oauth.asker) {
            ("invalid_client", Asker::Secret { .. }) => {
                "check the client's id and secret; the secret may have been replaced or have expired"
                    .to_owned()
            }
            ("invalid_client", _) => {
                "check the client's id; the public half of the private key, or its certificate, must be registered with this client, under the same key id"
                    .to_owned()
            }
            ("unauthorized_client", Asker::Account { client_id, .. }) => format!(
                "let an administrator delegate to the account's client id{} exactly these scopes: {scope}",
                client_id.as_ref().map_or_else(String::new, |id| format!(" {id}"))
            ),
            ("unauthorized_client", _) => {
                "allow the client the grant type `client_credentials`".to_owned()
            }
            ("invalid_scope" | "access_denied" | "consent_required", _) => {
                format!("grant the client this scope, and let an administrator consent to it: {scope}")
            }
            ("invalid_grant", Asker::Account { email, subject, .. }) => match subject {
                Some(subject) if text.contains("email") || text.contains("user") => {
                    format!("`{subject}` must be an active administrator who has logged in once")
                }
                _ => format!("check that the account `{email}` and its key still exist"),
            },
            ("invalid_dpop_proof", _) => {
                "the service wants proofs of possession (DPoP) that were not to its liking; compare the clocks"
                    .to_owned()
            }
            _ if self.status == 404 => {
                format!("there is no token service at `{}`: check the URL settings", self.oauth.token_url)
            }
            _ => "look at the client's registration at the service".to_owned(),
        }
    }

    /// What Entra's numbers are known to stand for.
    fn numbered(&self) -> Option<&'static str> {
        self.words.error_codes.iter().find_map(|code| match code {
            7_000_215 => {
                Some("the client secret is wrong: give the secret's value, not the secret's id")
            }
            7_000_222 => Some("the client secret has expired: make a new one"),
            700_016 => Some(
                "there is no such application in this tenant: check the client's id and the tenant",
            ),
            90_002 | 900_023 => Some("there is no such tenant: check the tenant's id or domain"),
            700_027 => Some(
                "the certificate is not registered with the application, or belongs to another key",
            ),
            700_024 => Some("compare this machine's clock with the service's"),
            50_196 => Some("the service saw too many requests for tokens: wait some minutes"),
            _ => None,
        })
    }

    fn signs(&self) -> bool {
        !matches!(self.oauth.asker, Asker::Secret { .. })
    }
}

fn skew(ahead: i64) -> String {
    let minutes = ahead.abs() / 60;
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let way = if ahead > 0 { "ahead of" } else { "behind" };
    format!(
        "clock skew of {minutes} {unit}: this machine's clock is {way} the service's; set it by NTP"
    )
}

/// Seconds by which this machine's clock is ahead of a service's; 0 if the
/// service does not tell the time.
fn ahead(answer: &Answer) -> i64 {
    let seconds = |time: SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    };
    answer
        .header("date")
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .map_or(0, |date| seconds(SystemTime::now()) - seconds(date))
}

/// An answer with status 200 that is no token.
pub(super) fn unusable_answer(oauth: &OAuth) -> Failure {
    let url = tame(oauth.token_url.as_str(), TEXT);
    failed_hint(
        FailureKind::Auth,
        format!("`{url}` answered with something that is no token"),
        "check the URL settings: a web page or a proxy may have answered",
    )
}
