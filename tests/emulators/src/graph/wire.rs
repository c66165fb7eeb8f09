//! Questions and answers, apart from sockets.

use super::error::Refusal;
use serde_json::Value;

/// A request.
#[derive(Clone, Debug)]
pub struct Ask {
    /// `GET`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// What links in the answer begin with: `http://127.0.0.1:4711`.
    pub base: String,
}

impl Ask {
    /// A GET without headers.
    pub fn get(base: &str, target: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: String::new(),
            base: base.to_owned(),
        }
    }

    /// A header's value; the name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// True if the caller accepts an index that lags behind.
    pub fn is_eventual(&self) -> bool {
        self.header("consistencylevel")
            .is_some_and(|level| level.eq_ignore_ascii_case("eventual"))
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// JSON, as Graph writes it.
    pub fn json(status: u16, value: &Value) -> Self {
        Self::of(
            status,
            "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
            value.to_string().into_bytes(),
        )
    }

    /// Any body.
    pub fn of(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What every handler gives.
pub(super) type Answer = Result<Reply, Refusal>;
