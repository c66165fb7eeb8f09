//! Tokens had by signed statements.

use super::login::{bound, json_answer};
use super::statements::{RSA, verified};
use super::{Server, client_of, get, limits, ok};
use crate::binding::BindError;
use crate::bindings::types::{Failure, FailureKind};
use crate::http::Client;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const MANIFEST: &str = r#"
name = "x"
version = "1"
summary = ""
api = "muster:provider@0.1"
[needs.http.api]
base_url = "url"
allow_plaintext = "plain"
[[needs.http.api.auth]]
kind = "client-assertion"
token_url = "{url}/oauth2/v1/token"
client_id = "client_id"
secret = "private_key"
key_id = "key_id"
algorithm = "PS256"
scope = "users.read groups.read"
[[needs.http.api.auth]]
kind = "service-account"
secret = "service_account"
token_url = "{token_url}"
subject = "admin"
scope = "https://scopes.example/readonly"
"#;

fn settings(url: &str) -> Value {
    json!({
        "url": url, "token_url": format!("{url}/token"), "plain": true,
        "client_id": "0oa1", "key_id": "k1", "admin": "admin@example.com"
    })
}

fn account() -> String {
    json!({
        "type": "service_account", "client_email": "sync@project.example",
        "private_key": RSA, "private_key_id": "abc"
    })
    .to_string()
}

fn of(server: &Server, secret: &str, text: &str) -> Result<Arc<Client>, BindError> {
    let endpoint = bound(MANIFEST, &settings(&server.url), &[(secret, text)])?;
    Ok(client_of([endpoint], &limits()))
}

/// A service that gives a token to whoever asks.
fn generous() -> Server {
    Server::start(|request| match request.starts_with("POST") {
        true => json_answer(
            200,
            &json!({"access_token": "t", "token_type": "Bearer", "expires_in": "3600"}),
        ),
        false => ok(""),
    })
}

/// The form of the first request.
fn form(server: &Server) -> BTreeMap<String, String> {
    let asked = server.heads().remove(0);
    let body = asked.split("\r\n\r\n").nth(1).unwrap().to_owned();
    url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}

#[test]
fn a_client_signs_who_it_is() {
    let server = generous();
    get(&of(&server, "private_key", RSA).unwrap(), "/a").unwrap();
    let form = form(&server);
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(form["scope"], "users.read groups.read");
    assert_eq!(
        form["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    let audience = format!("{}/oauth2/v1/token", server.url);
    let data = verified(&form["client_assertion"], Algorithm::PS256, &audience);
    assert_eq!(data.header.kid.as_deref(), Some("k1"));
    assert_eq!(
        (&data.claims["iss"], &data.claims["sub"]),
        (&json!("0oa1"), &json!("0oa1"))
    );
    let seconds = |name: &str| data.claims[name].as_u64().unwrap();
    assert_eq!(seconds("exp") - seconds("iat"), 300);
    assert_eq!(data.claims["jti"].as_str().unwrap().len(), 36);
}

#[test]
fn each_statement_has_a_name_of_its_own() {
    let names: Vec<Value> = (0..2)
        .map(|_| {
            let server = generous();
            get(&of(&server, "private_key", RSA).unwrap(), "/a").unwrap();
            let audience = format!("{}/oauth2/v1/token", server.url);
            let statement = &form(&server)["client_assertion"];
            verified(statement, Algorithm::PS256, &audience).claims["jti"].clone()
        })
        .collect();
    assert_ne!(names[0], names[1]);
}

#[test]
fn an_account_signs_for_an_administrator() {
    let server = generous();
    get(&of(&server, "service_account", &account()).unwrap(), "/a").unwrap();
    let form = form(&server);
    assert_eq!(
        form["grant_type"],
        "urn:ietf:params:oauth:grant-type:jwt-bearer"
    );
    let audience = format!("{}/token", server.url);
    let data = verified(&form["assertion"], Algorithm::RS256, &audience);
    assert_eq!(data.header.kid.as_deref(), Some("abc"));
    assert_eq!(data.claims["iss"], "sync@project.example");
    assert_eq!(data.claims["sub"], "admin@example.com");
    assert_eq!(data.claims["scope"], "https://scopes.example/readonly");
}

#[test]
fn a_key_file_that_is_none_is_refused_without_its_text() {
    let url = "http://127.0.0.1:9";
    for wrong in ["hunter2", r#"{"client_email": "hunter2"}"#] {
        let error = bound(MANIFEST, &settings(url), &[("service_account", wrong)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the secret `service_account` cannot be used"
        );
        let BindError::Key { source, .. } = error else {
            panic!("{error:?}");
        };
        assert!(!source.to_string().contains("hunter2"), "{source}");
    }
}

fn refused(secret: &str, text: &str, head: &str, answer: &Value) -> Failure {
    let (head, body) = (head.to_owned(), answer.to_string());
    let server = Server::start(move |_| {
        format!(
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n{head}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    });
    let failure = get(&of(&server, secret, text).unwrap(), "/a").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Auth);
    failure
}

#[test]
fn a_clock_that_is_wrong_is_told_by_how_much() {
    let answer = json!({
        "error": "invalid_client",
        "error_description": "AADSTS700024: Client assertion is not within its valid time range.",
        "error_codes": [700_024]
    });
    let date = std::time::SystemTime::now() + std::time::Duration::from_secs(17 * 60 + 5);
    let date = format!("Date: {}\r\n", httpdate::fmt_http_date(date));
    let hint = refused("private_key", RSA, &date, &answer).hint.unwrap();
    assert!(
        hint.starts_with("clock skew of 17 minutes: this machine's clock is behind"),
        "{hint}"
    );
    // The clocks agree, but the service does not like the time all the same.
    let hint = refused("private_key", RSA, "", &answer).hint.unwrap();
    assert!(hint.contains("compare this machine's clock"), "{hint}");
}

#[test]
fn a_wrong_audience_is_told_with_the_url() {
    let answer = json!({
        "error": "invalid_client",
        "error_description": "The audience claim for client_assertion must be the endpoint invoked for the request."
    });
    let hint = refused("private_key", RSA, "", &answer).hint.unwrap();
    assert!(hint.contains("/oauth2/v1/token`"), "{hint}");
}

#[test]
fn a_key_that_is_not_registered_is_told() {
    let answer = json!({"error": "invalid_client"});
    let hint = refused("private_key", RSA, "", &answer).hint.unwrap();
    assert!(
        hint.contains("must be registered with this client"),
        "{hint}"
    );
}

#[test]
fn scopes_that_were_not_delegated_are_named() {
    let answer = json!({
        "error": "unauthorized_client",
        "error_description": "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested."
    });
    let hint = refused("service_account", &account(), "", &answer)
        .hint
        .unwrap();
    assert!(
        hint.contains("exactly these scopes: https://scopes.example/readonly"),
        "{hint}"
    );
}

#[test]
fn an_administrator_who_is_none_is_named() {
    let answer = json!({"error": "invalid_grant", "error_description": "Invalid email or User ID"});
    let hint = refused("service_account", &account(), "", &answer)
        .hint
        .unwrap();
    assert!(hint.contains("`admin@example.com`"), "{hint}");
}

#[test]
fn a_web_page_is_no_token() {
    let server = Server::start(|_| ok("<html>Sign in</html>"));
    let failure = get(&of(&server, "private_key", RSA).unwrap(), "/a").unwrap_err();
    assert!(
        failure.message.ends_with("something that is no token"),
        "{}",
        failure.message
    );
}
