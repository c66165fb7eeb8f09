//! The client against servers of this process that do as they are told.

use super::{Client, Endpoint};
use crate::binding::Secret;
use crate::bindings::http::{Method, Request, Response};
use crate::bindings::types::{Failure, FailureKind};
use crate::grants::{Grant, Grants};
use crate::ldap::Trust;
use crate::limits::Limits;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A server that answers each request with what `answer` makes of its head, and
/// remembers the heads.
struct Server {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (answer, seen) = (Arc::new(answer), heads.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, seen) = (answer.clone(), seen.clone());
                std::thread::spawn(move || serve(stream, &*answer, &seen));
            }
        });
        Self { url, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, answer: &dyn Fn(&str) -> Vec<u8>, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    while reader.read_line(&mut head).is_ok_and(|count| count > 2) {
        let last = head.lines().last().unwrap().to_ascii_lowercase();
        if let Some(bytes) = last.strip_prefix("content-length: ") {
            length = bytes.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    seen.lock().unwrap().push(head.clone());
    let mut stream = stream;
    // The client may have given up.
    let _ = stream.write_all(&answer(&head));
}

fn ok(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn redirect(status: u16, to: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

fn limits() -> Limits {
    Limits {
        http_body_bytes: 10_000,
        ..Limits::default()
    }
}

/// A client with one endpoint per URL: `api`, then `other`.
fn client(urls: &[&str]) -> Arc<Client> {
    client_within(urls, &limits())
}

fn client_within(urls: &[&str], limits: &Limits) -> Arc<Client> {
    let mut grants = Grants::default();
    for (name, url) in ["api", "other"].into_iter().zip(urls) {
        let token = Secret::new(format!("token-of-{name}"));
        let endpoint = Endpoint::new(name, "base_url", url, Some(token), Trust::System);
        grants
            .http
            .insert(name.to_owned(), Grant::Bound(endpoint.unwrap()));
    }
    Arc::new(Client::new(Arc::new(grants), limits))
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

fn request(method: Method, target: &str) -> Request {
    Request {
        method,
        endpoint: "api".to_owned(),
        target: target.to_owned(),
        headers: vec![("Accept".to_owned(), "application/scim+json".to_owned())],
        body: b"{}".to_vec(),
    }
}

fn get(client: &Client, target: &str) -> Result<Response, Failure> {
    run(client.send(request(Method::Get, target)))
}

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
fn a_redirect_within_the_grant_is_followed() {
    let server = Server::start(|head| match head.starts_with("GET /v2/a") {
        true => redirect(307, "b?x=1"),
        false => ok("there"),
    });
    let client = client(&[&format!("{}/v2", server.url)]);
    assert_eq!(get(&client, "/a").unwrap().body, b"there");
    assert!(server.heads()[1].starts_with("GET /v2/b?x=1 "));
    assert!(server.heads()[1].contains("token-of-api"));
}

#[test]
fn the_credential_stays_behind_at_another_service() {
    let other = Server::start(|_| ok("other"));
    let to = format!("{}/next", other.url);
    let server = Server::start(move |_| redirect(302, &to));
    let client = client(&[&server.url, &other.url]);
    assert_eq!(get(&client, "/a").unwrap().body, b"other");
    assert!(server.heads()[0].contains("token-of-api"));
    let head = other.heads()[0].to_ascii_lowercase();
    assert!(
        !head.contains("authorization") && !head.contains("token-of"),
        "{head}"
    );
}

#[test]
fn a_redirect_beyond_the_grants_is_refused() {
    let other = Server::start(|_| ok("stolen"));
    let to = other.url.clone();
    let server = Server::start(move |_| redirect(302, &to));
    let failure = get(&client(&[&format!("{}/v2/", server.url)]), "/a").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(
        failure.message.contains(&format!("`{}/`", other.url)),
        "{}",
        failure.message
    );
    assert!(
        failure.message.contains(&format!("`{}/v2/`", server.url)),
        "{}",
        failure.message
    );
    assert!(
        failure
            .hint
            .unwrap()
            .contains(&format!("`provider.config.base_url: {}`", other.url))
    );
    assert!(other.heads().is_empty());
}

#[test]
fn next_links_are_held_against_the_grant() {
    let server = Server::start(|_| ok("page 2"));
    let client = client(&[&format!("{}/v2", server.url)]);
    let next = |path| get(&client, &format!("{}{path}", server.url));
    assert_eq!(next("/v2/Users?page=2").unwrap().body, b"page 2");
    assert_eq!(next("/v1/Users").unwrap_err().kind, FailureKind::Denied);
    assert_eq!(
        next("/v2/../v1/Users").unwrap_err().kind,
        FailureKind::Denied
    );
    assert_eq!(server.heads().len(), 1);
}

#[test]
fn a_circle_of_redirects_ends() {
    let server = Server::start(|_| redirect(302, "/again"));
    let failure = get(&client(&[&server.url]), "/a").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unavailable);
    assert_eq!(server.heads().len(), 6);
}

#[test]
fn a_redirected_post_becomes_a_get_or_stays() {
    let server = Server::start(|head| match head.split(' ').nth(1) {
        Some("/see") => redirect(303, "/end"),
        Some("/keep") => redirect(308, "/end"),
        _ => ok(""),
    });
    let client = client(&[&server.url]);
    run(client.send(request(Method::Post, "/see"))).unwrap();
    run(client.send(request(Method::Post, "/keep"))).unwrap();
    let heads = server.heads();
    assert!(heads[1].starts_with("GET /end") && !heads[1].contains("content-length: 2"));
    assert!(heads[3].starts_with("POST /end") && heads[3].contains("content-length: 2"));
}

#[test]
fn a_long_body_is_cut_off() {
    let server = Server::start(|_| ok(&"x".repeat(10_001)));
    let failure = get(&client(&[&server.url]), "/").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Data);
    assert!(
        failure.message.contains("10000 bytes"),
        "{}",
        failure.message
    );
}

#[test]
fn a_small_body_that_unpacks_to_a_long_one_is_cut_off() {
    // 1 MiB of zeros, gzipped: 1 KiB on the wire.
    let mut packed =
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
    packed.extend_from_slice(&gzipped_zeros(1 << 20));
    let server = Server::start(move |_| packed.clone());
    assert_eq!(
        get(&client(&[&server.url]), "/").unwrap_err().kind,
        FailureKind::Data
    );
}

/// Stored blocks would not be small: one fixed-Huffman block of repeats is.
fn gzipped_zeros(count: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    // Literal 0, then copies of 258 bytes from one byte back.
    bits.push_code(0x30, 8);
    for _ in 0..count / 258 {
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7);
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend_from_slice(&bits.bytes);
    // The checksum is wrong; nobody gets that far.
    out.extend_from_slice(&[0; 8]);
    out
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    /// Adds bits, the lowest first.
    fn push(&mut self, value: u32, count: usize) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().unwrap();
            *last |= ((value >> bit & 1) as u8) << (self.used % 8);
            self.used += 1;
        }
    }

    /// Adds a Huffman code: its highest bit first.
    fn push_code(&mut self, code: u32, count: usize) {
        for bit in (0..count).rev() {
            self.push(code >> bit & 1, 1);
        }
    }
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
fn answers_of_one_call_share_their_limit() {
    let server = Server::start(|_| ok(&"x".repeat(4000)));
    let requests = (0..5).map(|_| request(Method::Get, "/")).collect();
    let answers = run(client(&[&server.url]).send_all(requests));
    let refused = answers.iter().filter(|answer| answer.is_err()).count();
    assert_eq!(refused, 3);
}

#[test]
fn an_endpoint_that_is_not_granted_is_no_endpoint() {
    let setting = "base_url".to_owned();
    let grants = Grants {
        http: BTreeMap::from([("api".to_owned(), Grant::Open { setting })]),
        ..Grants::default()
    };
    let client = Client::new(Arc::new(grants), &limits());
    let failure = get(&client, "/").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.hint.unwrap().contains("`provider.config.base_url`"));
}
