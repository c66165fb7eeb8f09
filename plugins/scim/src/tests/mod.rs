//! Services played by a function: what the tests with the real program do not
//! reach.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod reads;
mod reported;
mod rows;

use crate::Scim;
use crate::settings::Settings;
use muster_sdk::http::{Request, Response};
use muster_sdk::testing::{self, PlainRow, request, rows};
use muster_sdk::{Batch, Coverage, Failure, ReadFrom, ReadRequest, Source};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What was asked for, in order.
type Asked = Rc<RefCell<Vec<String>>>;

/// Plays a service: the function gets path and query, and gives status and body.
fn service(answer: impl Fn(&str, &BTreeMap<String, String>) -> (u16, Value) + 'static) -> Asked {
    let asked = Asked::default();
    let log = asked.clone();
    testing::http(move |request: &Request| {
        log.borrow_mut().push(request.target.clone());
        let (path, query) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (status, body) = answer(path, &query.collect());
        Ok(Response {
            status,
            headers: vec![(
                "Date".to_owned(),
                "Mon, 23 Nov 2026 10:00:00 GMT".to_owned(),
            )],
            body: body.to_string().into_bytes(),
        })
    });
    asked
}

/// A page of a list by index.
fn page(all: &[Value], query: &BTreeMap<String, String>) -> (u16, Value) {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let from = number("startIndex")
        .unwrap_or(1)
        .saturating_sub(1)
        .min(all.len());
    let to = (from + number("count").unwrap_or(100)).min(all.len());
    (
        200,
        json!({"totalResults": all.len(), "Resources": all[from..to]}),
    )
}

fn missing() -> (u16, Value) {
    (404, json!({"status": "404", "detail": "not found"}))
}

fn people(count: usize) -> Vec<Value> {
    let one =
        |at: usize| json!({"id": format!("i{at}"), "userName": format!("u{at}"), "active": true});
    (0..count).map(one).collect()
}

fn settings(said: Value) -> Settings {
    serde_json::from_value(said).unwrap()
}

/// Reads to the end.
fn read(settings: Settings, request: ReadRequest) -> Result<(Vec<PlainRow>, Coverage), Failure> {
    let batches = batches(settings, request)?;
    let coverage = batches.last().unwrap().coverage().unwrap().clone();
    let all = batches.iter().flat_map(|batch| rows(batch.page()));
    Ok((all.collect(), coverage))
}

fn batches(settings: Settings, request: ReadRequest) -> Result<Vec<Batch>, Failure> {
    let mut scim = Scim::open(settings)?;
    scim.start(request)?;
    let mut batches = Vec::new();
    loop {
        batches.push(scim.next()?);
        assert!(batches.len() < 1000, "the read does not end");
        if batches.last().unwrap().coverage().is_some() {
            return Ok(batches);
        }
    }
}

fn ids(rows: &[PlainRow]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone().unwrap()).collect()
}

fn from(start_at: ReadFrom) -> ReadRequest {
    ReadRequest {
        start_at,
        ..request(&["userName"])
    }
}
