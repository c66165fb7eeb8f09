//! What the service declares of itself. Whatever is missing or makes no sense
//! there counts as not declared.

use crate::attributes::ENTERPRISE;
use crate::service;
use muster_sdk::http::Target;
use muster_sdk::{Attribute, Failure};
use serde_json::Value;

/// The core schema of people.
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The core schema of groups.
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// What concerns a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// `/ServiceProviderConfig` was there and made sense.
    pub is_known: bool,
    pub filters: bool,
    /// Most results of one answer.
    pub most: Option<u64>,
    pub by_cursor: bool,
    /// Seconds that a cursor is good for.
    pub cursor_timeout: Option<u64>,
    /// Paths below the base URL.
    pub users: String,
    pub groups: String,
}

impl Default for Declared {
    fn default() -> Self {
        Self {
            is_known: false,
            filters: false,
            most: None,
            by_cursor: false,
            cursor_timeout: None,
            users: "/Users".to_owned(),
            groups: "/Groups".to_owned(),
        }
    }
}

impl Declared {
    /// Asks for the service's configuration and its types of resources.
    pub fn ask() -> Result<Self, Failure> {
        let mut declared = Self::default();
        if let Some(config) = document("/ServiceProviderConfig")? {
            declared.config(&config);
        }
        if let Some(types) = document("/ResourceTypes")? {
            declared.endpoints(&types);
        }
        Ok(declared)
    }

    fn config(&mut self, config: &Value) {
        let number = |value: &Value| value.as_u64().filter(|&number| number > 0);
        let filter = member(config, "filter");
        let pagination = member(config, "pagination");
        self.is_known = !filter.is_null() || !pagination.is_null();
        self.filters = member(filter, "supported") == &Value::Bool(true);
        self.by_cursor = member(pagination, "cursor") == &Value::Bool(true);
        self.cursor_timeout = number(member(pagination, "cursorTimeout"));
        let most = [
            member(filter, "maxResults"),
            member(pagination, "maxPageSize"),
        ];
        self.most = most.into_iter().filter_map(number).min();
    }

    fn endpoints(&mut self, types: &Value) {
        for resource in resources(types) {
            let endpoint = member(resource, "endpoint").as_str().and_then(path);
            let (Some(schema), Some(endpoint)) = (member(resource, "schema").as_str(), endpoint)
            else {
                continue;
            };
            if schema.eq_ignore_ascii_case(USER) {
                self.users = endpoint;
            } else if schema.eq_ignore_ascii_case(GROUP) {
                self.groups = endpoint;
            }
        }
    }
}

/// A path below the base URL; an absolute address is nothing to go by.
fn path(endpoint: &str) -> Option<String> {
    let endpoint = endpoint.trim_matches('/');
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let is_path = !endpoint.is_empty() && endpoint.chars().all(is_plain);
    (is_path && !endpoint.contains("..")).then(|| format!("/{endpoint}"))
}

/// A member by its name in any case; `null` if there is none.
fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    let members = value.as_object().into_iter().flatten();
    let mut members = members.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    members.next().map_or(&Value::Null, |(_, value)| value)
}

/// The resources of a list, or of an answer that is one resource or a bare list.
fn resources(value: &Value) -> Vec<&Value> {
    let list = match value {
        Value::Array(list) => list,
        _ => match member(value, "Resources") {
            Value::Array(list) => list,
            _ => return vec![value],
        },
    };
    list.iter().collect()
}

/// A document of the service, if it has one that is JSON. Some services keep
/// such documents to themselves, or fail over them.
fn document(path: &str) -> Result<Option<Value>, Failure> {
    let response = service::ask(&Target::new(path))?;
    match response.status {
        200..=299 => Ok(serde_json::from_slice(&response.body).ok()),
        401 => Err(service::refused(&format!("`{path}`"), &response)),
        _ => Ok(None),
    }
}

/// Attributes of people: of the service's schemas, or of RFC 7643 if it shows
/// none.
pub fn attributes() -> Vec<Attribute> {
    let schemas = document("/Schemas").ok().flatten();
    let found: Vec<Attribute> = schemas
        .iter()
        .flat_map(resources)
        .filter(|schema| is_of_people(schema))
        .flat_map(of_schema)
        .collect();
    match found.is_empty() {
        true => usual(),
        false => found,
    }
}

fn is_of_people(schema: &Value) -> bool {
    let id = member(schema, "id").as_str().unwrap_or_default();
    let is_own = !id.to_ascii_lowercase().contains(":schemas:core:");
    id.eq_ignore_ascii_case(USER) || (is_own && id.to_ascii_lowercase().ends_with(":user"))
}

fn of_schema(schema: &Value) -> Vec<Attribute> {
    let id = member(schema, "id").as_str().unwrap_or_default();
    let prefix = match id {
        _ if id.eq_ignore_ascii_case(USER) || id.eq_ignore_ascii_case(ENTERPRISE) => String::new(),
        _ => format!("{id}:"),
    };
    let mut found = Vec::new();
    for attribute in member(schema, "attributes")
        .as_array()
        .into_iter()
        .flatten()
    {
        let Some(name) = member(attribute, "name").as_str() else {
            continue;
        };
        let is_hidden = member(attribute, "returned").as_str() == Some("never");
        if !is_hidden {
            add(&mut found, &format!("{prefix}{name}"), attribute);
        }
    }
    found
}

fn add(found: &mut Vec<Attribute>, name: &str, attribute: &Value) {
    let several = member(attribute, "multiValued") == &Value::Bool(true);
    let summary = member(attribute, "description")
        .as_str()
        .unwrap_or_default();
    let shaped = |name: &str| match several {
        true => Attribute::multiple(name),
        false => Attribute::single(name),
    };
    let parts = member(attribute, "subAttributes").as_array();
    let parts: Vec<&Value> = parts.into_iter().flatten().collect();
    let has_value = parts.iter().any(|part| member(part, "name") == "value");
    if parts.is_empty() || has_value {
        found.push(shaped(name).summary(summary));
    }
    for part in parts {
        if let Some(part) = member(part, "name")
            .as_str()
            .filter(|part| !part.starts_with('$'))
        {
            found.push(shaped(&format!("{name}.{part}")));
        }
    }
}

fn usual() -> Vec<Attribute> {
    let single = [
        "id",
        "externalId",
        "userName",
        "name.formatted",
        "name.familyName",
        "name.givenName",
        "name.middleName",
        "displayName",
        "nickName",
        "title",
        "userType",
        "preferredLanguage",
        "locale",
        "timezone",
        "active",
        "employeeNumber",
        "costCenter",
        "organization",
        "division",
        "department",
        "manager",
    ];
    let multiple = [
        "emails",
        "phoneNumbers",
        "ims",
        "photos",
        "addresses.formatted",
        "addresses.locality",
        "addresses.country",
        "groups",
        "entitlements",
        "roles",
    ];
    let single = single.into_iter().map(Attribute::single);
    single
        .chain(multiple.into_iter().map(Attribute::multiple))
        .collect()
}
