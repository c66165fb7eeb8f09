//! Where something can be done wrong, and what is right there.

use crate::Place;
use muster_sdk::prelude::*;
use serde_json::Value;

/// One thing that is done wrong. What it does not name is done right.
pub trait Twist {
    /// Looks at a setting.
    fn pattern(&mut self, _pattern: &str) -> Result<(), Failure> {
        Ok(())
    }

    /// Steps of a check of its own.
    fn check(&mut self) -> Option<Vec<CheckStep>> {
        None
    }

    /// Lets an answer pass, or makes a failure of it.
    fn answered(
        &mut self,
        answer: Result<http::Response, Failure>,
    ) -> Result<http::Response, Failure> {
        let what = "the list of people";
        http::expect_ok(what, answer?, |_| None)
    }

    /// Reads an answer.
    fn parsed(&mut self, body: &[u8]) -> Result<Value, Failure> {
        parsed(body)
    }

    /// Finds the people in an answer.
    fn list(&mut self, page: &Value) -> Result<Vec<Value>, Failure> {
        let list = page.get("people").and_then(Value::as_array);
        list.cloned()
            .ok_or_else(|| Failure::data("the answer has no list of people"))
    }

    /// Does something to the people of a page.
    fn people(&mut self, _: &mut Vec<Value>, _: &http::Response, _: &ReadRequest) {}

    /// Does something to a value.
    fn text(&mut self, value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    /// Understands the status.
    fn status(&self, active: Option<bool>) -> Status {
        match active {
            Some(true) => Status::Active,
            Some(false) => Status::Blocked(BlockCause::Disabled),
            None => Status::Unknown,
        }
    }

    /// Goes on where the service has come to its end.
    fn goes_on(&self, _: &[Value]) -> bool {
        false
    }

    /// Says how far the read went.
    fn coverage(&self, total: Option<u64>) -> Coverage {
        match total {
            Some(total) => Coverage::complete().counted(total),
            None => Coverage::complete(),
        }
    }

    /// Understands a cursor to go on from.
    fn resumed(&self, cursor: &[u8]) -> Result<Place, Failure> {
        Place::read(cursor).ok_or_else(|| Failure::stale_cursor("no cursor of ours"))
    }

    /// Takes the mark of the first page, or of the last.
    fn mark(&self, first: Option<String>, _last: Option<String>) -> Option<String> {
        first
    }

    /// Whether a delta tells who is gone.
    fn tells_removals(&self) -> bool {
        true
    }
}

/// What `parsed` does when it does it right.
pub fn parsed(body: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::data(format!("the answer is no JSON: {error}")))
}

/// An answer that looks like the last page, with nobody on it.
pub fn nobody() -> http::Response {
    http::Response {
        status: 200,
        headers: Vec::new(),
        body: br#"{"people": []}"#.to_vec(),
    }
}
