//! What the service says.

use super::filter;
use super::world::{Quirk, World, remove};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Results on a page unless `count` is smaller.
const PAGE: usize = 1000;

type Parameters = BTreeMap<String, String>;

fn answer(status: u16, body: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/scim+json")];
    let status = StatusCode::from_u16(status).expect("a status");
    (status, kind, body).into_response()
}

fn html() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html")];
    (
        kind,
        "<!DOCTYPE html>\n<html><body>Please log in</body></html>",
    )
        .into_response()
}

/// An error of RFC 7644, whose `status` is a text.
pub fn error(status: u16, kind: Option<&str>, detail: &str) -> Response {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.to_string(), "detail": detail,
    });
    if let Some(kind) = kind {
        body["scimType"] = json!(kind);
    }
    answer(status, body.to_string())
}

/// `/ServiceProviderConfig`.
pub fn config(world: &World) -> Response {
    if world.has(&Quirk::NoDiscovery) {
        return error(404, None, "there is no such resource");
    }
    if world.has(&Quirk::NonsenseDiscovery) {
        return html();
    }
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": false},
        "filter": {"supported": !world.has(&Quirk::NoFilters), "maxResults": PAGE},
        "pagination": {"cursor": declares_cursors(world), "index": true},
    });
    answer(200, body.to_string())
}

/// `/ResourceTypes`.
pub fn resource_types(world: &World) -> Response {
    if world.has(&Quirk::NoDiscovery) {
        return error(404, None, "there is no such resource");
    }
    if world.has(&Quirk::NonsenseDiscovery) {
        return html();
    }
    let of = |name: &str| {
        json!({"id": name, "name": name, "endpoint": format!("/{name}s"),
            "schema": format!("urn:ietf:params:scim:schemas:core:2.0:{name}")})
    };
    answer(
        200,
        json!({"totalResults": 2, "Resources": [of("User"), of("Group")]}).to_string(),
    )
}

/// One resource.
pub fn one(world: &World, kind: &str, id: &str, query: &Parameters) -> Response {
    let resources = world.resources(kind);
    match resources.iter().find(|resource| resource["id"] == id) {
        Some(resource) => answer(
            200,
            world.cut(resource, query.get("attributes")).to_string(),
        ),
        None => error(404, None, &format!("Resource {id} not found")),
    }
}

fn declares_cursors(world: &World) -> bool {
    world.quirks.iter().any(|quirk| {
        matches!(
            quirk,
            Quirk::Cursors
                | Quirk::CursorCircle
                | Quirk::CursorExpiresAfter(_)
                | Quirk::CursorsExpireAfter(_)
        )
    })
}

/// A page of a list.
pub fn list(world: &mut World, kind: &str, query: &Parameters) -> Response {
    let is_people = kind == "Users";
    // Probes are no pages.
    let is_page = is_people && query.get("count").is_none_or(|count| count != "1");
    if is_page {
        if let Some(answer) = fault(world, query) {
            return answer;
        }
        shift(world);
        world.lists += 1;
    }
    let mut found = world.resources(kind);
    if let Some(filter) = query.get("filter") {
        if world.has(&Quirk::NoFilters) {
            return error(400, Some("invalidFilter"), "filters are not supported");
        }
        if !world.has(&Quirk::IgnoresFilters) {
            let is_understood = found.iter().all(|one| filter::finds(filter, one).is_some());
            if !is_understood {
                return error(
                    400,
                    Some("invalidFilter"),
                    &format!("cannot understand {filter}"),
                );
            }
            found.retain(|one| filter::finds(filter, one) == Some(true));
        }
    }
    let pages = match is_people {
        true => Pages::of(world, query, found.len()),
        false => Pages::honest(query, found.len()),
    };
    match pages {
        Ok(pages) => page(world, &found, &pages, query, is_people),
        Err(answer) => *answer,
    }
}

/// What happens in place of a page.
fn fault(world: &mut World, query: &Parameters) -> Option<Response> {
    let lists = world.lists;
    let is_paged = query.contains_key("startIndex") || query.contains_key("count");
    for quirk in world.quirks.clone() {
        match quirk {
            Quirk::HtmlAfter(pages) if lists >= pages => return Some(html()),
            Quirk::EmptyObject => return Some(answer(200, "{}".to_owned())),
            Quirk::RejectsPaging if is_paged => {
                return Some(error(400, None, "unknown parameter startIndex"));
            }
            Quirk::RedirectsTo(to) => {
                let to = [(header::LOCATION, to)];
                return Some((StatusCode::TEMPORARY_REDIRECT, to).into_response());
            }
            Quirk::CursorExpiresAfter(pages) if lists == pages => {
                world.lists += 1;
                return Some(error(400, Some("expiredCursor"), "the cursor has expired"));
            }
            Quirk::CursorsExpireAfter(pages) if lists > 0 && lists % (pages + 1) == pages => {
                world.lists += 1;
                return Some(error(400, Some("expiredCursor"), "the cursor has expired"));
            }
            _ => {}
        }
    }
    None
}

/// The directory changes while it is read.
fn shift(world: &mut World) {
    for quirk in world.quirks.clone() {
        match quirk {
            Quirk::ShiftsAfter(pages) if world.lists == pages => {
                world.users.remove(0);
                world.hire("late");
            }
            Quirk::GrowsInFrontAfter(pages) if world.lists == pages => {
                world.users.pop();
                world.hire("early");
                world.users.rotate_right(1);
            }
            _ => {}
        }
    }
}

/// Which part of a list is asked for.
struct Pages {
    from: usize,
    to: usize,
    /// Results by the service's own count.
    all: usize,
    next_cursor: Option<String>,
}

impl Pages {
    fn number(query: &Parameters, name: &str) -> Option<usize> {
        query.get(name)?.parse().ok()
    }

    fn honest(query: &Parameters, all: usize) -> Result<Self, Box<Response>> {
        let start = Self::number(query, "startIndex").unwrap_or(1).max(1);
        let count = Self::number(query, "count").unwrap_or(PAGE).min(PAGE);
        let from = (start - 1).min(all);
        Ok(Self {
            from,
            to: (from + count).min(all),
            all,
            next_cursor: None,
        })
    }

    fn of(world: &World, query: &Parameters, all: usize) -> Result<Self, Box<Response>> {
        let mut pages = Self::honest(query, all)?;
        let is_by_cursor = query.contains_key("cursor") && declares_cursors(world);
        if is_by_cursor || world.has(&Quirk::CursorsUnasked) {
            pages = Self::by_cursor(world, query, all)?;
        }
        if world.has(&Quirk::IgnoresStartIndex) {
            (pages.to, pages.from) = (pages.to - pages.from, 0);
        }
        if world.has(&Quirk::AnswersAllAtOnce) {
            (pages.from, pages.to) = (0, all);
        }
        let is_whole = query.contains_key("startIndex") && query.contains_key("count");
        if world.has(&Quirk::DemandsBoth) && !is_whole {
            pages.to = pages.from;
        }
        for quirk in &world.quirks {
            if let Quirk::AtMost(most) = quirk {
                pages.to = pages.to.min(pages.from + most);
            }
        }
        Ok(pages)
    }

    fn by_cursor(world: &World, query: &Parameters, all: usize) -> Result<Self, Box<Response>> {
        if query.contains_key("cursor") && query.contains_key("startIndex") {
            return Err(Box::new(error(
                400,
                None,
                "cursor and startIndex do not go together",
            )));
        }
        let count = Self::number(query, "count").unwrap_or(PAGE).min(PAGE);
        let cursor = query.get("cursor").map_or("", String::as_str);
        let from: usize = match cursor.strip_prefix("at-") {
            Some(at) => at.parse().unwrap_or(0),
            None => 0,
        };
        let to = (from + count).min(all);
        let next_cursor = match world.has(&Quirk::CursorCircle) {
            true => Some("at-5".to_owned()),
            false => (to < all).then(|| format!("at-{to}")),
        };
        Ok(Self {
            from: from.min(all),
            to,
            all,
            next_cursor,
        })
    }
}

fn page(
    world: &World,
    found: &[Value],
    pages: &Pages,
    query: &Parameters,
    is_people: bool,
) -> Response {
    let mut total = pages.all as u64;
    let mut cut = found[pages.from..pages.to].to_vec();
    if is_people {
        quirks_of_resources(world, found, pages, &mut cut);
        total = quirks_of_total(world, total, cut.len());
    }
    let cut: Vec<Value> = cut
        .iter()
        .map(|one| world.cut(one, query.get("attributes")))
        .collect();
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total, "itemsPerPage": cut.len(), "startIndex": pages.from + 1,
        "Resources": cut,
    });
    if let Some(cursor) = &pages.next_cursor {
        body["nextCursor"] = json!(cursor);
    }
    if is_people && world.has(&Quirk::NoTotal) {
        remove(&mut body, "totalResults");
    }
    // RFC 7644, 3.4.2: what is not there may be left out.
    if pages.all == 0 {
        remove(&mut body, "Resources");
    }
    let mut text = body.to_string();
    let is_half = |quirk: &Quirk| matches!(quirk, Quirk::HalfAfter(pages) if world.lists > *pages);
    if is_people && world.quirks.iter().any(is_half) {
        text.truncate(text.len() / 2);
    }
    answer(200, text)
}

fn quirks_of_resources(world: &World, found: &[Value], pages: &Pages, cut: &mut Vec<Value>) {
    for quirk in &world.quirks {
        match quirk {
            Quirk::DropsAtBorders if pages.to < pages.all => drop(cut.pop()),
            Quirk::Hides(name) => cut.retain(|one| one["userName"] != name.as_str()),
            Quirk::RepeatsTheFirst if pages.from > 0 => cut.extend(found.first().cloned()),
            Quirk::Nobody => cut.clear(),
            Quirk::NoId(some) => {
                for one in cut.iter_mut().take(some.saturating_sub(pages.from)) {
                    remove(one, "id");
                }
            }
            _ => {}
        }
    }
}

fn quirks_of_total(world: &World, honest: u64, on_page: usize) -> u64 {
    let mut total = honest;
    for quirk in &world.quirks {
        match quirk {
            Quirk::TotalOfThePage => total = on_page as u64,
            Quirk::TotalTooHigh(more) => total += more,
            Quirk::TotalChanges => total += world.lists as u64,
            Quirk::Nobody => total = 0,
            _ => {}
        }
    }
    total
}
