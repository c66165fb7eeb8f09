//! Several requests in one, each with a status of its own.

use super::Tenant;
use super::error::Refusal;
use super::query::Query;
use super::route::segment;
use super::wire::{Answer, Ask, Reply};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Requests in one batch.
const MOST: usize = 20;

impl Tenant {
    pub(super) fn batch(&mut self, ask: &Ask) -> Answer {
        let body: Value = serde_json::from_str(&ask.body).unwrap_or_default();
        let Some(parts) = body["requests"].as_array() else {
            return Err(Refusal::new(
                400,
                "BadRequest",
                "Invalid batch payload format.",
            ));
        };
        if parts.len() > MOST {
            let text =
                format!("Number of batch request steps exceeds the maximum value of {MOST}.");
            return Err(Refusal::new(400, "MaximumValueExceeded", text));
        }
        let mut answers: Vec<Value> = parts.iter().map(|part| self.part(part, ask)).collect();
        // The order of answers means nothing.
        answers.reverse();
        Ok(Reply::json(200, &json!({"responses": answers})))
    }

    fn part(&mut self, part: &Value, ask: &Ask) -> Value {
        let reply = if self.throttled_parts > 0 {
            self.throttled_parts -= 1;
            Refusal::new(429, "TooManyRequests", "Too many requests.")
                .header("Retry-After", "1")
                .reply()
        } else {
            self.asked(part, ask).unwrap_or_else(Refusal::reply)
        };
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        let body =
            serde_json::from_str(&text).unwrap_or_else(|_| json!(STANDARD.encode(&reply.body)));
        let headers: serde_json::Map<String, Value> = reply
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        json!({"id": part["id"], "status": reply.status, "headers": headers, "body": body})
    }

    fn asked(&mut self, part: &Value, ask: &Ask) -> Result<Reply, Refusal> {
        let url = part["url"].as_str().unwrap_or_default();
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(segment)
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let headers = part["headers"].as_object();
        let inner = Ask {
            method: part["method"].as_str().unwrap_or("GET").to_owned(),
            target: format!("/v1.0{url}"),
            headers: headers
                .into_iter()
                .flatten()
                .map(|(name, value)| {
                    let value = value.as_str().unwrap_or_default().to_owned();
                    (name.to_ascii_lowercase(), value)
                })
                .collect(),
            body: part["body"].to_string(),
            base: ask.base.clone(),
        };
        self.resource(&segments, &Query::of(query), &inner)
    }
}
