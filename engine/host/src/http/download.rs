//! A file behind a URL, read in chunks.
//!
//! [`FileUrl::new`] splits the URL that a policy names into a granted folder and
//! a name in it; the other fields of [`FileUrl::folder`] (login, authorities,
//! proxy, client certificate, manners) are bound as those of any other service.
//! Put into [`Grants::downloads`](crate::grants::Grants) under the name of the
//! `files` need, it is opened with
//! [`Client::download`](super::Client::download), which waits and tries again as
//! requests do, and answers [`Fetched::NotModified`] if the file still has the
//! given tag. [`Download::chunk`] gives the body piece by piece; an answer that
//! breaks off is a failure, never an end. A body is not tried again: part of it
//! was handed out.

use super::answer::{Answer, Budget, URL};
use super::endpoint::{Endpoint, EndpointFault};
use super::hop::Hop;
use super::send::Sending;
use super::trouble::Trouble;
use crate::bindings::http as wit;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed, failed_hint};
use crate::words::tame;
use reqwest::Url;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use std::time::Duration;

/// How long a whole file may take. Each chunk has the time of an answer.
const WHOLE: Duration = Duration::from_secs(4 * 3600);

/// Bytes of an answer that is not the file.
const OTHER_BYTES: usize = 1 << 20;

/// A file behind a URL.
#[derive(Clone, Debug)]
pub(crate) struct FileUrl {
    /// What it lies in: the file and those beside it may be read.
    pub folder: Endpoint,
    /// Its name, with the query that may belong to it.
    pub name: String,
}

impl FileUrl {
    /// Reads the URL that stands in a setting.
    pub fn new(setting: &str, url: &str) -> Result<Self, EndpointFault> {
        let parsed = Url::parse(url).map_err(|error| EndpointFault::Url {
            url: url.to_owned(),
            why: error.to_string(),
        })?;
        let mut folder = parsed.clone();
        folder.set_query(None);
        folder.set_fragment(None);
        let path = parsed.path().to_owned();
        let (before, name) = path.rsplit_once('/').unwrap_or(("", &path));
        if name.is_empty() {
            return Err(EndpointFault::Url {
                url: folder.to_string(),
                why: "it names a folder, not a file".to_owned(),
            });
        }
        folder.set_path(&format!("{before}/"));
        let query = parsed.query().map(|query| format!("?{query}"));
        Ok(Self {
            folder: Endpoint::new(setting, folder.as_str())?,
            name: format!("{name}{}", query.unwrap_or_default()),
        })
    }
}

/// The name of a file beside another: what is put behind comes before a query.
pub(super) fn with_suffix(name: &str, suffix: &str) -> String {
    match name.split_once('?') {
        Some((name, query)) => format!("{name}{suffix}?{query}"),
        None => format!("{name}{suffix}"),
    }
}

/// What was found behind a URL.
#[derive(Debug)]
pub(crate) enum Fetched {
    /// The version that the caller has.
    NotModified,
    /// The file.
    Body(Box<Download>),
}

/// A file on its way.
#[derive(Debug)]
pub(crate) struct Download {
    /// Its name, for messages and for its format.
    pub name: String,
    /// What tells this version from any other: the server's ETag.
    pub tag: Option<String>,
    /// Bytes, if the server tells.
    pub length: Option<u64>,
    response: reqwest::Response,
    url: Url,
    patience: Duration,
}

impl Download {
    /// Receives the next piece; none is the end.
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let next = tokio::time::timeout(self.patience, self.response.chunk()).await;
        let next = next.map_err(|_| {
            let (name, seconds) = (&self.name, self.patience.as_secs());
            failed(
                FailureKind::Unavailable,
                format!("`{name}` broke off: nothing came for {seconds} s"),
            )
        })?;
        match next {
            Ok(chunk) => Ok(chunk.map(|bytes| bytes.to_vec())),
            Err(error) => {
                let failure = Trouble::network(&self.url, &error).failure;
                let message = format!("`{}` broke off: {}", self.name, failure.message);
                Err(failed(FailureKind::Unavailable, message))
            }
        }
    }
}

impl Sending<'_> {
    /// Opens a file of this service.
    pub async fn download(&self, name: &str, unless: Option<&str>) -> Result<Fetched, Failure> {
        let first = self.wanted(name, unless)?;
        let budget = Budget::new(OTHER_BYTES);
        let mut tries = self.tries(&first, &budget);
        let mut renewed = false;
        loop {
            let pass = self.pass().await?;
            let turn = self.service.pace.turn().await;
            let followed = self.follow(&first, &pass).await;
            drop(turn);
            let outcome = match followed {
                Ok((response, url)) if matches!(response.status().as_u16(), 200 | 304) => {
                    self.renews(&pass, 200, &mut renewed).await;
                    return self.fetched(response, url);
                }
                Ok((response, url)) => Answer::receive(response, &url, &budget).await,
                Err(trouble) => Err(trouble),
            };
            let Some(outcome) = tries.settle(outcome) else {
                continue;
            };
            let answer = outcome?;
            if !self.renews(&pass, answer.status, &mut renewed).await {
                return Err(refused(&first.url, answer.status));
            }
        }
    }

    fn wanted(&self, name: &str, unless: Option<&str>) -> Result<Hop, Failure> {
        let request = wit::Request {
            method: wit::Method::Get,
            endpoint: String::new(),
            target: name.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let mut first = Hop::first(&self.service.endpoint, request)?;
        // Packed on its way, the number of bytes would be that of the packet.
        first
            .headers
            .insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(tag) = unless.and_then(|tag| HeaderValue::from_str(tag).ok()) {
            first.headers.insert(IF_NONE_MATCH, tag);
        }
        first.patience = Some(WHOLE);
        Ok(first)
    }

    fn fetched(&self, response: reqwest::Response, url: Url) -> Result<Fetched, Failure> {
        if response.status().as_u16() == 304 {
            return Ok(Fetched::NotModified);
        }
        let segment = url.path_segments().and_then(|mut parts| parts.next_back());
        let name = tame(segment.unwrap_or_default(), URL);
        if is_page(response.headers()) && !name.to_ascii_lowercase().contains("htm") {
            return Err(failed_hint(
                FailureKind::Data,
                format!("a web page came in place of `{name}`"),
                "the server may want a login: check the URL and the credential",
            ));
        }
        Ok(Fetched::Body(Box::new(Download {
            tag: tag(response.headers()),
            length: response.content_length(),
            name,
            response,
            url,
            patience: self.client.limits().http_answer,
        })))
    }
}

/// The ETag; a date says too little, as a file may be written twice a second.
fn tag(headers: &HeaderMap) -> Option<String> {
    let tag = headers.get(ETAG)?.to_str().ok()?;
    (!tag.is_empty()).then(|| tag.to_owned())
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"))
}

fn refused(url: &Url, status: u16) -> Failure {
    let mut shown = url.clone();
    // A signature may be in it.
    shown.set_query(None);
    let shown = tame(shown.as_str(), URL);
    let (kind, why, hint) = match status {
        401 => (
            FailureKind::Auth,
            "the server wants a login, or another one",
            "check the credential in `provider.secrets`",
        ),
        403 => (
            FailureKind::Denied,
            "the server forbids it",
            "let the server's owner allow this login to read the file",
        ),
        404 | 410 => (FailureKind::Config, "it is not there", "check the URL"),
        500.. => (
            FailureKind::Unavailable,
            "the server is not well",
            "run again later",
        ),
        _ => (
            FailureKind::Data,
            "the server did not answer with a file",
            "check the URL",
        ),
    };
    failed_hint(
        kind,
        format!("`{shown}` cannot be read: {why} (status {status})"),
        hint,
    )
}
