//! People as rows.

use super::{missing, page, read, service, settings};
use muster_sdk::testing::request;
use muster_sdk::{BlockCause, FailureKind, Status};
use serde_json::{Value, json};

/// One person with this `active`, as the operator wants it read.
fn status(active: Value, said: Value) -> Status {
    let mut person = json!({"id": "1", "userName": "u"});
    if active != json!("absent") {
        person["active"] = active;
    }
    service(move |path, query| match path {
        "/Users" => page(std::slice::from_ref(&person), query),
        _ => missing(),
    });
    let (rows, _) = read(settings(said), request(&["userName"])).unwrap();
    rows[0].status
}

#[test]
fn active_is_what_it_says() {
    let plain = |active: Value| status(active, json!({}));
    assert_eq!(plain(json!(true)), Status::Active);
    assert_eq!(plain(json!("True")), Status::Active);
    assert_eq!(plain(json!(false)), Status::Blocked(BlockCause::Other));
    assert_eq!(plain(json!("false")), Status::Blocked(BlockCause::Other));
    assert_eq!(plain(json!("maybe")), Status::Unknown);
    assert_eq!(plain(json!(1)), Status::Unknown);
    for absent in [json!(null), json!("absent"), json!([])] {
        assert_eq!(plain(absent.clone()), Status::Unknown);
        let said = |word: &str| status(absent.clone(), json!({"active_missing": word}));
        assert_eq!(said("active"), Status::Active);
        assert_eq!(said("blocked"), Status::Blocked(BlockCause::Other));
    }
}

#[test]
fn values_stand_in_their_columns() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    service(move |path, query| match path {
        "/Users" => page(
            &[
                json!({"id": "1", "USERNAME": "a", "active": true, "emails": ["a@x"],
                    enterprise: {"department": "Pay", "manager": "2"}}),
                json!({"id": "2", "userName": "b", "active": true, "emails": [{"value": "b@x"}, {"value": "c@x"}],
                    enterprise: {"manager": {"value": "1", "displayName": "A"}}}),
            ],
            query,
        ),
        _ => missing(),
    });
    let attributes = [
        "userName",
        "emails",
        "department",
        "manager",
        "manager.displayName",
    ];
    let (rows, coverage) = read(settings(json!({})), request(&attributes)).unwrap();
    assert!(coverage.is_complete());
    let texts = |row: usize| -> Vec<String> {
        let cells = rows[row].values.iter();
        cells
            .map(|cell| {
                cell.iter()
                    .map(|v| String::from_utf8_lossy(v))
                    .collect::<Vec<_>>()
                    .join("+")
            })
            .collect()
    };
    assert_eq!(texts(0), ["a", "a@x", "Pay", "2", ""]);
    assert_eq!(texts(1), ["b", "b@x+c@x", "", "1", "A"]);
}

#[test]
fn errors_are_sentences() {
    let answer = |status: u16, kind: &str| {
        let body =
            json!({"status": status.to_string(), "scimType": kind, "detail": "no such operator"});
        service(move |path, _| match path {
            "/Users" => (status, body.clone()),
            _ => missing(),
        });
        read(settings(json!({})), request(&["userName"])).unwrap_err()
    };
    let failure = answer(400, "invalidFilter");
    assert_eq!(
        failure.message,
        "the list of users: the service answered 400, it refuses the request: no such operator (`invalidFilter`)"
    );
    assert!(failure.hint.unwrap().contains("`filter`"));
    assert!(answer(400, "tooMany").hint.unwrap().contains("narrower"));
    assert_eq!(answer(401, "").kind, FailureKind::Auth);
    assert_eq!(answer(403, "").kind, FailureKind::Denied);
    assert_eq!(answer(429, "").kind, FailureKind::Throttled);
    assert!(answer(404, "").hint.unwrap().contains("`url`"));
}
