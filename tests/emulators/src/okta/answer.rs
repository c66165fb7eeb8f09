//! Answers in Okta's form: errors with codes, and pages with links.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error as Okta's API words it. Clients are to rely on the code alone.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: u16,
    body: Value,
    headers: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &str, summary: &str) -> Self {
        Self {
            status,
            body: json!({
                "errorCode": code,
                "errorSummary": summary,
                "errorLink": code,
                "errorId": "oaeEmulated0000000000",
                "errorCauses": [],
            }),
            headers: Vec::new(),
        }
    }

    /// The form of OAuth's errors (RFC 6749, 5.2).
    pub(super) fn oauth(status: u16, error: &str, description: &str) -> Self {
        Self {
            status,
            body: json!({"error": error, "error_description": description}),
            headers: Vec::new(),
        }
    }

    pub(super) fn invalid(cause: &str) -> Self {
        let mut refusal = Self::new(400, "E0000001", "Api validation failed");
        refusal.body["errorCauses"] = json!([{ "errorSummary": cause }]);
        refusal
    }

    pub(super) fn bad_search(text: &str) -> Self {
        let summary = format!("Invalid search criteria: {text}");
        Self::new(400, "E0000031", &summary)
    }

    pub(super) fn missing(id: &str, kind: &str) -> Self {
        let summary = format!("Not found: Resource not found: {id} ({kind})");
        Self::new(404, "E0000007", &summary)
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Response::builder()
            .status(self.status)
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(Body::from(self.body.to_string())).unwrap()
    }
}

/// What an asked-for page holds, and whether another follows.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) items: Vec<Value>,
    /// The cursor of the next page.
    pub(super) after: Option<String>,
}

/// A request's address, as far as links are built from it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// `http://HOST`, from the request's own `Host`, so that a proxy may stand
    /// between.
    pub(super) origin: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The number of results that was asked for.
    pub(super) fn limit(&self, default: usize, most: usize) -> Result<usize, Refusal> {
        let Some(text) = self.parameter("limit") else {
            return Ok(default);
        };
        let limit = text.parse::<usize>();
        let limit = limit.map_err(|_| Refusal::invalid("limit: is not a number"))?;
        Ok(limit.min(most))
    }

    fn address(&self, change: Option<&str>) -> String {
        let mut query = self.query.clone();
        if let Some(after) = change {
            query.retain(|(name, _)| name != "after" && name != "since");
            query.insert(0, ("after".to_owned(), after.to_owned()));
        }
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{}{mark}{}", self.origin, self.path, query.join("&"))
    }
}

/// Percent-encodes a value of a query.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A page with its links, **each in a header line of its own**.
pub(super) fn page(asked: &Asked, listed: Listed) -> Response {
    let mut headers = HeaderMap::new();
    let mut link = |address: String, relation: &str| {
        let value = format!("<{address}>; rel=\"{relation}\"");
        headers.append(header::LINK, value.parse().unwrap());
    };
    link(asked.address(None), "self");
    if let Some(after) = &listed.after {
        link(asked.address(Some(after)), "next");
    }
    (headers, one(Value::Array(listed.items))).into_response()
}

/// A single object.
pub(super) fn one(body: Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::OK, kind, body.to_string()).into_response()
}
