//! Politeness: throttles, passing trouble, budgets, paces.

use super::{Server, client_of, get, limits, ok, request, run};
use crate::bindings::http::Method;
use crate::bindings::types::FailureKind;
use crate::http::{Client, Endpoint, Manners};
use crate::limits::Limits;
use crate::manifest::RetryOn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A server that sends the first requests away and answers the others.
fn busy(times: usize, away: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Server {
    let seen = AtomicUsize::new(0);
    Server::start(move |_| match seen.fetch_add(1, Ordering::SeqCst) < times {
        true => away(),
        false => ok("people"),
    })
}

fn with(server: &Server, manners: Manners, limits: &Limits) -> Arc<Client> {
    let endpoint = Endpoint::new("base_url", &server.url).unwrap();
    client_of(
        [Endpoint {
            manners,
            ..endpoint
        }],
        limits,
    )
}

fn polite(server: &Server) -> Arc<Client> {
    with(server, Manners::default(), &limits())
}

#[test]
fn a_throttle_is_waited_out() {
    let server = busy(2, || answer(429, "Retry-After: 0.15\r\n", ""));
    let begin = Instant::now();
    assert_eq!(get(&polite(&server), "/").unwrap().body, b"people");
    assert!(begin.elapsed() >= Duration::from_millis(300));
    assert_eq!(server.heads().len(), 3);
}

#[test]
fn a_throttle_without_a_word_is_backed_off_from() {
    let server = busy(3, || answer(429, "", ""));
    assert_eq!(get(&polite(&server), "/").unwrap().status, 200);
}

#[test]
fn a_throttle_that_comes_as_403_is_waited_out() {
    let server = busy(1, || {
        answer(403, "", r#"{"reason": "userRateLimitExceeded"}"#)
    });
    let manners = Manners {
        retry_on: vec![RetryOn {
            status: 403,
            body_has: vec!["userRateLimitExceeded".to_owned()],
        }],
        ..Manners::default()
    };
    assert_eq!(
        get(&with(&server, manners, &limits()), "/").unwrap().status,
        200
    );
    let forbidden = busy(9, || answer(403, "", "forbidden"));
    assert_eq!(get(&polite(&forbidden), "/").unwrap().status, 403);
    assert_eq!(forbidden.heads().len(), 1);
}

#[test]
fn a_run_has_a_budget_of_waiting() {
    let server = busy(1000, || answer(429, "Retry-After: 0.2\r\n", ""));
    let few = Limits {
        waiting: Duration::from_millis(500),
        ..limits()
    };
    let client = with(&server, Manners::default(), &few);
    let failure = get(&client, "/").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Throttled);
    assert_eq!(failure.retry_after_ms, Some(200));
    assert!(
        failure.message.contains("wants to be left alone"),
        "{}",
        failure.message
    );
    // 0, 200 and 400 ms: a further wait would be too long.
    assert_eq!(server.heads().len(), 3);
    // What is spent is spent.
    assert!(get(&client, "/").is_err());
    assert_eq!(server.heads().len(), 4);
}

#[test]
fn a_wait_that_is_too_long_is_not_begun() {
    let server = busy(1000, || answer(429, "Retry-After: 86400\r\n", ""));
    let begin = Instant::now();
    let failure = get(&polite(&server), "/").unwrap_err();
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert!(failure.message.contains("86400 s"), "{}", failure.message);
}

#[test]
fn those_who_wait_wait_together() {
    let server = busy(4, || answer(429, "Retry-After: 0.3\r\n", ""));
    let few = Limits {
        waiting: Duration::from_millis(700),
        ..limits()
    };
    let requests = (0..4).map(|_| request(Method::Get, "/")).collect();
    let answers = run(with(&server, Manners::default(), &few).send_all(requests));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[test]
fn a_service_that_is_unwell_gets_some_tries() {
    let server = busy(3, || answer(503, "", "maintenance"));
    assert_eq!(get(&polite(&server), "/").unwrap().status, 200);
    let down = busy(1000, || answer(502, "", "bad gateway"));
    let last = get(&polite(&down), "/").unwrap();
    assert_eq!(
        (last.status, last.body.as_slice()),
        (502, &b"bad gateway"[..])
    );
    assert_eq!(down.heads().len(), 5);
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again_if_it_is_a_get() {
    let broken =
        || b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\npeo".to_vec();
    let server = busy(1, broken);
    assert_eq!(get(&polite(&server), "/").unwrap().body, b"people");
    let server = busy(1, broken);
    let posted = run(polite(&server).send(request(Method::Post, "/")));
    assert_eq!(posted.unwrap_err().kind, FailureKind::Unavailable);
    assert_eq!(server.heads().len(), 1);
}

#[test]
fn answers_that_nobody_sees_take_no_room() {
    let server = busy(4, || answer(503, "", &"x".repeat(4000)));
    assert_eq!(get(&polite(&server), "/").unwrap().status, 200);
}

#[test]
fn a_rate_is_kept() {
    let server = Server::start(|_| ok(""));
    let manners = Manners {
        rate: Some(10.0),
        ..Manners::default()
    };
    let client = with(&server, manners, &limits());
    let begin = Instant::now();
    let requests = (0..14).map(|_| request(Method::Get, "/")).collect();
    assert!(run(client.send_all(requests)).iter().all(Result::is_ok));
    assert!(
        begin.elapsed() >= Duration::from_millis(380),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn a_policy_says_how_many_at_once() {
    static NOW: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let server = Server::start(|_| {
        MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        NOW.fetch_sub(1, Ordering::SeqCst);
        ok("")
    });
    let manners = Manners {
        parallel: Some(1),
        ..Manners::default()
    };
    let requests = (0..6).map(|_| request(Method::Get, "/")).collect();
    run(with(&server, manners, &limits()).send_all(requests));
    assert_eq!(MOST.load(Ordering::SeqCst), 1);
}
