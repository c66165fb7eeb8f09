//! Pages, cursors, positions and groups.

use super::{batches, from, ids, missing, page, people, read, service, settings};
use muster_sdk::testing::{everybody, request, rows};
use muster_sdk::{FailureKind, PartialReason, ReadFrom, ReadRequest, Scope, Source};
use serde_json::json;

#[test]
fn each_page_begins_with_the_last_entry_of_the_one_before() {
    let all = people(7);
    let asked = service(move |path, query| match path {
        "/Users" => page(&all, query),
        _ => missing(),
    });
    let (rows, coverage) = read(settings(json!({"page_size": 3})), from(ReadFrom::Start)).unwrap();
    assert_eq!(rows.len(), 7);
    assert!(coverage.is_complete());
    let asked = asked.borrow();
    let starts = asked
        .iter()
        .filter_map(|target| target.split("startIndex=").nth(1));
    let starts: Vec<&str> = starts.map(|rest| rest.split('&').next().unwrap()).collect();
    assert_eq!(starts, ["1", "3", "5", "7"]);
}

#[test]
fn a_read_goes_on_in_another_instance() {
    let all = people(8);
    service(move |path, query| match path {
        "/Users" => page(&all, query),
        _ => missing(),
    });
    let settings = || settings(json!({"page_size": 3}));
    let first = batches(settings(), from(ReadFrom::Start)).unwrap();
    let before = ids(&rows(first[0].page()));
    let mut scim = crate::Scim::open(settings()).unwrap();
    // The bookmark of the first page, as the host hands it back.
    scim.start(from(ReadFrom::Start)).unwrap();
    let bookmark = scim.next().unwrap().resumes_at().unwrap().to_vec();
    let (rows, coverage) = read(settings(), from(ReadFrom::Resume(bookmark))).unwrap();
    assert!(coverage.is_complete());
    assert_eq!([before, ids(&rows)].concat().len(), 8);
}

#[test]
fn a_list_that_was_begun_anew_delivers_nobody_twice() {
    let all = people(9);
    let lost = std::cell::Cell::new(false);
    service(move |path, query| {
        let cursor = query.get("cursor").map_or("", String::as_str);
        match (path, cursor) {
            ("/ServiceProviderConfig", _) => {
                (200, json!({"pagination": {"cursor": true, "index": false}}))
            }
            ("/Users", "c6") if !lost.replace(true) => {
                (400, json!({"status": "400", "scimType": "expiredCursor"}))
            }
            ("/Users", cursor) => {
                let at: usize = cursor.trim_start_matches('c').parse().unwrap_or(0);
                let mut body = json!({"Resources": all[at..at + 3]});
                if at + 3 < all.len() {
                    body["nextCursor"] = json!(format!("c{}", at + 3));
                }
                (200, body)
            }
            _ => missing(),
        }
    });
    let (rows, coverage) = read(settings(json!({})), from(ReadFrom::Start)).unwrap();
    assert_eq!(
        ids(&rows),
        (0..9).map(|at| format!("i{at}")).collect::<Vec<_>>()
    );
    // The last cursor is the end, even without a total.
    assert!(coverage.is_complete(), "{coverage:?}");
}

#[test]
fn a_service_that_knows_no_cursor_is_unmasked() {
    let all = people(9);
    service(move |path, query| match path {
        "/Users" => {
            let (status, mut body) = page(&all, query);
            body["totalResults"] = json!(body["Resources"].as_array().unwrap().len());
            (status, body)
        }
        _ => missing(),
    });
    let said = settings(json!({"paging": "cursor", "page_size": 4}));
    let (rows, coverage) = read(said, from(ReadFrom::Start)).unwrap();
    assert_eq!(
        (rows.len(), coverage.reason()),
        (4, Some(PartialReason::Unproven))
    );
}

#[test]
fn a_position_holds_only_for_what_it_was_made_for() {
    let all = people(3);
    service(move |path, query| match path {
        "/ServiceProviderConfig" => (200, json!({"filter": {"supported": true}})),
        "/Users" => match query.get("filter").map(String::as_str) {
            Some(filter) if filter.contains("2999") => page(&[], query),
            Some(filter) if filter.contains("2026-11-23T09") => page(&[], query),
            Some(filter) if filter.contains("nobody") => page(&[], query),
            _ => page(&all, query),
        },
        _ => missing(),
    });
    let said = || settings(json!({"url": "https://a.example", "incremental": "auto"}));
    let whole = batches(said(), from(ReadFrom::Start)).unwrap();
    let position = whole.last().unwrap().next_delta().unwrap().to_vec();
    let (rows, coverage) = read(said(), from(ReadFrom::Since(position.clone()))).unwrap();
    assert!(rows.is_empty() && !coverage.is_complete() && coverage.reason().is_none());
    let others = [
        (
            settings(json!({"url": "https://b.example", "incremental": "auto"})),
            from(ReadFrom::Since(position.clone())),
        ),
        (
            settings(
                json!({"url": "https://a.example", "incremental": "auto", "filter": "x eq \"y\""}),
            ),
            from(ReadFrom::Since(position.clone())),
        ),
        (
            said(),
            ReadRequest {
                start_at: ReadFrom::Since(position),
                ..request(&["title"])
            },
        ),
        (said(), from(ReadFrom::Since(b"x".to_vec()))),
    ];
    for (settings, request) in others {
        let failure = read(settings, request).unwrap_err();
        assert_eq!(failure.kind, FailureKind::StaleCursor);
    }
}

fn of_group(name: &str) -> ReadRequest {
    let scope = Scope {
        groups: vec![name.to_owned()],
        ..everybody()
    };
    ReadRequest {
        scope,
        ..request(&["userName"])
    }
}

#[test]
fn a_member_who_exists_and_is_not_listed_takes_the_proof_away() {
    for (exists, reason) in [(true, Some(PartialReason::Drifted)), (false, None)] {
        let all = people(3);
        service(move |path, query| match path {
            "/Users" => page(&all, query),
            "/Users/hidden" if exists => (200, json!({"id": "hidden"})),
            "/Groups" => page(&[json!({"id": "g", "displayName": "Staff"})], query),
            "/Groups/g" => (
                200,
                json!({"id": "g", "members": [
                {"value": "i1", "type": "User"}, {"value": "hidden", "type": "User"}]}),
            ),
            _ => missing(),
        });
        let (rows, coverage) = read(settings(json!({})), of_group("staff")).unwrap();
        assert_eq!(ids(&rows), ["i1"]);
        assert_eq!(rows[0].groups, ["staff"]);
        assert_eq!(coverage.reason(), reason);
    }
}

#[test]
fn two_groups_of_one_name_are_not_guessed_at() {
    service(|path, query| match path {
        "/Groups" => page(
            &[
                json!({"id": "g", "displayName": "Staff"}),
                json!({"id": "h", "displayName": "STAFF"}),
            ],
            query,
        ),
        _ => missing(),
    });
    let failure = read(settings(json!({})), of_group("staff")).unwrap_err();
    assert!(failure.message.contains("2 groups"), "{}", failure.message);
    assert!(failure.hint.unwrap().contains("`id`"));
}

#[test]
fn trees_are_refused() {
    service(|_, _| missing());
    let mut request = request(&["userName"]);
    request.scope.under = vec!["Sales".to_owned()];
    let failure = read(settings(json!({})), request).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
}
