//! Groups and their members.

use super::fields::Mask;
use super::gate::{GROUPS, MEMBERS, page, pass};
use super::refusal::Refusal;
use super::state::{Account, CUSTOMER, Group, Member, Shared, text};
use super::users::{Parameters, is_ours};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Most groups or members of a page. More may be asked for; no more come.
const MOST: usize = 200;

pub async fn list(
    State(account): State<Shared>,
    headers: HeaderMap,
    Query(asked): Query<Parameters>,
) -> Result<Json<Value>, Refusal> {
    let account = account.lock();
    pass(&account, &headers, &GROUPS)?;
    let mask = Mask::parse(asked.get("fields").map(String::as_str))?;
    let shown = account.visible();
    let user = match asked.get("userKey") {
        Some(_) if asked.contains_key("customer") => return Err(Refusal::bad_request()),
        Some(key) => Some(
            shown
                .find(key)
                .ok_or_else(|| Refusal::not_found("userKey"))?,
        ),
        None => None,
    };
    if user.is_none() {
        match (asked.get("customer"), asked.get("domain")) {
            (Some(customer), _) => is_ours(customer)?,
            (None, Some(_)) => {}
            (None, None) => return Err(Refusal::bad_request()),
        }
    }
    let has = |group: &Group| {
        user.is_none_or(|user| {
            let member = Member::Person(text(user, "id").to_owned());
            group.members.iter().any(|(known, _)| *known == member)
        })
    };
    let found = shown
        .groups
        .values()
        .filter(|group| has(group))
        .map(|group| (group.email.to_lowercase(), resource(group)))
        .collect();
    let token = asked.get("pageToken").map(String::as_str);
    let (found, next) = page(&account, found, token, most(&asked)?)?;
    Ok(Json(mask.cut(envelope("groups", found, next))))
}

pub async fn get(
    State(account): State<Shared>,
    headers: HeaderMap,
    Path(key): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let account = account.lock();
    pass(&account, &headers, &GROUPS)?;
    Ok(Json(resource(find(account.visible(), &key)?)))
}

pub async fn members(
    State(account): State<Shared>,
    headers: HeaderMap,
    Path(key): Path<String>,
    Query(asked): Query<Parameters>,
) -> Result<Json<Value>, Refusal> {
    let account = account.lock();
    pass(&account, &headers, &MEMBERS)?;
    let mask = Mask::parse(asked.get("fields").map(String::as_str))?;
    let shown = account.visible();
    let group = find(shown, &key)?;
    let mut found = match asked
        .get("includeDerivedMembership")
        .is_some_and(|v| v == "true")
    {
        true => derived(shown, group),
        false => group.members.clone(),
    };
    if let Some(roles) = asked.get("roles") {
        found.retain(|(_, role)| roles.split(',').any(|wanted| wanted == role));
    }
    let found = found
        .iter()
        .map(|(member, role)| {
            let resource = member_resource(shown, member, role);
            (
                resource["id"].as_str().unwrap_or_default().to_owned(),
                resource,
            )
        })
        .collect();
    let token = asked.get("pageToken").map(String::as_str);
    let (found, next) = page(&account, found, token, most(&asked)?)?;
    Ok(Json(mask.cut(envelope("members", found, next))))
}

pub async fn member(
    State(account): State<Shared>,
    headers: HeaderMap,
    Path((key, member)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let account = account.lock();
    pass(&account, &headers, &MEMBERS)?;
    let shown = account.visible();
    let group = find(shown, &key)?;
    let found = group.members.iter().find_map(|(known, role)| {
        let resource = member_resource(shown, known, role);
        let is = |name: &str| {
            resource[name]
                .as_str()
                .is_some_and(|v| v.eq_ignore_ascii_case(&member))
        };
        (is("id") || is("email")).then_some(resource)
    });
    found
        .map(Json)
        .ok_or_else(|| Refusal::not_found("memberKey"))
}

pub async fn has_member(
    State(account): State<Shared>,
    headers: HeaderMap,
    Path((key, member)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let account = account.lock();
    pass(&account, &headers, &MEMBERS)?;
    let shown = account.visible();
    let group = find(shown, &key)?;
    let user = shown
        .find(&member)
        .ok_or_else(|| Refusal::not_found("memberKey"))?;
    let wanted = Member::Person(text(user, "id").to_owned());
    let is_member = derived(shown, group)
        .iter()
        .any(|(known, _)| *known == wanted);
    Ok(Json(json!({"isMember": is_member})))
}

fn find<'a>(account: &'a Account, key: &str) -> Result<&'a Group, Refusal> {
    account.group(key).ok_or_else(|| {
        match key.contains('@') && !super::gate::is_home(account, key) {
            // Groups of other accounts may not be looked into.
            true => Refusal::forbidden(),
            false => Refusal::not_found("groupKey"),
        }
    })
}

/// Direct and indirect members, each once; groups on the way too.
fn derived(account: &Account, group: &Group) -> Vec<(Member, String)> {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    let mut waiting = vec![group];
    let mut visited = BTreeSet::from([group.id.clone()]);
    while let Some(group) = waiting.pop() {
        for (member, role) in &group.members {
            if let Member::Group(id) = member
                && visited.insert(id.clone())
                && let Some(nested) = account.groups.get(id)
            {
                waiting.push(nested);
            }
            if seen.insert(format!("{member:?}")) {
                found.push((member.clone(), role.clone()));
            }
        }
    }
    found
}

fn resource(group: &Group) -> Value {
    let people =
        |(member, _): &&(Member, String)| matches!(member, Member::Person(_) | Member::Outsider(_));
    json!({
        "kind": "admin#directory#group",
        "id": group.id,
        "etag": "\"fake-group\"",
        "email": group.email,
        "name": group.email.split('@').next(),
        "directMembersCount": group.members.iter().filter(people).count().to_string(),
        "description": "",
        "adminCreated": true,
    })
}

fn member_resource(account: &Account, member: &Member, role: &str) -> Value {
    let mut resource = json!({
        "kind": "admin#directory#member",
        "etag": "\"fake-member\"",
        "role": role,
    });
    match member {
        Member::Person(id) => {
            resource["id"] = id.clone().into();
            resource["email"] = account
                .users
                .get(id)
                .map_or(Value::Null, |u| u["primaryEmail"].clone());
            resource["type"] = "USER".into();
            resource["status"] = account.users.get(id).map_or("ACTIVE", status).into();
        }
        Member::Group(id) => {
            resource["id"] = id.clone().into();
            resource["email"] = account
                .groups
                .get(id)
                .map_or(Value::Null, |g| g.email.clone().into());
            resource["type"] = "GROUP".into();
            resource["status"] = "ACTIVE".into();
        }
        Member::Outsider(email) => {
            resource["id"] = format!("99{}", digits(email)).into();
            resource["email"] = email.clone().into();
            resource["type"] = "USER".into();
        }
        Member::OutsideGroup(email) => {
            resource["id"] = format!("02out{}", digits(email)).into();
            resource["email"] = email.clone().into();
            resource["type"] = "GROUP".into();
        }
        // It has an identifier, but no address: it stands for everybody.
        Member::Everybody => {
            resource["id"] = CUSTOMER.into();
            resource["type"] = "CUSTOMER".into();
        }
    }
    resource
}

fn status(user: &serde_json::Map<String, Value>) -> &'static str {
    match user.get("suspended") {
        Some(Value::Bool(true)) => "SUSPENDED",
        _ => "ACTIVE",
    }
}

/// Digits that stay the same for an address.
fn digits(email: &str) -> String {
    let sum = email.bytes().fold(7_u64, |sum, byte| {
        sum.wrapping_mul(131).wrapping_add(u64::from(byte))
    });
    format!("{:018}", sum % 1_000_000_000_000_000_000)
}

fn envelope(name: &str, found: Vec<Value>, next: Option<String>) -> Value {
    let mut answer = json!({"kind": format!("admin#directory#{name}"), "etag": "\"fake-list\""});
    // An empty list is left out, as Google does.
    if !found.is_empty() {
        answer[name] = found.into();
    }
    if let Some(next) = next {
        answer["nextPageToken"] = next.into();
    }
    answer
}

fn most(asked: &Parameters) -> Result<usize, Refusal> {
    match asked.get("maxResults").map(|text| text.parse::<usize>()) {
        None => Ok(MOST),
        Some(Ok(number)) if number > 0 => Ok(number.min(MOST)),
        Some(_) => Err(Refusal::invalid("maxResults")),
    }
}
