//! The endpoints.

use super::answer::{Asked, Refusal, one, page};
use super::lists;
use super::org::{Org, lock};
use super::world::{group_json, user_json};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type Shared = Arc<Mutex<Org>>;

pub(super) fn routes(org: Shared) -> Router {
    Router::new()
        .route("/api/v1/users", get(users))
        .route("/api/v1/users/{id}", get(user))
        .route("/api/v1/users/{id}/groups", get(groups_of))
        .route("/api/v1/groups", get(groups))
        .route("/api/v1/groups/{id}", get(group))
        .route("/api/v1/groups/{id}/users", get(members))
        .route("/api/v1/logs", get(logs))
        .route("/api/v1/meta/schemas/user/{id}", get(schema))
        .route("/oauth2/v1/token", post(token))
        .fallback(nothing)
        .with_state(org)
}

async fn users(State(org): State<Shared>, call: Call) -> Response {
    call.answer(&org, "/users", "okta.users.read", |org| {
        let omits = call.omits();
        Ok(page(
            &call.asked,
            lists::users(&org.world, &call.asked, &omits)?,
        ))
    })
}

async fn user(State(org): State<Shared>, Path(id): Path<String>, call: Call) -> Response {
    call.answer(&org, "/users/{id}", "okta.users.read", |org| {
        // A login will do as well, unless it has a slash.
        let users = &org.world.users;
        let user = users.get(&id).or_else(|| {
            let mut all = users.values();
            all.find(|user| user.login().eq_ignore_ascii_case(&id) && !id.contains('/'))
        });
        let user = user.ok_or_else(|| Refusal::missing(&id, "User"))?;
        Ok(one(user_json(user, &call.asked.origin, &call.omits())))
    })
}

async fn groups_of(State(org): State<Shared>, Path(id): Path<String>, call: Call) -> Response {
    call.answer(&org, "/users/{id}/groups", "okta.users.read", |org| {
        Ok(page(
            &call.asked,
            lists::groups_of(&org.world, &call.asked, &id)?,
        ))
    })
}

async fn groups(State(org): State<Shared>, call: Call) -> Response {
    call.answer(&org, "/groups", "okta.groups.read", |org| {
        Ok(page(&call.asked, lists::groups(&org.world, &call.asked)?))
    })
}

async fn group(State(org): State<Shared>, Path(id): Path<String>, call: Call) -> Response {
    call.answer(&org, "/groups/{id}", "okta.groups.read", |org| {
        let group = lists::visible(&org.world, &id);
        let group = group.ok_or_else(|| Refusal::missing(&id, "UserGroup"))?;
        Ok(one(group_json(group, &call.asked.origin)))
    })
}

async fn members(State(org): State<Shared>, Path(id): Path<String>, call: Call) -> Response {
    call.answer(&org, "/groups/{id}/users", "okta.groups.read", |org| {
        Ok(page(
            &call.asked,
            lists::members(&org.world, &call.asked, &id)?,
        ))
    })
}

async fn logs(State(org): State<Shared>, call: Call) -> Response {
    call.answer(&org, "/logs", "okta.logs.read", |org| {
        Ok(page(&call.asked, lists::log(&org.world, &call.asked)?))
    })
}

async fn schema(State(org): State<Shared>, Path(id): Path<String>, call: Call) -> Response {
    call.answer(&org, "/meta/schemas", "okta.schemas.read", |org| {
        if id != "default" {
            return Err(Refusal::missing(&id, "UserSchema"));
        }
        let property = |(name, title): (&str, &str)| {
            (name.to_owned(), json!({"title": title, "type": "string"}))
        };
        let base: Map<String, Value> = BASE.iter().copied().map(property).collect();
        let custom = org.world.custom.iter();
        let custom: Map<String, Value> = custom
            .map(|(name, title)| property((name, title)))
            .collect();
        Ok(one(json!({
            "id": format!("{}/meta/schemas/user/default", call.asked.origin),
            "$schema": "http://json-schema.org/draft-04/schema#",
            "name": "user",
            "title": "User",
            "type": "object",
            "definitions": {
                "base": {"id": "#base", "type": "object", "properties": base,
                    "required": ["login", "email", "firstName", "lastName"]},
                "custom": {"id": "#custom", "type": "object", "properties": custom, "required": []},
            },
        })))
    })
}

async fn token(State(org): State<Shared>, call: Call) -> Response {
    let mut org = lock(&org);
    let Org { world, logins, .. } = &mut *org;
    let form: BTreeMap<String, String> = call.form.iter().cloned().collect();
    let now = world.now_ms();
    let answer = logins.token(&call.asked, &call.headers, &form, now);
    dated(answer.unwrap_or_else(IntoResponse::into_response), now)
}

async fn nothing(call: Call) -> Response {
    Refusal::new(
        404,
        "E0000022",
        &format!("There is no `{}`", call.asked.path),
    )
    .into_response()
}

/// A request, taken apart.
struct Call {
    method: Method,
    asked: Asked,
    headers: HeaderMap,
    form: Vec<(String, String)>,
}

impl FromRequest<Shared> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, Response> {
        let method = request.method().clone();
        let headers = request.headers().clone();
        let uri = request.uri().clone();
        let host = headers.get("host").and_then(|host| host.to_str().ok());
        let behind = lock(state).behind.clone();
        let asked = Asked {
            origin: behind.unwrap_or_else(|| format!("http://{}", host.unwrap_or("localhost"))),
            path: uri.path().to_owned(),
            query: pairs(uri.query().unwrap_or_default()),
        };
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(IntoResponse::into_response)?;
        Ok(Self {
            method,
            asked,
            headers,
            form: pairs(&String::from_utf8_lossy(&body)),
        })
    }
}

impl Call {
    /// Rights, then limits, then the answer; each with the limit's headers and
    /// the server's own date.
    fn answer(
        &self,
        org: &Shared,
        endpoint: &str,
        scope: &str,
        act: impl FnOnce(&mut Org) -> Result<Response, Refusal>,
    ) -> Response {
        let mut org = lock(org);
        let now = org.world.now_ms();
        let method = self.method.as_str();
        let Org { logins, limits, .. } = &mut *org;
        let taken = logins
            .admit(method, &self.asked, &self.headers, scope, now)
            .and_then(|()| limits.take(endpoint, now));
        let answer = taken.and_then(|shown| {
            let mut response = act(&mut org)?;
            for (name, value) in shown {
                let value = HeaderValue::from_str(&value).expect("a number");
                response.headers_mut().insert(name, value);
            }
            Ok(response)
        });
        dated(answer.unwrap_or_else(IntoResponse::into_response), now)
    }

    /// What `Content-Type: application/json; okta-response=…` leaves out.
    fn omits(&self) -> String {
        let kind = self.headers.get("content-type");
        let kind = kind.and_then(|v| v.to_str().ok()).unwrap_or_default();
        let list = kind.split_once("okta-response=").map(|(_, list)| list);
        list.unwrap_or_default().replace('"', "")
    }
}

/// The server's clock need not be this machine's.
fn dated(mut response: Response, now_ms: i64) -> Response {
    let now = jiff::Timestamp::from_millisecond(now_ms).expect("a date");
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let date = HeaderValue::from_str(&date).expect("a date");
    response.headers_mut().insert("date", date);
    response
}

/// `a=1&b=two%20words`.
fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    };
    text.split('&')
        .filter(|p| !p.is_empty())
        .map(pair)
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (byte, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'+', _) => bytes.push(b' '),
            (b'%', Some(value)) => {
                bytes.push(value);
                rest = &after[2..];
            }
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Properties that every profile has.
const BASE: [(&str, &str); 31] = [
    ("login", "Username"),
    ("firstName", "First name"),
    ("lastName", "Last name"),
    ("middleName", "Middle name"),
    ("honorificPrefix", "Honorific prefix"),
    ("honorificSuffix", "Honorific suffix"),
    ("email", "Primary email"),
    ("title", "Title"),
    ("displayName", "Display name"),
    ("nickName", "Nickname"),
    ("profileUrl", "Profile Url"),
    ("secondEmail", "Secondary email"),
    ("mobilePhone", "Mobile phone"),
    ("primaryPhone", "Primary phone"),
    ("streetAddress", "Street address"),
    ("city", "City"),
    ("state", "State"),
    ("zipCode", "Zip code"),
    ("countryCode", "Country code"),
    ("postalAddress", "Postal Address"),
    ("preferredLanguage", "Preferred language"),
    ("locale", "Locale"),
    ("timezone", "Time zone"),
    ("userType", "User type"),
    ("employeeNumber", "Employee number"),
    ("costCenter", "Cost center"),
    ("organization", "Organization"),
    ("division", "Division"),
    ("department", "Department"),
    ("managerId", "ManagerId"),
    ("manager", "Manager"),
];
