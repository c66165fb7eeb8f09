//! Users, their photos and their custom schemas.

use super::fields::Mask;
use super::gate::{SCHEMAS, USERS, is_home, page, pass};
use super::refusal::Refusal;
use super::state::{Account, CUSTOMER, Shared, text};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Query parameters.
pub type Parameters = BTreeMap<String, String>;

/// Most users of a page.
const MOST: usize = 500;

/// Properties that a mask may name.
const PROPERTIES: [&str; 50] = [
    "addresses",
    "agreedToTerms",
    "aliases",
    "archivalTime",
    "archived",
    "changePasswordAtNextLogin",
    "creationTime",
    "customSchemas",
    "customerId",
    "deletionTime",
    "emails",
    "etag",
    "externalIds",
    "gender",
    "guestAccountInfo",
    "hashFunction",
    "id",
    "ims",
    "includeInGlobalAddressList",
    "ipWhitelisted",
    "isAdmin",
    "isDelegatedAdmin",
    "isEnforcedIn2Sv",
    "isEnrolledIn2Sv",
    "isGuestUser",
    "isMailboxSetup",
    "keywords",
    "kind",
    "languages",
    "lastLoginTime",
    "locations",
    "name",
    "nonEditableAliases",
    "notes",
    "orgUnitPath",
    "organizations",
    "password",
    "phones",
    "posixAccounts",
    "primaryEmail",
    "recoveryEmail",
    "recoveryPhone",
    "relations",
    "sshPublicKeys",
    "suspended",
    "suspensionReason",
    "suspensionTime",
    "thumbnailPhotoEtag",
    "thumbnailPhotoUrl",
    "websites",
];

pub async fn list(
    State(account): State<Shared>,
    headers: HeaderMap,
    Query(asked): Query<Parameters>,
) -> Result<Json<Value>, Refusal> {
    let account = account.lock();
    pass(&account, &headers, &USERS)?;
    let mask = mask(&asked, Some("users"))?;
    let whose = Whose::of(&asked, &account)?;
    let most = most(&asked, 100, MOST)?;
    let shown = account.visible();
    let deleted = asked
        .get("showDeleted")
        .is_some_and(|value| value == "true");
    let users = if deleted {
        &shown.deleted
    } else {
        &shown.users
    };
    let by_email = asked.get("orderBy").is_some_and(|order| order == "email");
    let query = Clauses::parse(asked.get("query").map(String::as_str))?;
    let found: Vec<(String, &Map<String, Value>)> = users
        .iter()
        .filter(|(_, user)| whose.has(user) && query.fits(user))
        .map(|(id, user)| match by_email {
            true => (text(user, "primaryEmail").to_lowercase(), user),
            false => (id.clone(), user),
        })
        .collect();
    let (found, next) = page(
        &account,
        found,
        asked.get("pageToken").map(String::as_str),
        most,
    )?;
    let mut answer = json!({"kind": "admin#directory#users", "etag": "\"fake-users\""});
    // An empty list is left out, as Google does.
    if !found.is_empty() {
        answer["users"] = found
            .into_iter()
            .map(|user| projected(user, &asked))
            .collect();
    }
    if let Some(next) = next {
        answer["nextPageToken"] = next.into();
    }
    Ok(Json(mask.cut(answer)))
}

pub async fn get(
    State(account): State<Shared>,
    headers: HeaderMap,
    Path(key): Path<String>,
    Query(asked): Query<Parameters>,
) -> Result<Json<Value>, Refusal> {
    let account = account.lock();
    pass(&account, &headers, &USERS)?;
    let mask = mask(&asked, None)?;
    let user = account.visible().find(&key);
    let user = user.ok_or_else(|| stranger(&account, &key))?;
    Ok(Json(mask.cut(projected(user, &asked))))
}

pub async fn photo(
    State(account): State<Shared>,
    headers: HeaderMap,
    Path(key): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let account = account.lock();
    pass(&account, &headers, &USERS)?;
    let user = account.visible().find(&key);
    let user = user.ok_or_else(|| stranger(&account, &key))?;
    let photo = account.photos.get(text(user, "id"));
    let photo = photo.ok_or_else(|| Refusal::not_found("photo"))?;
    Ok(Json(json!({
        "kind": "admin#directory#user#photo",
        "id": user["id"],
        "etag": user.get("thumbnailPhotoEtag"),
        "primaryEmail": user["primaryEmail"],
        "mimeType": "image/jpeg",
        "width": 96,
        "height": 96,
        "photoData": photo,
    })))
}

pub async fn schemas(
    State(account): State<Shared>,
    headers: HeaderMap,
    Path(customer): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let account = account.lock();
    pass(&account, &headers, &SCHEMAS)?;
    is_ours(&customer)?;
    let schemas: Vec<Value> = account
        .schemas
        .iter()
        .map(|(name, fields)| {
            json!({"kind": "admin#directory#schema", "schemaName": name, "fields": fields})
        })
        .collect();
    Ok(Json(
        json!({"kind": "admin#directory#schemas", "schemas": schemas}),
    ))
}

/// People of other accounts are refused, not unknown.
fn stranger(account: &Account, key: &str) -> Refusal {
    match key.contains('@') && !is_home(account, key) {
        true => Refusal::forbidden(),
        false => Refusal::not_found("userKey"),
    }
}

fn projected(user: &Map<String, Value>, asked: &Parameters) -> Value {
    let mut user = user.clone();
    let wanted = match asked.get("projection").map(String::as_str) {
        Some("full") => return user.into(),
        Some("custom") => asked.get("customFieldMask").map(String::as_str),
        _ => None,
    };
    let schemas = user.remove("customSchemas");
    let wanted: Vec<&str> = wanted.unwrap_or_default().split(',').collect();
    if let Some(Value::Object(mut schemas)) = schemas {
        schemas.retain(|name, _| wanted.contains(&name.as_str()));
        if !schemas.is_empty() {
            user.insert("customSchemas".into(), schemas.into());
        }
    }
    user.into()
}

/// The mask, whose names of properties must exist.
fn mask(asked: &Parameters, below: Option<&str>) -> Result<Mask, Refusal> {
    let mask = Mask::parse(asked.get("fields").map(String::as_str))?;
    let unknown = |name: &&str| *name != "*" && !PROPERTIES.contains(name);
    match mask.names(below).into_iter().find(unknown) {
        Some(name) => Err(Refusal::unknown_field(name)),
        None => Ok(mask),
    }
}

/// `maxResults`, which must be within its range.
fn most(asked: &Parameters, usual: usize, most: usize) -> Result<usize, Refusal> {
    let Some(text) = asked.get("maxResults") else {
        return Ok(usual);
    };
    match text.parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(Refusal::out_of_range(text, most)),
    }
}

/// `my_customer` or the account's own identifier.
pub fn is_ours(customer: &str) -> Result<(), Refusal> {
    match customer == "my_customer" || customer == CUSTOMER {
        true => Ok(()),
        false => Err(Refusal::forbidden()),
    }
}

/// Whose people are listed: one of the two must be given.
enum Whose {
    Customer,
    Domain(String),
}

impl Whose {
    fn of(asked: &Parameters, account: &Account) -> Result<Self, Refusal> {
        match (asked.get("customer"), asked.get("domain")) {
            (Some(customer), _) => is_ours(customer).map(|()| Self::Customer),
            (None, Some(domain)) if !is_home(account, &format!("x@{domain}")) => {
                Err(Refusal::new(404, "notFound", "Domain not found."))
            }
            (None, Some(domain)) => Ok(Self::Domain(format!("@{}", domain.to_lowercase()))),
            (None, None) => Err(Refusal::bad_request()),
        }
    }

    fn has(&self, user: &Map<String, Value>) -> bool {
        match self {
            Self::Customer => true,
            Self::Domain(domain) => text(user, "primaryEmail").to_lowercase().ends_with(domain),
        }
    }
}

/// Clauses of `query`, all of which must hold.
struct Clauses(Vec<(String, bool, String)>);

impl Clauses {
    fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        let mut clauses = Vec::new();
        let mut rest = text.unwrap_or_default().trim();
        while !rest.is_empty() {
            let at = rest
                .find(['=', ':'])
                .ok_or_else(|| Refusal::invalid("query"))?;
            let (name, after) = rest.split_at(at);
            let exact = after.starts_with('=');
            let after = after.get(1..).unwrap_or_default();
            let (value, left) = match after.strip_prefix('\'') {
                Some(quoted) => quoted
                    .split_once('\'')
                    .ok_or_else(|| Refusal::invalid("query"))?,
                None => after.split_once(' ').unwrap_or((after, "")),
            };
            clauses.push((name.trim().to_owned(), exact, value.to_lowercase()));
            rest = left.trim_start();
        }
        Ok(Self(clauses))
    }

    fn fits(&self, user: &Map<String, Value>) -> bool {
        self.0.iter().all(|(name, exact, value)| {
            let property = match name.as_str() {
                "isSuspended" => "suspended",
                "isArchived" => "archived",
                "email" => "primaryEmail",
                other => other,
            };
            let found = match user.get(property) {
                Some(Value::String(text)) => text.to_lowercase(),
                Some(other) => other.to_string(),
                None => return false,
            };
            match value.strip_suffix('*') {
                Some(start) if !exact => found.starts_with(start),
                _ if property == "orgUnitPath" => {
                    found == *value || found.starts_with(&format!("{value}/")) || value == "/"
                }
                _ => found == *value,
            }
        })
    }
}
