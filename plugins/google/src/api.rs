//! Requests to the Directory API, and what every answer is held against.

use crate::refusal::{About, Cause, Refusal};
use crate::settings::{Nested, Settings, Whose};
use muster_sdk::Failure;
use muster_sdk::http::{self, Request, Response};
use muster_sdk::json::{At, Record, Rest, Selection};

/// The need of the manifest.
const API: &str = "api";

/// Most users of a page that Google gives.
pub const USERS: u32 = 500;

/// Most members of a page that Google gives.
const MEMBERS: u32 = 200;

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

/// A page of users. `fields` is a mask of properties.
pub fn users(
    settings: &Settings,
    which: Users,
    properties: &str,
    schemas: &str,
    most: u32,
    token: Option<&str>,
) -> String {
    let whose = match settings.whose() {
        Whose::Customer(customer) => format!("customer={}", encoded(customer)),
        Whose::Domain(domain) => format!("domain={}", encoded(domain)),
    };
    let mut target = format!(
        "admin/directory/v1/users?{whose}&maxResults={most}&orderBy=email&viewType=admin_view{}&fields={}",
        projection(schemas),
        encoded(&format!("kind,nextPageToken,users({properties})"))
    );
    if which == Users::Deleted {
        target.push_str("&showDeleted=true");
    }
    paged(target, token)
}

/// One user.
pub fn user(id: &str, properties: &str, schemas: &str) -> String {
    format!(
        "admin/directory/v1/users/{}?viewType=admin_view{}&fields={}",
        encoded(id),
        projection(schemas),
        encoded(&format!("kind,{properties}"))
    )
}

/// A user's photo.
pub fn photo(id: &str) -> String {
    format!(
        "admin/directory/v1/users/{}/photos/thumbnail?fields=kind,photoData",
        encoded(id)
    )
}

/// A page of a group's members, whatever their role.
pub fn members(settings: &Settings, group: &str, token: Option<&str>) -> String {
    let derived = match settings.nested {
        Nested::Own => "",
        Nested::Derived => "&includeDerivedMembership=true",
    };
    let target = format!(
        "admin/directory/v1/groups/{}/members?maxResults={MEMBERS}{derived}&fields={}",
        encoded(group),
        encoded("kind,nextPageToken,members(id,email,type)")
    );
    paged(target, token)
}

/// The account's custom schemas.
pub fn schemas(settings: &Settings) -> String {
    format!(
        "admin/directory/v1/customer/{}/schemas",
        encoded(settings.account())
    )
}

fn projection(schemas: &str) -> String {
    match schemas {
        "" => "&projection=basic".to_owned(),
        names => format!("&projection=custom&customFieldMask={}", encoded(names)),
    }
}

fn paged(target: String, token: Option<&str>) -> String {
    match token {
        Some(token) => format!("{target}&pageToken={}", encoded(token)),
        None => target,
    }
}

/// A text as it may stand in a path or a query.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
