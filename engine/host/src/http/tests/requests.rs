//! Requests, one and many.

use super::{Server, client, client_within, get, limits, ok, request, run};
use crate::bindings::http::{Method, Request};
use crate::bindings::types::FailureKind;
use crate::grants::{Grant, Grants};
use crate::http::Client;
use crate::limits::Limits;
use crate::waiting::Waiting;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[test]
fn a_request_carries_its_credential() {
    let server = Server::start(|_| ok("[]"));
    let client = client(&[&format!("{}/v2", server.url)]);
    let response = get(&client, "/Users?count=1").unwrap();
    assert_eq!(
        (response.status, response.body.as_slice()),
        (200, &b"[]"[..])
    );
    let head = server.heads()[0].to_ascii_lowercase();
    assert!(head.starts_with("get /v2/users?count=1 "), "{head}");
    assert!(
        head.contains("authorization: bearer token-of-api\r\n"),
        "{head}"
    );
    assert!(head.contains("accept: application/scim+json\r\n"), "{head}");
    assert!(head.contains("user-agent: muster/"), "{head}");
}

#[test]
fn a_silent_server_is_not_waited_for_for_ever() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_secs(3));
        ok("late")
    });
    let hasty = Limits {
        http_answer: Duration::from_millis(300),
        ..limits()
    };
    let failure = get(&client_within(&[&server.url], &hasty), "/").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unavailable);
    assert!(
        failure.message.contains("no answer in time"),
        "{}",
        failure.message
    );
}

#[test]
fn a_server_that_is_down_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = get(&client(&[&url]), "/secret?token=x").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unavailable);
    assert!(
        failure
            .message
            .starts_with(&format!("`{url}` cannot be reached: ")),
        "{}",
        failure.message
    );
    assert!(!failure.message.contains("token=x"), "{}", failure.message);
}

#[test]
fn headers_of_the_host_are_not_the_plugins() {
    let client = client(&["http://127.0.0.1:9"]);
    for name in ["Authorization", "cookie", "HOST", "Content-Length"] {
        let header = (name.to_owned(), "x".to_owned());
        let request = Request {
            headers: vec![header],
            ..request(Method::Get, "/")
        };
        assert_eq!(
            run(client.send(request)).unwrap_err().kind,
            FailureKind::Denied,
            "{name}"
        );
    }
    let header = ("x".to_owned(), "a\r\nb: c".to_owned());
    let request = Request {
        headers: vec![header],
        ..request(Method::Get, "/")
    };
    assert_eq!(
        run(client.send(request)).unwrap_err().kind,
        FailureKind::Internal
    );
}

#[test]
fn many_requests_run_side_by_side_within_the_limit() {
    static NOW: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let server = Server::start(|head| {
        MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(30));
        NOW.fetch_sub(1, Ordering::SeqCst);
        ok(head.split(' ').nth(1).unwrap())
    });
    let requests = (0..20)
        .map(|at| request(Method::Get, &format!("/{at}")))
        .collect();
    let answers = run(client(&[&server.url]).send_all(requests));
    let bodies: Vec<_> = answers
        .into_iter()
        .map(|answer| String::from_utf8(answer.unwrap().body).unwrap())
        .collect();
    let expected: Vec<_> = (0..20).map(|at| format!("/{at}")).collect();
    assert_eq!(bodies, expected);
    assert!(MOST.load(Ordering::SeqCst) <= limits().http_parallel);
}

#[test]
fn an_endpoint_that_is_not_granted_is_no_endpoint() {
    let setting = "base_url".to_owned();
    let grants = Grants {
        http: BTreeMap::from([("api".to_owned(), Grant::Open { setting })]),
        ..Grants::default()
    };
    let waiting = Arc::new(Waiting::new(&limits()));
    let client = Client::new(Arc::new(grants), &limits(), &waiting);
    let failure = get(&client, "/").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.hint.unwrap().contains("`provider.config.base_url`"));
}
