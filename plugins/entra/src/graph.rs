//! Requests to Graph.

use crate::fault::{Fault, Right};
use muster_sdk::http::{self, Method, Request, Response};
use muster_sdk::{Failure, host};
use serde_json::{Map, Value};
use std::fmt::Write;

/// The need of the manifest.
const ENDPOINT: &str = "graph";

/// Graph as it is reached below the granted URL.
const VERSION: &str = "/v1.0";

/// Why a request brought nothing.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// It was not answered.
    Host(Failure),
    /// It was refused.
    Said(Fault),
}

impl Trouble {
    /// As a failure; `what` was asked for, which `right` opens.
    pub fn failure(self, what: &str, right: Right) -> Failure {
        match self {
            Self::Host(failure) => failure,
            Self::Said(fault) => fault.failure(what, right),
        }
    }

    /// The refusal, if there was one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Host(_) => None,
            Self::Said(fault) => Some(fault),
        }
    }
}

/// Asks for a path below `/v1.0`, or for a link that Graph handed out.
///
/// INVARIANT: every request says `ConsistencyLevel: eventual`, since a next link
/// does not remember it and an advanced query without it is refused.
pub fn get(target: &str) -> Result<Vec<u8>, Trouble> {
    if host::cancelled() {
        return Err(Trouble::Host(Failure::cancelled()));
    }
    answered(http::send(&request(target))).map(|response| response.body)
}

/// As [`get`], for an answer that is small.
pub fn get_json(target: &str) -> Result<Map<String, Value>, Trouble> {
    object(&get(target)?).map_err(Trouble::Host)
}

/// As [`get`], for several that are independent.
pub fn get_all(targets: &[String]) -> Vec<Result<Vec<u8>, Trouble>> {
    let requests: Vec<Request> = targets.iter().map(|target| request(target)).collect();
    let answers = http::send_all(&requests).into_iter();
    answers
        .map(|answer| answered(answer).map(|response| response.body))
        .collect()
}

/// Sends bodies to one path, side by side.
pub fn post_all(path: &str, bodies: &[Value]) -> Vec<Result<Vec<u8>, Trouble>> {
    let target = format!("{VERSION}{path}");
    let requests: Vec<Request> = bodies
        .iter()
        .map(|body| {
            Request::new(Method::Post, ENDPOINT, &target)
                .header("Content-Type", "application/json")
                .body(body.to_string())
        })
        .collect();
    let answers = http::send_all(&requests).into_iter();
    answers
        .map(|answer| answered(answer).map(|response| response.body))
        .collect()
}

/// Names of directory extensions, as far as Graph tells them.
pub fn extensions() -> Vec<String> {
    let path = "/directoryObjects/getAvailableExtensionProperties";
    let answer = post_all(path, &[Value::Object(Map::new())]).pop();
    let Some(Ok(body)) = answer else {
        return Vec::new();
    };
    let list = object(&body).ok().and_then(|mut all| all.remove("value"));
    let list = list.as_ref().and_then(Value::as_array);
    let of_users = |item: &&Value| {
        let targets = item.get("targetObjects").and_then(Value::as_array);
        targets.is_none_or(|targets| targets.iter().any(|target| target == "User"))
    };
    list.into_iter()
        .flatten()
        .filter(of_users)
        .filter_map(|item| item.get("name")?.as_str().map(str::to_owned))
        .collect()
}

fn request(target: &str) -> Request {
    let target = match target.starts_with("https://") || target.starts_with("http://") {
        true => target.to_owned(),
        false => format!("{VERSION}{target}"),
    };
    Request::get(ENDPOINT, target)
        .header("ConsistencyLevel", "eventual")
        .header("Accept", "application/json")
}

fn answered(answer: Result<Response, Failure>) -> Result<Response, Trouble> {
    let response = answer.map_err(Trouble::Host)?;
    match Fault::of(&response) {
        Some(fault) => Err(Trouble::Said(fault)),
        None => Ok(response),
    }
}

/// Reads a JSON object.
pub fn object(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::data(format!("Graph's answer is no JSON object: {error}")))
}

/// A text in an address, encoded.
pub fn encoded(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

/// A text within quotes of a filter.
pub fn quoted(text: &str) -> String {
    encoded(&format!("'{}'", text.replace('\'', "''")))
}
