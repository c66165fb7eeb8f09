//! One request, one answer.

use super::Shared;
use super::shelf::{Shelf, Shelved};
use crate::case::{Feed, Paging};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::Ordering;

/// What a cursor begins with, so that a made-up one is known for what it is.
const CURSOR: &str = "c0-";

type Query = BTreeMap<String, String>;

/// Answers a request with people, or with what is wrong with it.
pub(super) fn answer(shared: &Shared, shelf: &Shelf, request: &Request) -> Response {
    if !may_come_in(shared, request.headers()) {
        return refusal(StatusCode::UNAUTHORIZED, "the credential is wrong");
    }
    let query = query(request.uri().query().unwrap_or_default());
    let path = request.uri().path();
    let answered = match &shared.json.changes {
        _ if path == shared.json.path => list(shared, shelf, &query),
        Some(feed) if path == feed.path => changes(shared, shelf, feed, &query),
        _ => Err((StatusCode::NOT_FOUND, "there is no such path")),
    };
    let (mut body, items, link) = match answered {
        Ok(answered) => answered,
        Err((status, why)) => return refusal(status, why),
    };
    let asked_as = request.headers().get(header::AUTHORIZATION);
    let asked_as = asked_as
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if let Value::Object(members) = &mut body {
        // What a debugging service would tell.
        members.insert("_asked_with".to_owned(), json!(asked_as));
    }
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-asked-with", asked_as)
        .header(
            "x-request-id",
            shared.requests.fetch_add(1, Ordering::Relaxed),
        );
    if let Some(link) = link {
        response = response.header(header::LINK, format!("<{link}>; rel=\"next\""));
    }
    let text = body.to_string().replacen(PLACE, &items, 1);
    response.body(Body::from(text)).unwrap_or_default()
}

/// Where the items go in a written body: they are written already.
const PLACE: &str = "\"@@items@@\"";

/// A body, the items that belong into it, and the next page's URL for a header.
type Answered = Result<(Value, String, Option<String>), (StatusCode, &'static str)>;

fn list(shared: &Shared, shelf: &Shelf, query: &Query) -> Answered {
    let json = &shared.json;
    let total = shelf.people.len();
    let place = |number: u64| shelf.people.partition_point(|one| one.number <= number);
    let range = match &json.paging {
        None => 0..total,
        Some(paging) => range(
            paging,
            query,
            (total, &place),
            paging.most.min(shelf.most()),
        )?,
    };
    let people = shelf.people.get(range.clone()).unwrap_or_default();
    let items = written(people.iter());
    let mut body = at_path(&json.items, json!(PLACE.trim_matches('"')));
    if let Some(path) = &json.total {
        put(&mut body, path, json!(total));
    }
    if let Some(feed) = &json.changes {
        put(&mut body, &feed.mark, json!(format!("m{}", shelf.mark)));
    }
    let mut link = None;
    if let Some(paging) = json.paging.as_ref().filter(|_| range.end < total) {
        let last = people.last().map_or(0, |one| one.number);
        link = more(shared, paging, query, last, &mut body);
    }
    Ok((body, items, link))
}

fn written<'a>(people: impl Iterator<Item = &'a Shelved>) -> String {
    let texts: Vec<&str> = people.map(|one| one.text.as_str()).collect();
    format!("[{}]", texts.join(","))
}

/// Which people a request is about. `place` finds the first behind a number.
fn range(
    paging: &Paging,
    query: &Query,
    (total, place): (usize, &dyn Fn(u64) -> usize),
    most: usize,
) -> Result<Range<usize>, (StatusCode, &'static str)> {
    let bad = (StatusCode::BAD_REQUEST, "a parameter is no number");
    let number = |name: &Option<String>| match name.as_ref().and_then(|name| query.get(name)) {
        None => Ok(None),
        Some(text) => text.parse::<usize>().map(Some).map_err(|_| bad),
    };
    let size = number(&paging.limit)?.unwrap_or(most).clamp(1, most);
    let start = if paging.cursor.is_some() || paging.url.is_some() || paging.link {
        let name = paging.cursor.as_deref().unwrap_or("at");
        match query.get(name).map(|cursor| cursor.strip_prefix(CURSOR)) {
            None => 0,
            Some(Some(at)) => place(at.parse().map_err(|_| bad)?),
            Some(None) => return Err((StatusCode::BAD_REQUEST, "the cursor is unknown")),
        }
    } else if paging.offset.is_some() {
        number(&paging.offset)?.map_or(0, |at| at.saturating_sub(paging.first))
    } else {
        let page = number(&paging.page)?.map_or(0, |page| page.saturating_sub(paging.first));
        page.saturating_mul(size)
    };
    Ok(start.min(total)..start.saturating_add(size).min(total))
}

/// Says where the next page is; the header for it, if that is the way.
fn more(
    shared: &Shared,
    paging: &Paging,
    query: &Query,
    last: u64,
    body: &mut Value,
) -> Option<String> {
    let cursor = format!("{CURSOR}{last}");
    if let Some(next) = &paging.next {
        put(body, next, json!(cursor));
        return None;
    }
    let mut query = query.clone();
    query.insert("at".to_owned(), cursor);
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let url = format!("{}{}?{}", shared.base, shared.json.path, query.join("&"));
    if let Some(path) = &paging.url {
        put(body, path, json!(url));
        return None;
    }
    paging.link.then_some(url)
}

fn changes(shared: &Shared, shelf: &Shelf, feed: &Feed, query: &Query) -> Answered {
    let since = query
        .get(&feed.since)
        .and_then(|mark| mark.strip_prefix('m'));
    let since = since.and_then(|mark| mark.parse::<u64>().ok());
    let Some(since) = since.filter(|since| *since <= shelf.mark) else {
        return Err((StatusCode::GONE, "the mark is too old"));
    };
    let is_new = |id: &String| shelf.changed.get(id).is_some_and(|mark| *mark > since);
    let there: BTreeSet<&String> = shelf.people.iter().map(|one| &one.id).collect();
    let items = written(shelf.people.iter().filter(|one| is_new(&one.id)));
    let gone = shelf
        .changed
        .keys()
        .filter(|id| is_new(id) && !there.contains(id));
    let mut body = at_path(&shared.json.items, json!(PLACE.trim_matches('"')));
    put(&mut body, &feed.removed, json!(gone.collect::<Vec<_>>()));
    put(&mut body, &feed.mark, json!(format!("m{}", shelf.mark)));
    Ok((body, items, None))
}

fn at_path(path: &str, value: Value) -> Value {
    if path.is_empty() {
        return value;
    }
    let mut body = Value::Object(Map::new());
    put(&mut body, path, value);
    body
}

/// Puts a value where `a.b.c` points to. A body that is a list has no members.
fn put(body: &mut Value, path: &str, value: Value) {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    let Value::Object(members) = body else {
        return;
    };
    match rest {
        None => {
            members.insert(name.to_owned(), value);
        }
        Some(rest) => {
            let below = members.entry(name).or_insert_with(|| json!({}));
            put(below, rest, value);
        }
    }
}

fn may_come_in(shared: &Shared, headers: &HeaderMap) -> bool {
    if shared.secrets.is_empty() {
        return true;
    }
    let given = headers.get(header::AUTHORIZATION);
    let given = given
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let credential = given
        .split_once(' ')
        .map_or("", |(_, credential)| credential);
    let basic = STANDARD.decode(credential).unwrap_or_default();
    let basic = String::from_utf8(basic).unwrap_or_default();
    shared
        .secrets
        .iter()
        .any(|secret| credential == secret || basic.ends_with(&format!(":{secret}")))
}

fn refusal(status: StatusCode, why: &'static str) -> Response {
    let body = json!({"error": why}).to_string();
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap_or_default()
}

fn query(text: &str) -> Query {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut hex = bytes.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, digit(hex.next()), digit(hex.next())) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                bytes = hex;
            }
            (b'+', ..) => out.push(b' '),
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_each_way_of_paging() {
        let query = |text: &str| query(text);
        let place = |number: u64| number as usize;
        let by_cursor = Paging {
            limit: Some("limit".into()),
            most: 100,
            cursor: Some("after".into()),
            next: Some("next".into()),
            ..Paging::default()
        };
        assert_eq!(
            range(&by_cursor, &query("limit=7"), (20, &place), by_cursor.most),
            Ok(0..7)
        );
        assert_eq!(
            range(
                &by_cursor,
                &query("after=c0-14&limit=7"),
                (20, &place),
                by_cursor.most
            ),
            Ok(14..20)
        );
        assert!(range(&by_cursor, &query("after=14"), (20, &place), by_cursor.most).is_err());
        assert!(range(&by_cursor, &query("limit=x"), (20, &place), by_cursor.most).is_err());
        let by_page = Paging {
            limit: Some("size".into()),
            most: 5,
            page: Some("page".into()),
            first: 1,
            ..Paging::default()
        };
        assert_eq!(
            range(
                &by_page,
                &query("page=2&size=99"),
                (8, &place),
                by_page.most
            ),
            Ok(5..8)
        );
        let by_offset = Paging {
            most: 5,
            offset: Some("startIndex".into()),
            first: 1,
            ..Paging::default()
        };
        assert_eq!(
            range(
                &by_offset,
                &query("startIndex=6"),
                (20, &place),
                by_offset.most
            ),
            Ok(5..10)
        );
        assert_eq!(
            range(
                &by_offset,
                &query("startIndex=60"),
                (20, &place),
                by_offset.most
            ),
            Ok(20..20)
        );
    }

    #[test]
    fn members_are_put_where_the_path_points() {
        let mut body = at_path("data.people", json!([1]));
        put(&mut body, "data.total", json!(3));
        assert_eq!(body, json!({"data": {"people": [1], "total": 3}}));
        let mut list = at_path("", json!([1]));
        put(&mut list, "total", json!(3));
        assert_eq!(list, json!([1]));
        assert_eq!(decoded("a%20b+c%C3%A9%"), "a b cé%");
    }
}
