//! Which attributes a request means, and what they hold.

use crate::schema::{AttributeType, Schema};
use muster_sdk::{Attribute, ColumnKind, Failure};

/// An attribute that a request names.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// The entry's name, which is no attribute on the server.
    Dn,
    /// An attribute, as the server calls it.
    Attribute(String),
}

/// Credentials, which are nobody's profile.
const NEVER: [&str; 5] = [
    "userPassword",
    "unicodePwd",
    "sambaNTPassword",
    "sambaLMPassword",
    "krbPrincipalKey",
];

/// Finds the attributes of a request. All that are wrong are named at once.
pub fn resolve(
    requested: &[String],
    schema: &Schema,
) -> Result<Vec<(Wanted, ColumnKind)>, Failure> {
    let (mut found, mut unknown, mut secret) = (Vec::new(), Vec::new(), Vec::new());
    for name in requested {
        if name.eq_ignore_ascii_case("dn") {
            found.push((Wanted::Dn, ColumnKind::Reference));
            continue;
        }
        let (base, options) = name
            .split_once(';')
            .map_or((name.as_str(), None), |(base, options)| {
                (base, Some(options))
            });
        let known = schema.get(base);
        let canonical = known.map_or(base, AttributeType::name);
        if NEVER
            .iter()
            .any(|never| never.eq_ignore_ascii_case(canonical))
        {
            secret.push(format!("`{name}`"));
        } else if known.is_none() && !schema.is_empty() {
            unknown.push(name.clone());
        }
        let asked = options.map_or_else(
            || canonical.to_owned(),
            |options| format!("{canonical};{options}"),
        );
        found.push((Wanted::Attribute(asked), kind(canonical, known, schema)));
    }
    if !secret.is_empty() {
        return Err(Failure::config(format!(
            "{} is a credential, which is never read",
            secret.join(", ")
        )));
    }
    if !unknown.is_empty() {
        return Err(not_known(&unknown, schema));
    }
    Ok(found)
}

/// A typo must not empty a field for everybody, so it stops the read.
pub fn not_known(names: &[String], schema: &Schema) -> Failure {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let verb = if names.len() == 1 {
        "is no attribute"
    } else {
        "are no attributes"
    };
    let failure = Failure::config(format!("{} {verb} of this server", quoted.join(", ")));
    let hints: Vec<String> = names
        .iter()
        .filter_map(|name| {
            nearest(name, schema).map(|meant| format!("did you mean `{meant}` for `{name}`?"))
        })
        .collect();
    match hints.is_empty() {
        true => failure.hint("`muster provider check` lists the attributes that the server knows"),
        false => failure.hint(hints.join(" ")),
    }
}

fn nearest<'a>(wanted: &str, schema: &'a Schema) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let names = schema.types().iter().flat_map(|one| &one.names);
    let rated = names.map(|name| {
        (
            strsim::jaro_winkler(&wanted, &name.to_lowercase()),
            name.as_str(),
        )
    });
    rated
        .filter(|&(similarity, _)| similarity > 0.8)
        .max_by(|(a, left), (b, right)| a.total_cmp(b).then(right.cmp(left)))
        .map(|(_, name)| name)
}

fn kind(name: &str, known: Option<&AttributeType>, schema: &Schema) -> ColumnKind {
    match known.and_then(|known| schema.syntax(known)) {
        Some(syntax) => kind_of_syntax(syntax),
        None => kind_of_name(name),
    }
}

fn kind_of_syntax(oid: &str) -> ColumnKind {
    match oid {
        // DN; name and optional UID; Active Directory's DN with binary or string.
        "1.3.6.1.4.1.1466.115.121.1.12" | "1.3.6.1.4.1.1466.115.121.1.34" => ColumnKind::Reference,
        // Audio, binary, certificates and lists of them, fax, JPEG, octets,
        // Active Directory's security descriptors and replica links.
        "1.3.6.1.4.1.1466.115.121.1.4"
        | "1.3.6.1.4.1.1466.115.121.1.5"
        | "1.3.6.1.4.1.1466.115.121.1.8"
        | "1.3.6.1.4.1.1466.115.121.1.9"
        | "1.3.6.1.4.1.1466.115.121.1.10"
        | "1.3.6.1.4.1.1466.115.121.1.23"
        | "1.3.6.1.4.1.1466.115.121.1.28"
        | "1.3.6.1.4.1.1466.115.121.1.40"
        | "1.2.840.113556.1.4.907"
        | "OctetString" => ColumnKind::Binary,
        _ => ColumnKind::Text,
    }
}

/// Where no schema tells.
fn kind_of_name(name: &str) -> ColumnKind {
    let is = |names: &[&str]| names.iter().any(|other| other.eq_ignore_ascii_case(name));
    if is(&[
        "jpegPhoto",
        "thumbnailPhoto",
        "thumbnailLogo",
        "photo",
        "audio",
        "userCertificate",
        "objectGUID",
        "objectSid",
        "mS-DS-ConsistencyGuid",
    ]) {
        ColumnKind::Binary
    } else if is(&[
        "manager",
        "secretary",
        "memberOf",
        "owner",
        "seeAlso",
        "directReports",
        "member",
    ]) {
        ColumnKind::Reference
    } else {
        ColumnKind::Text
    }
}

/// All that the server can deliver.
pub fn list(schema: &Schema) -> Vec<Attribute> {
    let dn = Attribute::single("dn").summary("the entry's distinguished name");
    let known = schema
        .types()
        .iter()
        .filter(|one| !one.internal && !is_never(one.name()));
    let mut all: Vec<Attribute> = known
        .map(|one| match one.single {
            true => Attribute::single(one.name()).summary(one.description.clone()),
            false => Attribute::multiple(one.name()).summary(one.description.clone()),
        })
        .chain([dn])
        .collect();
    all.sort_by_key(|attribute| attribute.name.to_lowercase());
    all
}

fn is_never(name: &str) -> bool {
    NEVER.iter().any(|never| never.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn schema() -> Schema {
        Schema::of(&[
            "( 2.5.4.4 NAME ( 'sn' 'surname' ) SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )",
            "( 2.5.4.42 NAME ( 'givenName' 'gn' ) SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )",
            "( 0.9.2342.19200300.100.1.10 NAME 'manager' SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )",
            "( 0.9.2342.19200300.100.1.60 NAME 'jpegPhoto' SYNTAX 1.3.6.1.4.1.1466.115.121.1.28 )",
            "( 2.5.4.35 NAME 'userPassword' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )",
        ])
    }

    fn resolved(names: &[&str]) -> Result<Vec<(Wanted, ColumnKind)>, Failure> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        resolve(&names, &schema())
    }

    #[test]
    fn names_become_those_of_the_server() {
        let attribute = |name: &str| Wanted::Attribute(name.to_owned());
        let found =
            resolved(&["DN", "surname", "GIVENNAME;lang-en", "manager", "jpegphoto"]).unwrap();
        let expected = [
            (Wanted::Dn, ColumnKind::Reference),
            (attribute("sn"), ColumnKind::Text),
            (attribute("givenName;lang-en"), ColumnKind::Text),
            (attribute("manager"), ColumnKind::Reference),
            (attribute("jpegPhoto"), ColumnKind::Binary),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn all_typos_are_named_with_what_was_meant() {
        let failure = resolved(&["sn", "givenNmae", "mangaer", "xyz"]).unwrap_err();
        assert_eq!(
            failure.message,
            "`givenNmae`, `mangaer`, `xyz` are no attributes of this server"
        );
        assert_eq!(
            failure.hint.as_deref(),
            Some("did you mean `givenName` for `givenNmae`? did you mean `manager` for `mangaer`?")
        );
    }

    #[test]
    fn credentials_are_never_read() {
        assert!(
            resolved(&["USERPASSWORD"])
                .unwrap_err()
                .message
                .contains("credential")
        );
        assert!(
            list(&schema())
                .iter()
                .all(|attribute| attribute.name != "userPassword")
        );
    }

    #[test]
    fn without_a_schema_names_are_taken_as_they_are() {
        let names = ["givenNmae".to_owned(), "manager".to_owned()];
        let found = resolve(&names, &Schema::default()).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found.last().unwrap().1, ColumnKind::Reference);
    }
}
