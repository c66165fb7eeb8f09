//! Ways to log in that need no key.

use super::{Server, client_of, get, limits, ok, request, run};
use crate::binding::{BindError, Secret};
use crate::bindings::http::{Method, Response};
use crate::bindings::types::{Failure, FailureKind};
use crate::grants::{Grant, Grants, Values};
use crate::http::{Client, Endpoint};
use crate::manifest::Manifest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const MANIFEST: &str = r#"
name = "x"
version = "1"
summary = ""
api = "muster:provider@0.1"
[needs.http.api]
base_url = "url"
allow_plaintext = "plain"
[[needs.http.api.auth]]
kind = "token"
scheme = "SSWS"
secret = "token"
[[needs.http.api.auth]]
kind = "basic"
username = "username"
secret = "password"
[[needs.http.api.auth]]
kind = "client-secret"
token_url = "{url}/{tenant}/token"
client_id = "client_id"
secret = "client_secret"
scope = "{url}/.default"
"#;

/// Binds the manifest to settings and secrets.
pub(super) fn bound(
    manifest: &str,
    settings: &Value,
    secrets: &[(&str, &str)],
) -> Result<Endpoint, BindError> {
    let secrets: BTreeMap<String, Secret> = secrets
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Secret::new(*text)))
        .collect();
    let values = Values {
        settings: settings.as_object().unwrap(),
        secrets: &secrets,
        folder: Path::new("/nowhere"),
    };
    let needs = Manifest::parse(manifest).unwrap().needs;
    let mut grants = Grants::new(&needs, &values)?;
    match grants.http.remove("api") {
        Some(Grant::Bound(endpoint)) => Ok(endpoint),
        other => panic!("{other:?}"),
    }
}

fn settings(url: &str) -> Value {
    json!({
        "url": url, "plain": true, "tenant": "fabrikam", "client_id": "muster & co",
        "username": "sync"
    })
}

fn of(server: &Server, secrets: &[(&str, &str)]) -> Result<Arc<Client>, BindError> {
    let endpoint = bound(MANIFEST, &settings(&server.url), secrets)?;
    Ok(client_of([endpoint], &limits()))
}

pub(super) fn json_answer(status: u16, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A service whose tokens are `t1`, `t2` …; `good` says which of them it takes.
fn token_service(good: impl Fn(&str) -> bool + Send + Sync + 'static) -> Server {
    let given = AtomicUsize::new(0);
    Server::start(move |request| {
        if request.starts_with("POST /fabrikam/token") {
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            let token = json!({"token_type": "Bearer", "expires_in": 3600, "access_token": format!("t{number}")});
            return json_answer(200, &token);
        }
        let token = request.split("authorization: Bearer ").nth(1).unwrap_or("");
        match good(token.lines().next().unwrap_or("")) {
            true => ok("people"),
            false => json_answer(401, &json!({})),
        }
    })
}

fn asked_for_tokens(server: &Server) -> usize {
    let heads = server.heads();
    heads.iter().filter(|head| head.starts_with("POST")).count()
}

#[test]
fn a_token_is_shown_with_its_scheme() {
    let server = Server::start(|_| ok(""));
    get(&of(&server, &[("token", "t0k3n")]).unwrap(), "/a").unwrap();
    assert!(server.heads()[0].contains("authorization: SSWS t0k3n\r\n"));
}

#[test]
fn name_and_password_are_shown_as_basic_authentication() {
    let server = Server::start(|_| ok(""));
    get(&of(&server, &[("password", "s3cret")]).unwrap(), "/a").unwrap();
    assert!(server.heads()[0].contains("authorization: Basic c3luYzpzM2NyZXQ=\r\n"));
}

#[test]
fn a_client_secret_gets_one_token_for_many_requests() {
    let server = token_service(|_| true);
    let client = of(&server, &[("client_secret", "s3&cret")]).unwrap();
    let requests = (0..5).map(|_| request(Method::Get, "/a")).collect();
    let answers = run(client.send_all(requests));
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().unwrap().status == 200)
    );
    assert_eq!(asked_for_tokens(&server), 1);
    let heads = server.heads();
    let asked = &heads[0];
    let scope = format!(
        "scope={}",
        server.url.replace(':', "%3A").replace('/', "%2F")
    );
    for part in [
        "grant_type=client_credentials",
        "client_id=muster+%26+co",
        "client_secret=s3%26cret",
        &format!("{scope}%2F.default"),
    ] {
        assert!(asked.contains(part), "{part} in {asked}");
    }
}

#[test]
fn a_token_that_ended_is_renewed_once() {
    let seen = AtomicUsize::new(0);
    // The first token is good for one request.
    let server =
        token_service(move |token| token != "t1" || seen.fetch_add(1, Ordering::SeqCst) == 0);
    let client = of(&server, &[("client_secret", "x")]).unwrap();
    for _ in 0..3 {
        assert_eq!(get(&client, "/a").unwrap().status, 200);
    }
    assert_eq!(asked_for_tokens(&server), 2);
}

#[test]
fn a_service_that_takes_no_token_is_not_asked_for_ever() {
    let server = token_service(|_| false);
    let client = of(&server, &[("client_secret", "x")]).unwrap();
    for _ in 0..5 {
        assert_eq!(get(&client, "/a").unwrap().status, 401);
    }
    assert_eq!(asked_for_tokens(&server), 2);
}

fn refused(answer: Value) -> (Failure, usize) {
    let server = Server::start(move |_| json_answer(400, &answer));
    let client = of(&server, &[("client_secret", "hunter2")]).unwrap();
    let first: Result<Response, Failure> = get(&client, "/a");
    assert!(get(&client, "/b").is_err());
    (first.unwrap_err(), server.heads().len())
}

#[test]
fn a_client_that_is_not_known_is_told_so_once() {
    let (failure, asked) = refused(json!({
        "error": "invalid_client", "error_description": "wrong secret `hunter2`\r\n\u{1b}[31m",
        "error_codes": [7000215]
    }));
    assert_eq!(failure.kind, FailureKind::Auth);
    assert!(
        failure
            .message
            .contains("`invalid_client`, wrong secret `…`"),
        "{}",
        failure.message
    );
    assert!(!failure.message.contains('\u{1b}'), "{}", failure.message);
    let hint = failure.hint.unwrap();
    assert!(hint.contains("the secret's value"), "{hint}");
    assert_eq!(asked, 1);
}

#[test]
fn a_scope_that_was_not_granted_is_named() {
    let (failure, _) = refused(json!({"error": "invalid_scope"}));
    let hint = failure.hint.unwrap();
    assert!(
        hint.contains("grant the client this scope") && hint.contains("/.default"),
        "{hint}"
    );
}

#[test]
fn a_login_is_chosen_by_its_secret() {
    let of = |secrets: &[(&str, &str)]| {
        let bound = bound(MANIFEST, &settings("http://127.0.0.1:9"), secrets);
        bound.map(|_| ()).unwrap_err()
    };
    let none = of(&[]);
    assert_eq!(
        none.to_string(),
        "a credential is missing: the secret `token` for a token, or the secret `password` for a user name and password, or the secret `client_secret` for OAuth 2.0 with a client secret"
    );
    assert!(none.hint().unwrap().contains("`token: {env: VARIABLE}`"));
    let two = of(&[("token", "a"), ("client_secret", "b")]);
    assert_eq!(
        two.to_string(),
        "the secrets `token`, `client_secret` are different ways to log in"
    );
}

#[test]
fn a_setting_that_a_login_needs_is_named() {
    let lacking = json!({"url": "https://api.example"});
    let error = bound(MANIFEST, &lacking, &[("password", "x")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`username` is missing, which goes with the secret `password`"
    );
}

#[test]
fn a_token_service_is_encrypted_or_the_policy_says_so() {
    let mut settings = settings("https://api.example");
    settings["login"] = "http://login.example".into();
    settings["plain"] = false.into();
    let manifest = MANIFEST.replace("{url}/{tenant}", "{login}");
    let error = bound(&manifest, &settings, &[("client_secret", "x")]).unwrap_err();
    assert_eq!(error.to_string(), "`login` cannot be used");
}
