//! Redirects and next links.

use super::{Server, client, get, ok, redirect, request, run};
use crate::bindings::http::Method;
use crate::bindings::types::FailureKind;

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
