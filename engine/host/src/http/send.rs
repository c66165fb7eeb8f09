//! One request and its redirects.

use super::client::Client;
use super::endpoint::Endpoint;
use crate::bindings::http as wit;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed, failed_hint};
use crate::words::tame;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode, Url};
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Redirects that are followed.
const HOPS: usize = 5;

/// Longest URL in a message, in bytes.
const URL: usize = 300;

/// Headers that are the host's business.
const OURS: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "upgrade",
];

/// Bytes that may still be received.
pub(super) struct Budget(AtomicUsize);

impl Budget {
    pub fn new(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }

    fn take(&self, bytes: usize) -> bool {
        let left = |left: usize| left.checked_sub(bytes);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left)
            .is_ok()
    }
}

/// A request under way.
pub(super) struct Sending<'a> {
    pub client: &'a Client,
    pub endpoint: &'a Endpoint,
    pub budget: &'a Budget,
}

struct Hop {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Sending<'_> {
    pub async fn send(&self, request: wit::Request) -> Result<wit::Response, Failure> {
        let target = self.endpoint.resolve(&request.target);
        let unclear = || {
            failed(
                FailureKind::Internal,
                format!("`{}` is no target", tame(&request.target, URL)),
            )
        };
        let mut hop = Hop {
            method: method(request.method),
            url: target.ok_or_else(unclear)?,
            headers: headers(&request.headers)?,
            body: request.body,
        };
        for _ in 0..=HOPS {
            let response = self.one(&hop).await?;
            match next_hop(&hop, &response)? {
                Some(next) => hop = next,
                None => return self.received(response, &hop.url).await,
            }
        }
        Err(failed(
            FailureKind::Unavailable,
            format!("`{}` redirects more than {HOPS} times", self.endpoint.base),
        ))
    }

    async fn one(&self, hop: &Hop) -> Result<reqwest::Response, Failure> {
        let through = self.granted(&hop.url)?;
        let mut request = self
            .client
            .pool(through)?
            .request(hop.method.clone(), hop.url.clone())
            .headers(hop.headers.clone())
            .body(hop.body.clone());
        // INVARIANT: a credential goes to its own service and nowhere else.
        if let Some(bearer) = self
            .endpoint
            .bearer
            .as_ref()
            .filter(|_| self.endpoint.covers(&hop.url))
        {
            let text = format!("Bearer {}", bearer.reveal());
            let mut header = HeaderValue::from_str(&text).map_err(|_| {
                failed(
                    FailureKind::Config,
                    "the token holds characters that cannot be sent",
                )
            })?;
            header.set_sensitive(true);
            request = request.header(AUTHORIZATION, header);
        }
        request
            .send()
            .await
            .map_err(|error| unreachable(&hop.url, &error))
    }

    /// The granted service that a URL belongs to, this one before others.
    fn granted(&self, url: &Url) -> Result<&Endpoint, Failure> {
        let own = Some(self.endpoint).filter(|endpoint| endpoint.covers(url));
        let granted = own.or_else(|| {
            self.client
                .endpoints()
                .find(|endpoint| endpoint.covers(url))
        });
        granted.ok_or_else(|| {
            let wanted = tame(url.as_str(), URL);
            let line = format!(
                "`provider.config.{}: {}`",
                self.endpoint.setting,
                url.origin().ascii_serialization()
            );
            failed_hint(
                FailureKind::Denied,
                format!(
                    "`{wanted}` is not below `{}`, which is all that the policy grants",
                    self.endpoint.base
                ),
                format!("if the plugin shall reach it, grant it with {line}"),
            )
        })
    }

    async fn received(
        &self,
        mut response: reqwest::Response,
        url: &Url,
    ) -> Result<wit::Response, Failure> {
        let status = response.status().as_u16();
        let headers = response.headers().iter().map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        });
        let headers = headers.collect();
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| unreachable(url, &error))?
        {
            if !self.budget.take(chunk.len()) {
                let limit = self.client.limits().http_body_bytes;
                let url = tame(url.as_str(), URL);
                return Err(failed_hint(
                    FailureKind::Data,
                    format!("the answer of `{url}` is longer than {limit} bytes"),
                    "ask for smaller pages, if the plugin has a setting for it",
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(wit::Response {
            status,
            headers,
            body,
        })
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

/// Where a redirect leads; none if the answer is the last.
fn next_hop(hop: &Hop, response: &reqwest::Response) -> Result<Option<Hop>, Failure> {
    let status = response.status();
    let follow = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = response.headers().get(LOCATION).filter(|_| follow) else {
        return Ok(None);
    };
    let location = String::from_utf8_lossy(location.as_bytes());
    let url = hop.url.join(&location).map_err(|error| {
        let (from, to) = (tame(hop.url.as_str(), URL), tame(&location, URL));
        failed(
            FailureKind::Data,
            format!("`{from}` redirects to `{to}`, which is no URL: {error}"),
        )
    })?;
    let as_get = status == StatusCode::SEE_OTHER
        || (hop.method == Method::POST && matches!(status.as_u16(), 301 | 302));
    Ok(Some(match as_get {
        true => Hop {
            method: Method::GET,
            url,
            headers: without_body(&hop.headers),
            body: Vec::new(),
        },
        false => Hop {
            method: hop.method.clone(),
            url,
            headers: hop.headers.clone(),
            body: hop.body.clone(),
        },
    }))
}

fn without_body(headers: &HeaderMap) -> HeaderMap {
    let body = |name: &HeaderName| name.as_str().starts_with("content-");
    let kept = headers.iter().filter(|(name, _)| !body(name));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn unreachable(url: &Url, error: &reqwest::Error) -> Failure {
    // The outermost text names the URL, with its query; the causes say more.
    let mut why = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        why.push(inner.to_string());
        cause = inner.source();
    }
    let why = match (error.is_timeout(), why.is_empty()) {
        (true, _) => "no answer in time".to_owned(),
        (false, true) => "the request failed".to_owned(),
        (false, false) => tame(&why.join(": "), URL),
    };
    let server = url.origin().ascii_serialization();
    failed_hint(
        FailureKind::Unavailable,
        format!("`{server}` cannot be reached: {why}"),
        "check the base URL, the network and, for a private authority, `ca`",
    )
}
