//! Errors, in the shape that Google's APIs give them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Google's words for a missing right.
pub const NOT_AUTHORIZED: &str = "Not Authorized to access this resource/api";

/// An answer that is no success.
#[derive(Debug)]
pub struct Refusal {
    status: u16,
    body: Value,
}

/// The body of an error.
pub fn body(status: u16, domain: &str, reason: &str, message: &str) -> Value {
    json!({"error": {
        "code": status,
        "message": message,
        "errors": [{"domain": domain, "reason": reason, "message": message}],
    }})
}

impl Refusal {
    pub fn new(status: u16, reason: &str, message: &str) -> Self {
        let body = body(status, "global", reason, message);
        Self { status, body }
    }

    pub fn forbidden() -> Self {
        Self::new(403, "forbidden", NOT_AUTHORIZED)
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(404, "notFound", &format!("Resource Not Found: {what}"))
    }

    pub fn invalid(what: &str) -> Self {
        Self::new(400, "invalid", &format!("Invalid Input: {what}"))
    }

    pub fn bad_request() -> Self {
        Self::new(400, "badRequest", "Bad Request")
    }

    /// A parameter outside its range, as the discovery document has it.
    pub fn out_of_range(value: &str, most: usize) -> Self {
        let text = format!("Invalid value '{value}'. Values must be within the range: [1, {most}]");
        Self::new(400, "invalidParameter", &text)
    }

    pub fn unknown_field(field: &str) -> Self {
        Self::new(
            400,
            "invalidParameter",
            &format!("Invalid field selection {field}"),
        )
    }

    pub fn no_token() -> Self {
        let mut refusal = Self::new(401, "authError", "Invalid Credentials");
        refusal.body["error"]["status"] = "UNAUTHENTICATED".into();
        refusal.body["error"]["errors"][0]["location"] = "Authorization".into();
        refusal.body["error"]["errors"][0]["locationType"] = "header".into();
        refusal
    }

    pub fn scope_insufficient() -> Self {
        let text = "Request had insufficient authentication scopes.";
        let mut refusal = Self::new(403, "insufficientPermissions", text);
        refusal.body["error"]["status"] = "PERMISSION_DENIED".into();
        refusal.body["error"]["details"] = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
        }]);
        refusal
    }

    pub fn api_is_off() -> Self {
        let text = "Admin SDK API has not been used in project 5550001111 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/admin.googleapis.com/overview?project=5550001111 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.";
        let mut body = body(403, "usageLimits", "accessNotConfigured", text);
        body["error"]["status"] = "PERMISSION_DENIED".into();
        body["error"]["errors"][0]["extendedHelp"] = "https://console.developers.google.com".into();
        Self { status: 403, body }
    }

    pub fn apis_are_barred() -> Self {
        Self::new(403, "domainCannotUseApis", "Domain cannot use apis.")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("a status");
        (status, Json(self.body)).into_response()
    }
}
