//! A host in a few lines: one request over one connection.

use muster_emulators::okta::{Okta as Org, TOKEN};
use muster_sdk::Failure;
use muster_sdk::http::{Method, Request, Response};
use muster_sdk::testing;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Sends this thread's requests to an org, with its API token.
pub fn connect(org: &Org) {
    let url = org.url();
    testing::http(move |request| send(&url, request));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    testing::now_ms(u64::try_from(now.unwrap().as_millis()).unwrap());
}

fn send(url: &str, request: &Request) -> Result<Response, Failure> {
    assert_eq!(
        (request.endpoint.as_str(), request.method),
        ("api", Method::Get)
    );
    let target = match request.target.strip_prefix("http") {
        Some(_) => request
            .target
            .strip_prefix(url)
            .ok_or_else(|| Failure::denied(format!("{} is no grant", request.target)))?,
        None => &request.target,
    };
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut head = format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: SSWS {TOKEN}\r\n"
    );
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Ok(parsed(&bytes))
}

fn parsed(bytes: &[u8]) -> Response {
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        (name.to_owned(), value.to_owned())
    });
    Response {
        status: status.parse().unwrap(),
        headers: headers.collect(),
        body: bytes[end + 4..].to_vec(),
    }
}
