//! One answer of a list.

use super::Query;
use crate::service;
use muster_sdk::Failure;
use muster_sdk::http::{Response, Target};
use muster_sdk::json::{At, Record, Rest, Selection};

/// What stands on a page beside its resources.
#[derive(Debug)]
pub struct Page {
    /// `totalResults`.
    pub total: Option<u64>,
    /// `nextCursor`, unless it is empty.
    pub next_cursor: Option<String>,
    /// Resources on the page.
    pub resources: u64,
}

/// Asks for a page and hands over all its resources.
pub fn read(
    query: &Query,
    target: &Target,
    selection: &Selection,
    each: &mut dyn FnMut(Record<'_>),
) -> Result<Page, Failure> {
    let response = service::get(query.what, target)?;
    of(query, &response, selection, each)
}

/// The resources of an answer that went well.
pub fn of(
    query: &Query,
    response: &Response,
    selection: &Selection,
    each: &mut dyn FnMut(Record<'_>),
) -> Result<Page, Failure> {
    let named = |failure: Failure| Failure {
        message: format!("{}: {}", query.what, failure.message),
        ..failure
    };
    let rest = selection
        .read(&response.body, At::Member("Resources"), each)
        .map_err(named)?;
    let total = rest.number("totalResults");
    if !rest.has_list() && total != Some(0) {
        return Err(named(no_list(&rest)));
    }
    Ok(Page {
        total,
        next_cursor: next_cursor(&rest),
        resources: rest.records() as u64,
    })
}

/// Only where nobody is found may `Resources` be missing.
fn no_list(rest: &Rest) -> Failure {
    let names: Vec<&str> = rest.members().keys().map(String::as_str).take(5).collect();
    let found = match names.is_empty() {
        true => "nothing at all".to_owned(),
        false => format!("`{}`", names.join("`, `")),
    };
    Failure::data(format!("the answer has no `Resources`; it has {found}"))
        .hint("see whether `url` is that of a SCIM 2.0 service")
}

fn next_cursor(rest: &Rest) -> Option<String> {
    let cursor = match rest.get("nextCursor")? {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!cursor.is_empty()).then_some(cursor)
}
