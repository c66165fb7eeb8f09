//! What Okta's refusals mean. Only its error codes can be relied upon; its words
//! are repeated for whoever wants to look them up.

use crate::clock;
use muster_sdk::http::{self, Response};
use muster_sdk::{Failure, FailureKind};
use serde::Deserialize;

/// A right that reading needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Users, and whose they are.
    Users,
    /// Groups and their members.
    Groups,
    /// The schema of profiles.
    Schemas,
    /// The System Log.
    Logs,
}

impl Right {
    /// The scope that a service app needs.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Users => "okta.users.read",
            Self::Groups => "okta.groups.read",
            Self::Schemas => "okta.schemas.read",
            Self::Logs => "okta.logs.read",
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct Body {
    #[serde(default, rename = "errorCode")]
    code: String,
    #[serde(default, rename = "errorSummary")]
    summary: String,
    #[serde(default, rename = "errorCauses")]
    causes: Vec<Cause>,
    /// OAuth's form.
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

#[derive(Debug, Deserialize)]
struct Cause {
    #[serde(default, rename = "errorSummary")]
    summary: String,
}

/// True if Okta itself says that something does not exist: a 404 of whatever
/// stands between says nothing about people.
pub fn is_missing(response: &Response) -> bool {
    let body: Option<Body> = serde_json::from_slice(&response.body).ok();
    response.status == 404 && body.is_some_and(|body| body.code == "E0000007")
}

/// Makes a failure of an answer that is no success; `what` was asked for.
pub fn of(what: &str, right: Right, response: &Response) -> Failure {
    let body: Body = serde_json::from_slice(&response.body).unwrap_or_default();
    let (kind, sentence, hint) = match body.code.as_str() {
        "E0000011" => (
            FailureKind::Auth,
            "Okta does not accept the token",
            TOKEN.to_owned(),
        ),
        "E0000006" => (
            FailureKind::Denied,
            "Okta does not allow it",
            format!(
                "a service app needs the scope `{}` and an administrator role that may view this, \
                 such as Read-only Administrator; an API token has the rights of whoever made it",
                right.scope()
            ),
        ),
        "E0000047" => return throttled(what, response),
        "E0000007" => (
            FailureKind::Data,
            "Okta does not know it",
            "see whether it was deleted, or whether the login may not see it".to_owned(),
        ),
        "E0000031" | "E0000001" => (
            FailureKind::Unsupported,
            "Okta does not understand the question",
            "this is likely a defect: please report it with these words".to_owned(),
        ),
        "E0000009" => (
            FailureKind::Unavailable,
            "Okta has an error of its own",
            "try again later; Okta's status page tells more".to_owned(),
        ),
        "E0000015" => (
            FailureKind::Denied,
            "the org does not have this feature",
            "ask Okta's support about it".to_owned(),
        ),
        // What stands between may say `error`, too: of an outage, say.
        "" if !body.error.is_empty() && matches!(response.status, 400 | 401) => (
            FailureKind::Auth,
            "Okta does not accept the token's proof",
            "see whether this machine's clock is right, and whether a proxy changes the URL"
                .to_owned(),
        ),
        _ => return http::failure(what, response, body.words()),
    };
    let words = body.words().unwrap_or_default();
    Failure::new(kind, format!("{what}: {sentence} ({words})")).hint(hint)
}

const TOKEN: &str = "an API token ends after 30 days without use, with the account of whoever made it, \
    and outside its network zones; make a new one under Security, API, Tokens";

/// The reset is an epoch second, held against the answer's own date.
fn throttled(what: &str, response: &Response) -> Failure {
    let reset = response.header("x-rate-limit-reset");
    let reset: Option<u64> = reset.and_then(|text| text.trim().parse().ok());
    let now = response.header("date").and_then(clock::of_header);
    let wait = reset
        .zip(now)
        .map(|(reset, now)| reset.saturating_sub(now) * 1000);
    let is_parallel = response.header("x-rate-limit-limit") == Some("0");
    let (message, hint) = if is_parallel {
        (
            "too many requests of the org run at once",
            "lower `parallel`, or see what else asks this org",
        )
    } else {
        (
            "the org's rate limit is used up",
            "set `requests_per_second`, or see what else asks this org",
        )
    };
    Failure::throttled(format!("{what}: {message} (E0000047)"), wait).hint(hint)
}

impl Body {
    /// `E0000001, Api validation failed: after: is not valid`.
    fn words(&self) -> Option<String> {
        if self.code.is_empty() {
            let parts = [&self.error, &self.error_description];
            let parts: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
            return (!self.error.is_empty()).then(|| parts.join(": "));
        }
        let causes: Vec<&str> = self.causes.iter().map(|c| c.summary.as_str()).collect();
        let mut words = format!("{}, {}", self.code, self.summary);
        if !causes.is_empty() {
            words.push_str(": ");
            words.push_str(&causes.join("; "));
        }
        Some(words)
    }
}
