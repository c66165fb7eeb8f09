use super::*;
use muster_sdk::testing::{self, Read};

/// A service with these people, two a page, whose tokens are numbers.
fn service(people: &[&str]) {
    let people: Vec<String> = people.iter().map(|person| (*person).to_owned()).collect();
    testing::http(move |request| {
        assert_eq!(request.endpoint, "api");
        let (path, query) = request.target.split_once('?').unwrap();
        assert_eq!(path, "/people");
        let after = query.strip_prefix("limit=500").unwrap();
        let after = after.strip_prefix("&after=").unwrap_or("0");
        let from: usize = after.parse().unwrap();
        let to = people.len().min(from + 2);
        let next = match to < people.len() {
            true => format!(r#", "next": "{to}""#),
            false => String::new(),
        };
        let (total, page) = (people.len(), people[from..to].join(", "));
        let page = format!(r#"{{"total": {total}, "people": [{page}]{next}}}"#);
        Ok(testing::json(200, page))
    });
}

fn opened() -> Service {
    let settings = r#"{"path": "/people", "url": "https://people.example"}"#;
    Service::open(serde_json::from_str(settings).unwrap()).unwrap()
}

fn read() -> Result<Read, Failure> {
    testing::read(&mut opened(), testing::request(&["mail"]))
}

const ANNA: &str = r#"{"id": 1, "mail": "anna@example.org", "active": true}"#;
const BJÖRN: &str = r#"{"id": 2, "mail": "björn@example.org", "active": false}"#;
const CHLOÉ: &str = r#"{"id": 3, "active": true}"#;

#[test]
fn everybody_is_read_page_by_page() {
    service(&[ANNA, BJÖRN, CHLOÉ]);
    let read = read().unwrap();
    assert_eq!(read.ids(), ["1", "2", "3"]);
    assert_eq!(read.rows[1].text(0).as_deref(), Some("björn@example.org"));
    assert_eq!(read.rows[1].status, Status::Blocked(BlockCause::Disabled));
    assert_eq!(read.rows[2].text(0), None);
    assert!(read.coverage.is_complete(), "{:?}", read.coverage);
}

#[test]
fn a_read_goes_on_where_it_broke_off() {
    service(&[ANNA, BJÖRN, CHLOÉ]);
    let whole = read().unwrap();
    for (before, cursor) in whole.cursors {
        let mut request = testing::request(&["mail"]);
        request.start_at = ReadFrom::Resume(cursor);
        let rest = testing::read_on(&mut opened(), request, before).unwrap();
        assert_eq!(rest.rows, whole.rows[before..]);
        assert!(rest.coverage.is_complete());
    }
}

#[test]
fn a_list_that_is_shorter_than_its_total_is_not_complete() {
    let page = format!(r#"{{"total": 3, "people": [{ANNA}, {BJÖRN}]}}"#);
    testing::http(move |_| Ok(testing::json(200, page.clone())));
    let read = read().unwrap();
    assert_eq!(read.coverage.reason(), Some(PartialReason::Truncated));
}

#[test]
fn a_page_that_is_cut_off_is_a_failure() {
    let page = format!(r#"{{"total": 2, "people": [{ANNA}"#);
    testing::http(move |_| Ok(testing::json(200, page.clone())));
    assert_eq!(read().unwrap_err().kind, FailureKind::Data);
}

#[test]
fn failures_keep_their_kind_and_the_services_words() {
    for (status, kind) in [
        (401, FailureKind::Auth),
        (403, FailureKind::Denied),
        (404, FailureKind::Config),
        (429, FailureKind::Throttled),
        (503, FailureKind::Unavailable),
    ] {
        let body = r#"{"message": "the service says why"}"#;
        testing::http(move |_| Ok(testing::json(status, body)));
        let failure = read().unwrap_err();
        assert_eq!(failure.kind, kind);
        assert!(failure.message.ends_with(": the service says why"));
    }
}

#[test]
fn groups_are_refused_not_overlooked() {
    service(&[ANNA]);
    let mut request = testing::request(&["mail"]);
    request.scope.groups.push("staff".to_owned());
    let failure = testing::read(&mut opened(), request).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
}

#[test]
fn a_check_tells_what_was_found() {
    service(&[ANNA]);
    let steps = opened().check(&testing::everybody());
    assert_eq!(steps[0].message, "1 people, and no more");
}
