//! Files behind a URL: asked for with their tag, read whole when they changed,
//! and believed no more than what came.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use muster_emulators::server::{Fault, Server};
use muster_tests::intranet::{Intranet, POLICY};
use std::sync::{Arc, Mutex};

const TOKEN: &str = "HR_TOKEN";

const STAFF: &str =
    "id,username,surname,active\n1,anna,Ek,yes\n2,ben,Berg,yes\n3,clara,Costa,yes\n#END\n";

/// A web server with one file, which it gives to who has the token.
struct Shelf {
    server: Server,
    file: Arc<Mutex<String>>,
}

impl Shelf {
    fn with(text: &str) -> Self {
        let file = Arc::new(Mutex::new(text.to_owned()));
        let shared = file.clone();
        let give = move |headers: HeaderMap| {
            let text = shared.lock().unwrap().clone();
            async move { given(&headers, text) }
        };
        let server = Server::start(0, |_| Router::new().route("/hr/people.csv", get(give)));
        Self { server, file }
    }

    fn put(&self, text: &str) {
        text.clone_into(&mut self.file.lock().unwrap());
    }

    fn intranet(&self) -> Intranet {
        let policy = format!(
            "muster: 1
directory: staff
provider:
  plugin: files
  config:
    url: {}/hr/people.csv
    allow_plaintext: true
    id: id
    status: active
    end_marker: '#END'
  secrets: {{token: {{env: {TOKEN}}}}}
identity: {{key: external_id, username: username}}
fields: {{surname: surname}}
",
            self.server.url()
        );
        Intranet::of(&policy, &[(TOKEN, "s3cret-token")])
    }
}

fn given(headers: &HeaderMap, text: String) -> Response {
    let is = |name, value: &str| headers.get(name).is_some_and(|given| given == value);
    // Long enough to tell versions of a test apart.
    let tag = format!("\"{}-{}\"", text.len(), text.matches("yes").count());
    if !is(header::AUTHORIZATION, "Bearer s3cret-token") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if is(header::IF_NONE_MATCH, &tag) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, tag)], text).into_response()
}

#[test]
fn an_unchanged_file_is_not_sent_again() {
    let shelf = Shelf::with(STAFF);
    let intranet = shelf.intranet();
    intranet.sync().ok();
    assert_eq!(intranet.usernames(), ["anna", "ben", "clara"]);
    shelf.server.forget();
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("delta", None), "{:#}", plan.json());
    plan.changes_are(&[]);
    let seen = shelf.server.seen();
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert!(seen[0].header("if-none-match").is_some(), "{seen:?}");
}

#[test]
fn a_changed_file_is_read_whole() {
    let shelf = Shelf::with(STAFF);
    let intranet = shelf.intranet();
    intranet.sync().ok();
    shelf.put(
        &STAFF
            .replace("3,clara,Costa,yes\n", "")
            .replace("Berg,yes", "Berg,no"),
    );
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("complete", None), "{:#}", plan.json());
    plan.changes_are(&[
        ("block", "ben", "blocked-in-source"),
        ("block", "clara", "left-scope"),
    ]);
}

#[test]
fn half_a_file_blocks_nobody() {
    let shelf = Shelf::with(STAFF);
    let intranet = shelf.intranet();
    intranet.sync().ok();
    shelf.put("id,username,surname,active\n1,anna,Ek,yes\n");
    intranet.sync().exits(5).says("looks cut off");
    intranet.nobody_is_blocked(3);
}

#[test]
fn a_server_that_fails_or_refuses_blocks_nobody() {
    let shelf = Shelf::with(STAFF);
    let mut intranet = shelf.intranet();
    intranet.sync().ok();
    shelf
        .server
        .fail(Fault::once("/hr/people.csv", 404).times(9));
    intranet.sync().exits(1).says("404");
    shelf.server.behave();
    let page = "<html>please log in</html>";
    let login = Fault::once("/hr/people.csv", 200).times(9).body(page);
    shelf.server.fail(login.header("content-type", "text/html"));
    intranet.sync().exits(1).says("a web page came");
    shelf.server.behave();
    intranet.muster_mut().set(TOKEN, "stale-token");
    intranet
        .sync()
        .exits(1)
        .says("401")
        .never_says("stale-token");
    intranet.nobody_is_blocked(3);
    intranet.run(&["plan", POLICY]).exits(1);
}
