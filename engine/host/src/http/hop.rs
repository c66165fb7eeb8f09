//! One stretch of a request's way.

use super::answer::URL;
use super::endpoint::Endpoint;
use crate::bindings::http as wit;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed};
use crate::words::tame;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode, Url};
use std::time::Duration;

/// Headers that are the host's business.
const OURS: [&str; 9] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "upgrade",
    "dpop",
];

/// What is sent to one place.
#[derive(Clone)]
pub(super) struct Hop {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// How long the whole answer may take, if not as long as any other.
    pub patience: Option<Duration>,
}

impl Hop {
    /// What a plugin asked for.
    pub fn first(endpoint: &Endpoint, request: wit::Request) -> Result<Self, Failure> {
        let unclear = || {
            failed(
                FailureKind::Internal,
                format!("`{}` is no target", tame(&request.target, URL)),
            )
        };
        Ok(Self {
            method: method(request.method),
            url: endpoint.resolve(&request.target).ok_or_else(unclear)?,
            headers: headers(&request.headers)?,
            body: request.body,
            patience: None,
        })
    }

    /// Where a redirect leads; none if the answer is the last.
    pub fn next(&self, response: &reqwest::Response) -> Result<Option<Self>, Failure> {
        let status = response.status();
        let follow = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
        let Some(location) = response.headers().get(LOCATION).filter(|_| follow) else {
            return Ok(None);
        };
        let location = String::from_utf8_lossy(location.as_bytes());
        let url = self.url.join(&location).map_err(|error| {
            let (from, to) = (tame(self.url.as_str(), URL), tame(&location, URL));
            failed(
                FailureKind::Data,
                format!("`{from}` redirects to `{to}`, which is no URL: {error}"),
            )
        })?;
        let as_get = status == StatusCode::SEE_OTHER
            || (self.method == Method::POST && matches!(status.as_u16(), 301 | 302));
        Ok(Some(match as_get {
            true => Self {
                method: Method::GET,
                url,
                headers: without_body(&self.headers),
                body: Vec::new(),
                patience: self.patience,
            },
            false => Self {
                url,
                ..self.clone()
            },
        }))
    }
}

fn method(method: wit::Method) -> Method {
    match method {
        wit::Method::Get => Method::GET,
        wit::Method::Post => Method::POST,
        wit::Method::Put => Method::PUT,
        wit::Method::Patch => Method::PATCH,
        wit::Method::Delete => Method::DELETE,
    }
}

fn headers(given: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let shown = tame(name, 100);
        if OURS.contains(&name.to_ascii_lowercase().as_str()) {
            let message = format!("the header `{shown}` is the host's business");
            return Err(failed(FailureKind::Denied, message));
        }
        let parsed = HeaderName::try_from(name)
            .ok()
            .zip(HeaderValue::try_from(value).ok());
        let Some((name, value)) = parsed else {
            return Err(failed(
                FailureKind::Internal,
                format!("the header `{shown}` cannot be sent"),
            ));
        };
        headers.append(name, value);
    }
    Ok(headers)
}

fn without_body(headers: &HeaderMap) -> HeaderMap {
    let body = |name: &HeaderName| name.as_str().starts_with("content-");
    let kept = headers.iter().filter(|(name, _)| !body(name));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
