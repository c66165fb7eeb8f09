//! Up to twenty questions in one request.

use crate::fault::{Fault, Right};
use crate::graph::{self, Trouble};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use muster_sdk::Failure;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Questions that one batch takes.
const MOST: usize = 20;

/// Batches that wait for their answers at a time.
const ROUND: usize = 16;

/// One question: a path below `/v1.0`, and a body if something is posted.
#[derive(Clone, Debug)]
pub struct Part {
    pub path: String,
    pub body: Option<Value>,
}

impl Part {
    /// A GET.
    pub fn get(path: String) -> Self {
        Self { path, body: None }
    }
}

/// The answer to one question: its body, or why there is none.
pub type Answer = Result<Vec<u8>, Fault>;

/// Asks everything; answers come in the order of the questions.
///
/// Each part has a status of its own. One that was throttled, or met a passing
/// trouble, is asked again as a request of its own, which the host then treats
/// with the patience that it has for requests.
pub fn ask(parts: &[Part], what: &str, right: Right) -> Result<Vec<Answer>, Failure> {
    let mut answers = Vec::with_capacity(parts.len());
    for round in parts.chunks(MOST * ROUND) {
        let packed: Vec<&[Part]> = round.chunks(MOST).collect();
        let bodies: Vec<Value> = packed.iter().map(|parts| envelope(parts)).collect();
        let replies = graph::post_all("/$batch", &bodies);
        for (parts, reply) in packed.into_iter().zip(replies) {
            let reply = reply.map_err(|trouble| trouble.failure(what, right))?;
            answers.extend(opened(parts, &reply)?);
        }
    }
    let again: Vec<usize> = (0..answers.len())
        .filter(|&at| matches!(answers.get(at), Some(Err(fault)) if fault.passes()))
        .collect();
    alone(parts, &again, &mut answers, what, right)?;
    Ok(answers)
}

fn envelope(parts: &[Part]) -> Value {
    let requests: Vec<Value> = parts
        .iter()
        .enumerate()
        .map(|(number, part)| match &part.body {
            None => json!({"id": number.to_string(), "method": "GET", "url": part.path}),
            Some(body) => json!({"id": number.to_string(), "method": "POST", "url": part.path,
                "headers": {"Content-Type": "application/json"}, "body": body}),
        })
        .collect();
    json!({"requests": requests})
}

/// Answers come in any order.
fn opened(parts: &[Part], reply: &[u8]) -> Result<Vec<Answer>, Failure> {
    let mut reply = graph::object(reply)?;
    let responses = match reply.remove("responses") {
        Some(Value::Array(responses)) => responses,
        _ => {
            return Err(Failure::data(
                "Graph's answer to a batch has no `responses`",
            ));
        }
    };
    let mut by_number: HashMap<String, Value> = HashMap::new();
    for response in responses {
        if let Some(id) = response.get("id").and_then(Value::as_str) {
            by_number.insert(id.to_owned(), response);
        }
    }
    let unanswered = |part: &Part| {
        let path = &part.path;
        Failure::data(format!("Graph's answer to a batch leaves out `{path}`"))
    };
    let numbered = parts.iter().enumerate();
    numbered
        .map(|(number, part)| {
            let response = by_number.remove(&number.to_string());
            response.map(answer).ok_or_else(|| unanswered(part))
        })
        .collect()
}

fn answer(mut response: Value) -> Answer {
    let status = response.get("status").and_then(Value::as_u64);
    let status = status.and_then(|status| u16::try_from(status).ok());
    let body = response
        .get_mut("body")
        .map(Value::take)
        .unwrap_or_default();
    match status {
        Some(200..=299) => Ok(match body {
            // What is no JSON comes as base64.
            Value::String(text) => STANDARD.decode(&text).unwrap_or(text.into_bytes()),
            other => other.to_string().into_bytes(),
        }),
        status => Err(Fault::read(status.unwrap_or(500), &body)),
    }
}

fn alone(
    parts: &[Part],
    again: &[usize],
    answers: &mut [Answer],
    what: &str,
    right: Right,
) -> Result<(), Failure> {
    let asked: Vec<(usize, &Part)> = again
        .iter()
        .filter_map(|&at| Some((at, parts.get(at)?)))
        .collect();
    let (get, post): (Vec<_>, Vec<_>) =
        asked.into_iter().partition(|(_, part)| part.body.is_none());
    let targets: Vec<String> = get.iter().map(|(_, part)| part.path.clone()).collect();
    let mut replies: Vec<(usize, Result<Vec<u8>, Trouble>)> = get
        .iter()
        .map(|(at, _)| *at)
        .zip(graph::get_all(&targets))
        .collect();
    for (at, part) in post {
        let body = part.body.clone().unwrap_or_default();
        let reply = graph::post_all(&part.path, &[body]).pop();
        replies.extend(reply.map(|reply| (at, reply)));
    }
    for (at, reply) in replies {
        let answer = match reply {
            Ok(body) => Ok(body),
            Err(Trouble::Said(fault)) if !fault.passes() => Err(fault),
            Err(trouble) => return Err(trouble.failure(what, right)),
        };
        if let Some(place) = answers.get_mut(at) {
            *place = answer;
        }
    }
    Ok(())
}
