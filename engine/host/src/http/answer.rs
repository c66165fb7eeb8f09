//! An answer, received whole within its bounds.

use super::trouble::Trouble;
use crate::bindings::http as wit;
use crate::failure::{FailureKind, failed_hint};
use crate::words::tame;
use reqwest::Url;
use reqwest::header::HeaderMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Longest URL in a message, in bytes.
pub(super) const URL: usize = 300;

/// Bytes that may still be received.
pub(super) struct Budget {
    left: AtomicUsize,
    limit: usize,
}

impl Budget {
    pub fn new(limit: usize) -> Self {
        Self {
            left: AtomicUsize::new(limit),
            limit,
        }
    }

    fn take(&self, bytes: usize) -> bool {
        let rest = |left: usize| left.checked_sub(bytes);
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest)
            .is_ok()
    }

    /// An answer that nobody gets to see takes nothing.
    pub fn give_back(&self, bytes: usize) {
        self.left.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// An answer of a service.
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Receives the body, as far as the budget goes.
    pub async fn receive(
        mut response: reqwest::Response,
        url: &Url,
        budget: &Budget,
    ) -> Result<Self, Trouble> {
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| Trouble::network(url, &error))?
        {
            if !budget.take(chunk.len()) {
                budget.give_back(body.len());
                return Err(too_long(url, budget.limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status,
            headers,
            body,
        })
    }

    /// Returns a header's first value, if it is a text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn too_long(url: &Url, limit: usize) -> Trouble {
    let url = tame(url.as_str(), URL);
    Trouble::lasting(failed_hint(
        FailureKind::Data,
        format!("the answer of `{url}` is longer than {limit} bytes"),
        "ask for smaller pages, if the plugin has a setting for it",
    ))
}

impl From<Answer> for wit::Response {
    fn from(answer: Answer) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = answer
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())));
        Self {
            status: answer.status,
            headers: headers.collect(),
            body: answer.body,
        }
    }
}
