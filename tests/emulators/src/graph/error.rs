//! Refusals, in Graph's words.

use super::wire::Reply;
use serde_json::json;

/// Why Graph does not do what it was asked.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
    pub headers: Vec<(String, String)>,
}

impl Refusal {
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            headers: Vec::new(),
        }
    }

    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    pub fn denied() -> Self {
        let text = "Insufficient privileges to complete the operation.";
        Self::new(403, "Authorization_RequestDenied", text)
    }

    pub fn no_token(message: &str) -> Self {
        Self::new(401, "InvalidAuthenticationToken", message)
    }

    pub fn not_found(what: &str) -> Self {
        let text = format!(
            "Resource '{what}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(404, "Request_ResourceNotFound", text)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn reply(self) -> Reply {
        // Both spellings of the inner member are met in the wild.
        let inner = match self.status {
            400 => "innererror",
            _ => "innerError",
        };
        let mut reply = Reply::json(
            self.status,
            &json!({"error": {"code": self.code, "message": self.message, inner: {
                "date": "2026-11-23T08:00:00", "request-id": "1f0c2f6e-8d67-4d7a-9d5a-0a5f8a3e2b11",
                "client-request-id": "1f0c2f6e-8d67-4d7a-9d5a-0a5f8a3e2b11"}}}),
        );
        reply.headers.extend(self.headers);
        reply
    }
}
