//! Which handler answers which path.

use super::Tenant;
use super::error::Refusal;
use super::query::{Query, decoded};
use super::wire::{Answer, Ask, Reply};
use serde_json::json;

impl Tenant {
    /// Answers a request.
    pub fn answer(&mut self, ask: &Ask) -> Reply {
        let (path, query) = ask.target.split_once('?').unwrap_or((&ask.target, ""));
        let segments: Vec<String> = path.split('/').skip(1).map(segment).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let [tenant, "oauth2", "v2.0", "token"] = segments[..] {
            return self.login(tenant, ask);
        }
        let answer = match self.knows(ask) {
            true => self.graph(&segments, &Query::of(query), ask),
            false if ask.header("authorization").is_some() => Err(Refusal::no_token(
                "Lifetime validation failed, the token is expired.",
            )),
            false => Err(Refusal::no_token("Access token is empty.")),
        };
        answer.unwrap_or_else(Refusal::reply)
    }

    fn graph(&mut self, segments: &[&str], query: &Query, ask: &Ask) -> Answer {
        match (ask.method.as_str(), segments) {
            ("POST", ["v1.0", "$batch"]) => self.batch(ask),
            (_, ["v1.0", rest @ ..]) => self.resource(rest, query, ask),
            _ => Err(no_segment(segments)),
        }
    }

    pub(super) fn resource(&mut self, segments: &[&str], query: &Query, ask: &Ask) -> Answer {
        match (ask.method.as_str(), segments) {
            ("GET", ["organization"]) => self.organization(ask),
            ("GET", ["users"]) => self.users(query, ask),
            ("GET", ["users", "$count"]) => self.users_counted(ask),
            ("GET", ["users", "delta" | "delta()" | "microsoft.graph.delta()"]) => {
                self.users_delta(query, ask)
            }
            ("GET", ["users", id]) => self.user_alone(id, query),
            ("GET", ["users", id, "manager"]) => self.manager(id, query),
            ("GET", ["users", id, "photo", "$value"]) => self.picture(id, None),
            ("GET", ["users", id, "photos", size, "$value"]) => self.picture(id, Some(size)),
            ("POST", ["users", id, "checkMemberGroups"]) => self.check_member_groups(id, ask),
            ("GET", ["directory", "deletedItems", "microsoft.graph.user"]) => {
                self.deleted_users(query, ask)
            }
            ("GET", ["directory", "deletedItems", id]) => self.deleted_alone(id),
            ("GET", ["groups"]) => self.groups(query, ask),
            ("GET", ["groups", "delta" | "delta()" | "microsoft.graph.delta()"]) => {
                self.groups_delta(query, ask)
            }
            ("GET", ["groups", id]) => self.group_alone(id, query),
            (
                "GET",
                [
                    "groups",
                    id,
                    list @ ("members" | "transitiveMembers"),
                    rest @ ..,
                ],
            ) => self.members(id, list, rest, query, ask),
            ("POST", ["directoryObjects", "getAvailableExtensionProperties"]) => {
                self.extensions(ask)
            }
            _ => Err(no_segment(segments)),
        }
    }

    fn organization(&self, ask: &Ask) -> Answer {
        if !self.may("Organization.Read.All") && !self.may("User.Read.All") {
            return Err(Refusal::denied());
        }
        Ok(Reply::json(
            200,
            &json!({"@odata.context": format!("{}/v1.0/$metadata#organization", ask.base),
                "value": [{"id": self.id, "displayName": self.name}]}),
        ))
    }

    fn extensions(&self, ask: &Ask) -> Answer {
        let mut names: Vec<&String> = self
            .now
            .users
            .values()
            .flat_map(|user| user.properties.keys())
            .filter(|name| name.starts_with("extension_"))
            .collect();
        names.sort();
        names.dedup();
        let list: Vec<_> = names
            .into_iter()
            .map(|name| json!({"name": name, "dataType": "String", "targetObjects": ["User"]}))
            .collect();
        Ok(Reply::json(
            200,
            &json!({"@odata.context": format!("{}/v1.0/$metadata#directoryObjects", ask.base), "value": list}),
        ))
    }
}

/// A step of a path; `graph` is short for `microsoft.graph`.
pub(super) fn segment(text: &str) -> String {
    let text = decoded(text);
    match text.strip_prefix("graph.") {
        Some(kind) => format!("microsoft.graph.{kind}"),
        None => text,
    }
}

fn no_segment(segments: &[&str]) -> Refusal {
    let last = segments.last().unwrap_or(&"");
    Refusal::new(
        400,
        "BadRequest",
        format!("Resource not found for the segment '{last}'."),
    )
}
