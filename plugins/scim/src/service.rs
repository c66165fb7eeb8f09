//! Asking the service, and what its errors mean.

use muster_sdk::Failure;
use muster_sdk::http::{self, Request, Response, Target};
use serde_json::Value;

/// The need of the manifest.
const ENDPOINT: &str = "api";

/// The detail that RFC 7644 (3.12) gives with an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// `scimType`.
    pub kind: String,
    pub detail: String,
}

/// Sends a GET; any status is an answer.
pub fn ask(target: &Target) -> Result<Response, Failure> {
    let accepted = "application/scim+json, application/json;q=0.9";
    http::send(&Request::get(ENDPOINT, target.to_string()).header("Accept", accepted))
}

/// Sends a GET that must go well; `what` is what is asked for.
pub fn get(what: &str, target: &Target) -> Result<Response, Failure> {
    let response = ask(target)?;
    match response.status {
        200..=299 => Ok(response),
        _ => Err(refused(what, &response)),
    }
}

/// The answer's error, if it is one of SCIM.
pub fn trouble(response: &Response) -> Option<Trouble> {
    let Ok(Value::Object(members)) = serde_json::from_slice(&response.body) else {
        return None;
    };
    let text = |name: &str| {
        let mut members = members.iter();
        let found = members.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found
            .and_then(|(_, value)| value.as_str())
            .unwrap_or("")
            .to_owned()
    };
    Some(Trouble {
        kind: text("scimType"),
        detail: text("detail"),
    })
}

/// An error as a failure that an operator understands.
pub fn refused(what: &str, response: &Response) -> Failure {
    let trouble = trouble(response).unwrap_or_default();
    let words = match (trouble.detail.as_str(), trouble.kind.as_str()) {
        ("", "") => None,
        ("", kind) => Some(format!("`{kind}`")),
        (detail, "") => Some(detail.to_owned()),
        (detail, kind) => Some(format!("{detail} (`{kind}`)")),
    };
    let failure = http::failure(what, response, words);
    let hint = match (response.status, trouble.kind.as_str()) {
        (404, _) => "`url` must be what stands before `/Users` in the service's addresses",
        (403, _) => "give the credential the right to read users and groups",
        (400, "invalidFilter") => {
            "see whether the service knows the attributes and operators of `filter`, or take it out"
        }
        (400, "tooMany") => "the service wants a narrower `filter`, or a smaller `page_size`",
        (400, "invalidCount") => "set a smaller `page_size`",
        (400 | 422, "" | "invalidValue" | "invalidSyntax" | "invalidPath") => {
            "if the service takes no paging parameters, set `paging: none`; if it does not know `attributes`, \
             set `attributes_parameter: omit`"
        }
        (300..=399, _) => "set `url` to where the service points",
        _ => return failure,
    };
    failure.hint(hint)
}
