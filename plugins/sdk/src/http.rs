//! HTTP through the host, which adds the credential and checks every hop.

mod answer;
mod target;

use crate::Failure;
pub use crate::bindings::muster::provider::http::{Method, Request, Response};
pub use answer::{epoch_seconds, expect_ok, explained, failure, retry_after};
pub use target::{Target, encode};

#[cfg(target_family = "wasm")]
use crate::bindings::muster::provider::http as imports;
#[cfg(not(target_family = "wasm"))]
use crate::testing::http as imports;

/// Sends one request.
pub fn send(request: &Request) -> Result<Response, Failure> {
    imports::send(request)
}

/// Sends a GET for JSON and lets only success pass, as [`expect_ok`] does, with
/// the service's own words of [`explained`] in the message.
pub fn get(endpoint: &str, target: impl Into<String>) -> Result<Response, Failure> {
    let request = Request::get(endpoint, target).header("accept", "application/json");
    let path = request.target.split('?').next().unwrap_or_default();
    let what = format!("GET {path}");
    expect_ok(&what, send(&request)?, explained)
}

/// Sends requests side by side; answers come in their order.
pub fn send_all(requests: &[Request]) -> Vec<Result<Response, Failure>> {
    imports::send_all(requests)
}

impl Request {
    /// A GET of a path below the endpoint's base URL, or of an absolute URL
    /// that the remote handed out as its next link.
    pub fn get(endpoint: impl Into<String>, target: impl Into<String>) -> Self {
        Self::new(Method::Get, endpoint, target)
    }

    /// A request without headers and body.
    pub fn new(method: Method, endpoint: impl Into<String>, target: impl Into<String>) -> Self {
        Self {
            method,
            endpoint: endpoint.into(),
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds a header. The credential is the host's business.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

impl Response {
    /// Returns a header's first value; names are compared without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}
