//! Files behind URLs.

use super::login::json_answer;
use super::{Server, limits, ok, redirect, run};
use crate::bindings::types::{Failure, FailureKind};
use crate::grants::Grants;
use crate::http::download::{Fetched, FileUrl};
use crate::http::{Client, Endpoint, Login};
use crate::waiting::Waiting;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn client(url: &str) -> Client {
    let file = FileUrl::new("path", url).unwrap();
    let folder = Endpoint {
        login: Login::bearer("t0k3n"),
        ..file.folder
    };
    let file = FileUrl { folder, ..file };
    let grants = Grants {
        downloads: BTreeMap::from([("people".to_owned(), file)]),
        ..Grants::default()
    };
    let waiting = Arc::new(Waiting::new(&limits()));
    Client::new(Arc::new(grants), &limits(), &waiting)
}

/// A file's text and tag; none if it is as it was.
type Read = Option<(String, Option<String>)>;

fn read(client: &Client, suffix: &str, unless: Option<&str>) -> Result<Read, Failure> {
    run(async {
        let mut file = match client.download("people", suffix, unless).await? {
            Fetched::NotModified => return Ok(None),
            Fetched::Body(file) => file,
        };
        let mut text = Vec::new();
        let length = file.length.unwrap();
        while let Some(chunk) = file.chunk().await? {
            text.extend(chunk);
        }
        assert_eq!(text.len() as u64, length);
        Ok(Some((String::from_utf8(text).unwrap(), file.tag)))
    })
}

fn tagged() -> Server {
    Server::start(|request| match request.contains("if-none-match: \"v1\"") {
        true => b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec(),
        false => String::from_utf8(ok("id\n1\n"))
            .unwrap()
            .replacen("\r\n", "\r\nETag: \"v1\"\r\n", 1)
            .into_bytes(),
    })
}

#[test]
fn a_file_comes_with_its_tag_and_not_again() {
    let server = tagged();
    let client = client(&format!("{}/hr/people.csv?sig=a%2Fb", server.url));
    let (text, tag) = read(&client, "", None).unwrap().unwrap();
    assert_eq!((text.as_str(), tag.as_deref()), ("id\n1\n", Some("\"v1\"")));
    assert_eq!(read(&client, "", tag.as_deref()).unwrap(), None);
    assert!(read(&client, "", Some("\"v0\"")).unwrap().is_some());
    let head = &server.heads()[0];
    assert!(head.starts_with("GET /hr/people.csv?sig=a%2Fb "), "{head}");
    assert!(head.contains("authorization: Bearer t0k3n\r\n"), "{head}");
    assert!(head.contains("accept-encoding: identity\r\n"), "{head}");
}

#[test]
fn a_checksum_lies_beside_its_file() {
    let server = Server::start(|_| ok("abc"));
    let client = client(&format!("{}/hr/people.csv?sig=x", server.url));
    read(&client, ".sha256", None).unwrap().unwrap();
    assert!(server.heads()[0].starts_with("GET /hr/people.csv.sha256?sig=x "));
}

#[test]
fn a_file_that_breaks_off_has_no_end() {
    let server = Server::start(|_| {
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nid\n1\n".to_vec()
    });
    let failure = read(&client(&format!("{}/people.csv", server.url)), "", None).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unavailable);
    assert!(
        failure.message.starts_with("`people.csv` broke off"),
        "{}",
        failure.message
    );
}

#[test]
fn a_file_server_that_throttles_is_waited_for() {
    let seen = AtomicUsize::new(0);
    let server = Server::start(move |_| match seen.fetch_add(1, Ordering::SeqCst) {
        0 => json_answer(503, &json!({})),
        1 => json_answer(429, &json!({})),
        _ => ok("id\n"),
    });
    assert!(read(&client(&format!("{}/people.csv", server.url)), "", None).is_ok());
}

#[test]
fn a_redirect_stays_in_the_folder() {
    let server = Server::start(|request| match request.split(' ').nth(1) {
        Some("/hr/people.csv") => redirect(302, "/hr/2026/people.csv"),
        Some("/hr/away.csv") => redirect(302, "/other/people.csv"),
        _ => ok("id\n"),
    });
    assert!(read(&client(&format!("{}/hr/people.csv", server.url)), "", None).is_ok());
    let failure = read(&client(&format!("{}/hr/away.csv", server.url)), "", None).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
}

#[test]
fn what_is_not_the_file_is_told_without_the_urls_signature() {
    let answers = |status: u16| {
        let server = Server::start(move |_| json_answer(status, &json!({})));
        let url = format!("{}/people.csv?sig=hunter2", server.url);
        let failure = read(&client(&url), "", None).unwrap_err();
        assert!(!failure.message.contains("hunter2"), "{}", failure.message);
        failure.kind
    };
    assert_eq!(answers(401), FailureKind::Auth);
    assert_eq!(answers(403), FailureKind::Denied);
    assert_eq!(answers(404), FailureKind::Config);
    assert_eq!(answers(500), FailureKind::Unavailable);
    assert_eq!(answers(204), FailureKind::Data);
}

#[test]
fn a_page_with_a_login_form_is_no_file() {
    let server = Server::start(|_| {
        let page = String::from_utf8(ok("<html>Sign in</html>")).unwrap();
        page.replacen("\r\n", "\r\nContent-Type: text/html; charset=utf-8\r\n", 1)
            .into_bytes()
    });
    let failure = read(&client(&format!("{}/people.csv", server.url)), "", None).unwrap_err();
    assert_eq!(failure.message, "a web page came in place of `people.csv`");
}

#[test]
fn a_folder_is_no_file() {
    for url in [
        "https://files.example/hr/",
        "https://files.example",
        "people.csv",
    ] {
        assert!(FileUrl::new("path", url).is_err(), "{url}");
    }
}
