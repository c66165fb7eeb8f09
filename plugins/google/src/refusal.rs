//! Why Google said no: its 403 has many meanings.

use crate::settings::Settings;
use muster_sdk::Failure;
use muster_sdk::http::{self, Response};
use serde::Deserialize;

/// Longest text of Google's that a message repeats, in characters.
const SHOWN: usize = 400;

/// An answer that is no success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub cause: Cause,
    message: String,
    retry_after_ms: Option<u64>,
}

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Too many requests: as 429, and as 403.
    Throttled,
    /// The Admin SDK API is off in the cloud project.
    NotSwitchedOn,
    /// The account does not let programs use its APIs.
    Barred,
    /// The token lacks a scope.
    Scope,
    /// The administrator may not, or nobody was impersonated.
    Forbidden,
    /// The token was refused.
    Unauthorised,
    NotFound,
    /// The request makes no sense to Google, such as with an old page token.
    Invalid,
    Unavailable,
    Other,
}

/// What a request is about, and so what is needed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Users,
    Members,
    Groups,
    Schemas,
}

#[derive(Deserialize)]
struct Body {
    error: Detail,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<Item>,
    #[serde(default)]
    details: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    reason: String,
}

impl Refusal {
    /// Reads an answer that is no success.
    pub fn read(response: &Response) -> Self {
        let body: Option<Body> = serde_json::from_slice(&response.body).ok();
        let reasons: Vec<&str> = body
            .iter()
            .flat_map(|body| body.error.errors.iter().chain(&body.error.details))
            .map(|item| item.reason.as_str())
            .collect();
        let message = body.as_ref().map_or("", |body| body.error.message.as_str());
        Self {
            status: response.status,
            cause: cause(response.status, &reasons),
            message: message.chars().take(SHOWN).collect(),
            retry_after_ms: http::retry_after(response),
        }
    }

    /// The failure of a read or a step of a check.
    pub fn failure(&self, about: About, settings: &Settings) -> Failure {
        let said = self.said();
        match self.cause {
            Cause::Throttled => Failure::throttled(
                format!("Google asks to slow down{said}"),
                self.retry_after_ms,
            )
            .hint("lower `requests_per_second`, or ask for more quota in the cloud project"),
            Cause::NotSwitchedOn => Failure::denied(format!(
                "the Admin SDK API is not switched on in the service account's cloud project{said}"
            ))
            .hint("switch on `Admin SDK API` in the Google Cloud console, then wait some minutes"),
            Cause::Barred => Failure::denied(format!(
                "the Workspace account does not let programs use its APIs{said}"
            ))
            .hint("Admin console > Security > Access and data control > API controls; the edition must include the Directory API"),
            Cause::Scope => Failure::denied(format!(
                "the token lacks the scope `{}`{said}",
                about.scope()
            ))
            .hint("add it to `scopes`, and register it for the service account's numeric client id in the Admin console > Security > API controls > Domain-wide delegation"),
            Cause::Forbidden => Failure::denied(format!(
                "`{}` may not read {}{said}",
                settings.admin,
                about.what()
            ))
            .hint(format!(
                "`admin` must be an administrator with the privilege `{}` who has signed in once and is not suspended; a service account alone may read nothing",
                about.privilege()
            )),
            Cause::Unauthorised => Failure::auth(format!("Google refused the token{said}")),
            Cause::NotFound => Failure::denied(format!("Google does not know what was asked for{said}"))
                .hint("see whether `customer` or `domain` is the account's"),
            Cause::Invalid => Failure::config(format!("Google refused the request{said}")),
            Cause::Unavailable => Failure::unavailable(format!(
                "Google does not answer now: status {}{said}",
                self.status
            )),
            Cause::Other => Failure::data(format!(
                "an answer that nobody expects: status {}{said}",
                self.status
            )),
        }
    }

    /// Google's own words, to go on with.
    pub fn said(&self) -> String {
        match self.message.trim() {
            "" => String::new(),
            message => format!(": {message}"),
        }
    }
}

impl About {
    /// The least scope that lets it be read.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Users => "https://www.googleapis.com/auth/admin.directory.user.readonly",
            Self::Members => {
                "https://www.googleapis.com/auth/admin.directory.group.member.readonly"
            }
            Self::Groups => "https://www.googleapis.com/auth/admin.directory.group.readonly",
            Self::Schemas => "https://www.googleapis.com/auth/admin.directory.userschema.readonly",
        }
    }

    /// The privilege of the administrator's role, as the Admin console names it.
    pub fn privilege(self) -> &'static str {
        match self {
            Self::Users => "Admin API privileges > Users > Read",
            Self::Members | Self::Groups => "Admin API privileges > Groups > Read",
            Self::Schemas => "Admin API privileges > Schema Management > Schema Read",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Members => "the members of groups",
            Self::Groups => "the list of groups",
            Self::Schemas => "custom schemas",
        }
    }
}

fn cause(status: u16, reasons: &[&str]) -> Cause {
    let is = |names: &[&str]| reasons.iter().any(|reason| names.contains(reason));
    match status {
        403 if is(&[
            "userRateLimitExceeded",
            "rateLimitExceeded",
            "quotaExceeded",
            "dailyLimitExceeded",
            "RATE_LIMIT_EXCEEDED",
        ]) =>
        {
            Cause::Throttled
        }
        403 if is(&["accessNotConfigured", "SERVICE_DISABLED"]) => Cause::NotSwitchedOn,
        403 if is(&["domainCannotUseApis"]) => Cause::Barred,
        403 if is(&["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"]) => Cause::Scope,
        403 => Cause::Forbidden,
        401 => Cause::Unauthorised,
        404 => Cause::NotFound,
        429 => Cause::Throttled,
        400 | 410 | 412 => Cause::Invalid,
        500.. => Cause::Unavailable,
        _ => Cause::Other,
    }
}
