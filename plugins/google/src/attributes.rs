//! The attributes that a policy may name: paths into a user of the Directory
//! API, and a few short names.

use crate::catalogue::{Kind, PROPERTIES, SHORT};
use muster_sdk::{ColumnKind, Failure};

/// The photo's attribute: one request for each person who has one.
pub const PHOTO: &str = "photo";

/// Where custom schemas are.
const CUSTOM: &str = "customSchemas";

/// An attribute that a policy asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// As the policy spells it.
    pub name: String,
    pub kind: ColumnKind,
    pub from: Origin,
}

/// Where an attribute's values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// All values that a path leads to.
    Path(String),
    /// The first value of the first of these paths that has one.
    FirstOf(&'static [&'static str]),
    /// A request of its own.
    Photo,
}

impl Wanted {
    /// Understands a name. One that cannot lead anywhere is refused: a typo
    /// must not empty a field for everybody.
    pub fn parse(name: &str) -> Result<Self, Failure> {
        let wanted = |kind, from| Self {
            name: name.to_owned(),
            kind,
            from,
        };
        if name == PHOTO {
            return Ok(wanted(ColumnKind::Binary, Origin::Photo));
        }
        if let Some((_, paths, _)) = SHORT.iter().find(|(short, ..)| *short == name) {
            let kind = match name {
                "manager" => ColumnKind::Reference,
                _ => ColumnKind::Text,
            };
            return Ok(wanted(kind, Origin::FirstOf(paths)));
        }
        let (head, rest) = split(name);
        if head != CUSTOM {
            known(name, head, rest)?;
        } else if schema_of(name).is_none() {
            return Err(
                Failure::config(format!("`{name}` names no field of a custom schema"))
                    .hint("write `customSchemas.SCHEMA.FIELD`, with their names, not their labels"),
            );
        }
        let kind = match head == "relations" && last(rest) == "value" {
            true => ColumnKind::Reference,
            false => ColumnKind::Text,
        };
        Ok(wanted(kind, Origin::Path(name.to_owned())))
    }

    /// The paths into a user.
    pub fn paths(&self) -> Vec<&str> {
        match &self.from {
            Origin::Path(path) => vec![path],
            Origin::FirstOf(paths) => paths.to_vec(),
            Origin::Photo => Vec::new(),
        }
    }
}

/// The properties that a mask must name for these attributes. Only the first
/// names: what is below them is untyped, and a mask may not go there.
pub fn heads(wanted: &[Wanted]) -> Vec<&str> {
    let paths = wanted.iter().flat_map(|wanted| wanted.paths());
    paths.map(|path| split(path).0).collect()
}

/// The custom schema that a path goes into.
pub fn schema_of(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(CUSTOM)?.strip_prefix('.')?;
    let (schema, field) = rest.split_once('.')?;
    (!schema.is_empty() && !field.is_empty()).then_some(schema)
}

/// Refuses a path whose first name, or whose member, Google does not have.
fn known(name: &str, head: &str, rest: &str) -> Result<(), Failure> {
    let Some(property) = PROPERTIES.iter().find(|property| property.name == head) else {
        let names = PROPERTIES.iter().map(|property| property.name);
        let names = names
            .chain(SHORT.iter().map(|(short, ..)| *short))
            .chain([CUSTOM, PHOTO]);
        return Err(
            Failure::config(format!("Google's users have no property `{head}`"))
                .hint(similar(head, names)),
        );
    };
    let member = last(rest);
    let members = match property.kind {
        Kind::Plain | Kind::Texts if rest.is_empty() => return Ok(()),
        Kind::Plain | Kind::Texts => {
            return Err(Failure::config(format!(
                "`{head}` has no members, so `{name}` leads nowhere"
            ))
            .hint(format!("write `{head}`")));
        }
        Kind::Object(members) | Kind::Objects(members) => members,
    };
    match members.contains(&member) {
        true => Ok(()),
        false => {
            let text = match member {
                "" => format!("`{name}` is not one value: a member is missing"),
                _ => format!("`{head}` of Google's users have no member `{member}`"),
            };
            Err(Failure::config(text).hint(similar(member, members.iter().copied())))
        }
    }
}

/// The first name, and what follows.
fn split(path: &str) -> (&str, &str) {
    let end = path.find(['.', '[']).unwrap_or(path.len());
    path.split_at(end)
}

/// The name behind the last condition or dot; nothing if there is none.
fn last(rest: &str) -> &str {
    let behind = rest.rsplit_once(']').map_or(rest, |(_, behind)| behind);
    behind.strip_prefix('.').unwrap_or_default()
}

fn similar<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    let lower = wanted.to_lowercase();
    let mut near: Vec<(f64, &str)> = names
        .map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name))
        .collect();
    near.sort_by(|(a, left), (b, right)| b.total_cmp(a).then(left.cmp(right)));
    let some: Vec<String> = near
        .iter()
        .take(3)
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    format!("there is {}", some.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_or_refused() {
        for name in [
            "primaryEmail",
            "name.givenName",
            r#"phones[type eq "work"].value"#,
            "organizations[primary eq true].title",
            r#"relations[type eq "manager"].value"#,
            "emails.address",
            "aliases",
            "customSchemas.Employment.badge",
            "manager",
            "photo",
        ] {
            assert!(Wanted::parse(name).is_ok(), "{name}");
        }
        for (name, hint) in [
            ("primaryMail", "`primaryEmail`"),
            ("name.givenname", "`givenName`"),
            ("name", "`"),
            ("phones", "`"),
            ("phones.number", "`"),
            ("primaryEmail.x", "write `primaryEmail`"),
            ("customSchemas.Employment", "customSchemas.SCHEMA.FIELD"),
            ("password", "`"),
        ] {
            let failure = Wanted::parse(name).unwrap_err();
            assert!(failure.hint.unwrap().contains(hint), "{name}");
        }
    }

    #[test]
    fn every_name_that_is_listed_is_understood() {
        for attribute in crate::catalogue::list() {
            assert!(Wanted::parse(&attribute.name).is_ok(), "{}", attribute.name);
        }
    }

    #[test]
    fn people_who_are_named_are_references() {
        let kind = |name: &str| Wanted::parse(name).unwrap().kind;
        assert_eq!(kind("manager"), ColumnKind::Reference);
        assert_eq!(kind("relations.value"), ColumnKind::Reference);
        assert_eq!(kind("relations.type"), ColumnKind::Text);
        assert_eq!(kind("photo"), ColumnKind::Binary);
    }
}
