//! What Graph refuses, in words that an operator can act on.

use crate::properties;
use muster_sdk::http::Response;
use muster_sdk::{Failure, FailureKind};
use serde_json::Value;

/// What an application permission opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    Users,
    Members,
    Organization,
}

impl Right {
    /// The permission's name in the portal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Users => "User.Read.All",
            Self::Members => "GroupMember.Read.All",
            Self::Organization => "Organization.Read.All",
        }
    }

    /// What to do to get it.
    pub fn hint(self) -> String {
        format!(
            "grant the application permission `{}` in the app registration and give admin consent to it",
            self.name()
        )
    }
}

/// An answer that is no success.
#[derive(Clone, Debug)]
pub struct Fault {
    pub status: u16,
    pub code: String,
    pub message: String,
    retry_after_ms: Option<u64>,
}

impl Fault {
    /// Reads an answer; nothing if it is a success.
    pub fn of(response: &Response) -> Option<Self> {
        if (200..300).contains(&response.status) {
            return None;
        }
        let body = serde_json::from_slice(&response.body).unwrap_or_default();
        let mut fault = Self::read(response.status, &body);
        fault.retry_after_ms = response.header("Retry-After").and_then(milliseconds);
        Some(fault)
    }

    /// The same for a part of a batch.
    pub fn read(status: u16, body: &Value) -> Self {
        let error = body.get("error");
        let text = |name: &str| {
            let value = error.and_then(|error| error.get(name));
            value.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        Self {
            status,
            code: text("code"),
            message: text("message"),
            retry_after_ms: None,
        }
    }

    /// True if the object is not there.
    pub fn is_missing(&self) -> bool {
        self.status == 404
    }

    /// True if the same request may go well a little later.
    pub fn passes(&self) -> bool {
        matches!(self.status, 429 | 500 | 502 | 503 | 504 | 509)
    }

    /// True if a list cannot be narrowed to objects of a type.
    pub fn is_impossible_cast(&self) -> bool {
        self.status == 400 && self.code == "Request_UnsupportedQuery"
    }

    /// As a failure; `what` was asked for, which `right` opens.
    pub fn failure(&self, what: &str, right: Right) -> Failure {
        let said = self.said();
        let text = format!("{what}: Graph says {said}");
        match self.status {
            401 => Failure::auth(text).hint(
                "the token was refused: check that `login_url` and `url` are of the same cloud, and that the clock is right",
            ),
            403 => self.denied(text, right),
            429 => Failure::throttled(text, self.retry_after_ms),
            500 | 502 | 503 | 504 | 509 => Failure {
                retry_after_ms: self.retry_after_ms,
                ..Failure::unavailable(text)
            },
            501 => Failure::config(text)
                .hint("an attribute of the policy is one that Graph shows of one user at a time only"),
            400 => self.bad(text),
            _ => Failure::data(text),
        }
    }

    fn denied(&self, text: String, right: Right) -> Failure {
        // Some refusals name the permission themselves.
        let named = self
            .message
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))
            .find(|word| word.matches('.').count() >= 2 && word.contains("Read"));
        match named {
            Some(name) => Failure::denied(text).hint(format!(
                "grant the application permission `{}` and give admin consent to it",
                name.trim_end_matches('.')
            )),
            None => Failure::denied(text).hint(right.hint()),
        }
    }

    /// An attribute that users do not have, or something that is our mistake.
    fn bad(&self, text: String) -> Failure {
        let quoted = self.message.split("property named '").nth(1);
        let Some(name) = quoted.and_then(|rest| rest.split('\'').next()) else {
            return Failure::new(FailureKind::Unsupported, text);
        };
        let failure = Failure::config(format!("Graph knows no attribute `{name}` of users"));
        match properties::nearest(name) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(
                "directory extensions are written `extension_APPID_NAME`, schema extensions `NAME.PART`",
            ),
        }
    }

    /// Graph's own words.
    pub fn said(&self) -> String {
        match (self.code.as_str(), self.message.as_str()) {
            ("", "") => format!("{} without a word", self.status),
            (code, "") => format!("{} {code}", self.status),
            ("", message) => format!("{} {message}", self.status),
            (code, message) => format!("{} {code}: {message}", self.status),
        }
    }
}

/// Seconds, possibly with a fraction. A date is the host's to understand.
fn milliseconds(text: &str) -> Option<u64> {
    let seconds: f64 = text.trim().parse().ok()?;
    let sane = seconds.is_finite() && (0.0..86_400.0).contains(&seconds);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and a day"
    )]
    sane.then_some((seconds * 1000.0).ceil() as u64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_may_have_a_fraction_or_be_absent() {
        assert_eq!(milliseconds("2.128"), Some(2128));
        assert_eq!(milliseconds("10"), Some(10_000));
        assert_eq!(milliseconds("Mon, 23 Nov 2026 08:00:00 GMT"), None);
        let mut response = Response {
            status: 429,
            headers: vec![("retry-after".to_owned(), "0.5".to_owned())],
            body: Vec::new(),
        };
        let failure = |response: &Response| {
            let fault = Fault::of(response).unwrap();
            fault.failure("the list", Right::Users)
        };
        assert_eq!(failure(&response).retry_after_ms, Some(500));
        response.headers.clear();
        assert_eq!(failure(&response).kind, FailureKind::Throttled);
        assert_eq!(failure(&response).retry_after_ms, None);
    }

    #[test]
    fn a_permission_that_graph_names_is_passed_on() {
        let body = serde_json::json!({"error": {"code": "Authentication_MSGraphPermissionMissing",
            "message": "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API."}});
        let failure = Fault::read(403, &body).failure("the list", Right::Users);
        assert!(failure.hint.unwrap().contains("`AuditLog.Read.All`"));
    }
}
