//! How Okta is asked.

use crate::fault::{self, Right};
use crate::{clock, links};
use muster_sdk::http::{self, Request, Response};
use muster_sdk::{Failure, host};
use std::cell::Cell;

/// The manifest's name for the org.
const ENDPOINT: &str = "api";

/// Whether users come with who keeps their passwords.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Left out, which makes answers smaller.
    #[default]
    Omitted,
    /// There, for a policy that reads `credentials.…`.
    Wanted,
}

/// An org's API.
#[derive(Debug, Default)]
pub struct Api {
    credentials: Credentials,
    /// The server's clock at its last answer, in seconds since 1970.
    now: Cell<Option<u64>>,
}

/// A successful answer.
#[derive(Debug)]
pub struct Answer {
    /// JSON.
    pub body: Vec<u8>,
    /// Where the list goes on.
    pub next: Option<String>,
}

impl Api {
    /// The same with these credentials.
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            now: Cell::new(None),
        }
    }

    /// Asks for one thing; `what` names it in messages.
    pub fn get(
        &self,
        what: &str,
        right: Right,
        target: impl Into<String>,
    ) -> Result<Answer, Failure> {
        let response = http::send(&self.request(target))?;
        self.answer(what, right, response)
    }

    /// As [`Api::get`], but nothing if Okta does not know it.
    pub fn find(
        &self,
        what: &str,
        right: Right,
        target: impl Into<String>,
    ) -> Result<Option<Answer>, Failure> {
        let response = http::send(&self.request(target))?;
        self.found(what, right, response)
    }

    /// Asks for many things side by side; answers come in order.
    pub fn find_all(
        &self,
        what: &str,
        right: Right,
        targets: Vec<String>,
    ) -> Result<Vec<Option<Answer>>, Failure> {
        let requests: Vec<Request> = targets.into_iter().map(|t| self.request(t)).collect();
        let responses = http::send_all(&requests).into_iter();
        responses
            .map(|response| self.found(what, right, response?))
            .collect()
    }

    /// Seconds since 1970 on the server's clock, or else on this machine's.
    pub fn now(&self) -> u64 {
        self.now.get().unwrap_or_else(|| host::now_ms() / 1000)
    }

    /// How far this machine's clock is ahead of the server's, in seconds.
    pub fn clock_ahead(&self) -> Option<i64> {
        let theirs = self.now.get()?;
        Some((host::now_ms() / 1000).cast_signed() - theirs.cast_signed())
    }

    fn request(&self, target: impl Into<String>) -> Request {
        let omitted = match self.credentials {
            Credentials::Omitted => "omitCredentials,omitCredentialsLinks",
            Credentials::Wanted => "omitCredentialsLinks",
        };
        let media = format!("application/json; okta-response={omitted}");
        Request::get(ENDPOINT, target)
            .header("Accept", "application/json")
            .header("Content-Type", media)
    }

    fn found(
        &self,
        what: &str,
        right: Right,
        response: Response,
    ) -> Result<Option<Answer>, Failure> {
        if fault::is_missing(&response) {
            self.look_at_the_clock(&response);
            return Ok(None);
        }
        self.answer(what, right, response).map(Some)
    }

    fn answer(&self, what: &str, right: Right, response: Response) -> Result<Answer, Failure> {
        self.look_at_the_clock(&response);
        if !(200..300).contains(&response.status) {
            return Err(fault::of(what, right, &response));
        }
        Ok(Answer {
            next: links::next(&response),
            body: response.body,
        })
    }

    fn look_at_the_clock(&self, response: &Response) {
        let date = response.header("date").and_then(clock::of_header);
        self.now.set(date.or(self.now.get()));
    }
}
