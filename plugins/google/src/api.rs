//! Requests to the Directory API, and what every answer is held against.

use crate::refusal::{About, Cause, Refusal};
use crate::settings::{Nested, Settings, Whose};
use muster_sdk::Failure;
use muster_sdk::http::{self, Request, Response, Target};
use muster_sdk::json::{At, Record, Rest, Selection};

/// The need of the manifest.
const API: &str = "api";

/// Most users of a page that Google gives.
pub const USERS: u32 = 500;

/// Most members of a page that Google gives.
const MEMBERS: u32 = 200;

/// Most groups of a page that Google gives.
const GROUPS: u32 = 200;

/// Requests that are handed to the host in one go, which sends as many side by
/// side as the policy allows.
const TOGETHER: usize = 50;

/// Why there is no answer to go on with.
#[derive(Debug)]
pub enum Wrong {
    /// Google answered, and said no.
    Refused(Refusal),
    /// There was no answer.
    Failed(Failure),
}

impl Wrong {
    /// The failure of a read or a step of a check.
    pub fn failure(self, about: About, settings: &Settings) -> Failure {
        match self {
            Self::Refused(refusal) => refusal.failure(about, settings),
            Self::Failed(failure) => failure,
        }
    }

    /// What Google meant, if it answered.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Refused(refusal) => Some(refusal.cause),
            Self::Failed(_) => None,
        }
    }
}

/// Gets one answer.
pub fn get(target: &str) -> Result<Response, Wrong> {
    judged(http::send(&Request::get(API, target)))
}

/// Gets many answers, in the order of the targets.
pub fn get_all(targets: &[String]) -> Vec<Result<Response, Wrong>> {
    targets
        .chunks(TOGETHER)
        .flat_map(|targets| {
            let requests: Vec<Request> = targets
                .iter()
                .map(|target| Request::get(API, target))
                .collect();
            http::send_all(&requests).into_iter().map(judged)
        })
        .collect()
}

fn judged(answer: Result<Response, Failure>) -> Result<Response, Wrong> {
    let response = answer.map_err(Wrong::Failed)?;
    match response.status {
        200 => Ok(response),
        _ => Err(Wrong::Refused(Refusal::read(&response))),
    }
}

/// Reads a page of a list, after it has been held against the kind that was
/// asked for: a missing list is an empty one only if the answer is a list.
/// Gives the token of the next page.
pub fn page(
    response: &Response,
    member: &str,
    selection: &Selection,
    each: impl FnMut(Record<'_>),
) -> Result<Option<String>, Failure> {
    let rest = selection.read(&response.body, At::Member(member), each)?;
    is_kind(&rest, &format!("admin#directory#{member}"))?;
    let token = rest.text("nextPageToken").filter(|token| !token.is_empty());
    Ok(token.map(str::to_owned))
}

fn is_kind(rest: &Rest, wanted: &str) -> Result<(), Failure> {
    match rest.text("kind") {
        Some(kind) if kind == wanted => Ok(()),
        kind => Err(Failure::data(format!(
            "the answer is of kind `{}` in place of `{wanted}`",
            kind.unwrap_or("nothing")
        ))
        .hint("see whether `url` is that of the Directory API, and whether something on the way answers in its place")),
    }
}

/// Which users a page is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Users {
    Live,
    /// Google lists either the living or the deleted, never both.
    Deleted,
}

/// What is asked of users: a mask of properties, and custom schemas by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    pub properties: String,
    pub schemas: String,
}

/// A page of users.
pub fn users(
    settings: &Settings,
    which: Users,
    ask: &Ask,
    most: u32,
    token: Option<&str>,
) -> String {
    let (name, value) = whose(settings);
    let fields = format!("kind,nextPageToken,users({})", ask.properties);
    let target = Target::new("admin/directory/v1/users")
        .query(name, value)
        .query("maxResults", most)
        .query("orderBy", "email")
        .query_some("showDeleted", (which == Users::Deleted).then_some(true));
    viewed(target, ask, &fields)
        .query_some("pageToken", token)
        .into()
}

fn whose(settings: &Settings) -> (&'static str, &str) {
    match settings.whose() {
        Whose::Customer(customer) => ("customer", customer),
        Whose::Domain(domain) => ("domain", domain),
    }
}

/// A page of groups.
pub fn groups(settings: &Settings, token: Option<&str>) -> String {
    let (name, value) = whose(settings);
    Target::new("admin/directory/v1/groups")
        .query(name, value)
        .query("maxResults", GROUPS)
        .query("fields", "kind,nextPageToken,groups(id,email)")
        .query_some("pageToken", token)
        .into()
}

/// One user.
pub fn user(id: &str, ask: &Ask) -> String {
    let target = Target::new("admin/directory/v1/users").segment(id);
    viewed(target, ask, &format!("kind,{}", ask.properties)).into()
}

/// A user's photo.
pub fn photo(id: &str) -> String {
    Target::new("admin/directory/v1/users")
        .segment(id)
        .segment("photos")
        .segment("thumbnail")
        .query("fields", "kind,photoData")
        .into()
}

/// A page of a group's members, whatever their role.
pub fn members(settings: &Settings, group: &str, token: Option<&str>) -> String {
    let derived = (settings.nested == Nested::Derived).then_some(true);
    Target::new("admin/directory/v1/groups")
        .segment(group)
        .segment("members")
        .query("maxResults", MEMBERS)
        .query_some("includeDerivedMembership", derived)
        .query("fields", "kind,nextPageToken,members(id,email,type)")
        .query_some("pageToken", token)
        .into()
}

/// The account's custom schemas.
pub fn schemas(settings: &Settings) -> String {
    Target::new("admin/directory/v1/customer")
        .segment(settings.account())
        .segment("schemas")
        .into()
}

/// Custom schemas come only if they are asked for by name.
fn viewed(target: Target, ask: &Ask, fields: &str) -> Target {
    let custom = Some(&ask.schemas).filter(|names| !names.is_empty());
    let projection = custom.map_or("basic", |_| "custom");
    target
        .query("viewType", "admin_view")
        .query("projection", projection)
        .query_some("customFieldMask", custom)
        .query("fields", fields)
}
