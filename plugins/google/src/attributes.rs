//! The attributes that a policy may name: paths into a user of the Directory
//! API, and a few short names.

use muster_sdk::{Attribute, AttributeShape, ColumnKind, Failure};

/// The photo's attribute: one request for each person who has one.
pub const PHOTO: &str = "photo";

/// Where custom schemas are.
const CUSTOM: &str = "customSchemas";

/// A property of a user, as the discovery document has it.
struct Property {
    name: &'static str,
    kind: Kind,
    summary: &'static str,
}

/// What a property holds.
enum Kind {
    /// One value.
    Plain,
    /// A list of texts.
    Texts,
    /// An object with these members.
    Object(&'static [&'static str]),
    /// A list of objects with these members. The documentation leaves their
    /// type open, so they are read as they come.
    Objects(&'static [&'static str]),
}

const fn plain(name: &'static str, summary: &'static str) -> Property {
    Property {
        name,
        kind: Kind::Plain,
        summary,
    }
}

const fn objects(
    name: &'static str,
    members: &'static [&'static str],
    summary: &'static str,
) -> Property {
    Property {
        name,
        kind: Kind::Objects(members),
        summary,
    }
}

const PROPERTIES: [Property; 43] = [
    objects(
        "addresses",
        &[
            "country",
            "countryCode",
            "customType",
            "extendedAddress",
            "formatted",
            "locality",
            "poBox",
            "postalCode",
            "primary",
            "region",
            "sourceIsStructured",
            "streetAddress",
            "type",
        ],
        "postal addresses",
    ),
    plain("agreedToTerms", "has signed in once and accepted the terms"),
    Property {
        name: "aliases",
        kind: Kind::Texts,
        summary: "other addresses in the account's domains",
    },
    plain("archivalTime", "since when the user is archived"),
    plain("archived", "is archived"),
    plain("changePasswordAtNextLogin", "must change the password"),
    plain("creationTime", "when the user was made"),
    plain("customerId", "the Workspace account"),
    plain("deletionTime", "when the user was deleted"),
    objects(
        "emails",
        &["address", "customType", "primary", "type"],
        "all addresses",
    ),
    objects(
        "externalIds",
        &["customType", "type", "value"],
        "identifiers given by others, such as an employee's number",
    ),
    Property {
        name: "gender",
        kind: Kind::Object(&["addressMeAs", "customGender", "type"]),
        summary: "gender",
    },
    plain("id", "the immutable identifier"),
    objects(
        "ims",
        &[
            "customProtocol",
            "customType",
            "im",
            "primary",
            "protocol",
            "type",
        ],
        "messengers",
    ),
    plain("includeInGlobalAddressList", "is shown in the address list"),
    plain("ipWhitelisted", "is on the list of allowed addresses"),
    plain("isAdmin", "is a super administrator"),
    plain("isDelegatedAdmin", "is an administrator with a role"),
    plain("isEnforcedIn2Sv", "must use a second factor"),
    plain("isEnrolledIn2Sv", "has a second factor"),
    plain("isGuestUser", "is a guest"),
    plain("isMailboxSetup", "has a mailbox"),
    objects("keywords", &["customType", "type", "value"], "keywords"),
    objects(
        "languages",
        &["customLanguage", "languageCode", "preference"],
        "languages",
    ),
    plain("lastLoginTime", "the last login; 1970 stands for never"),
    objects(
        "locations",
        &[
            "area",
            "buildingId",
            "customType",
            "deskCode",
            "floorName",
            "floorSection",
            "type",
        ],
        "places of work",
    ),
    Property {
        name: "name",
        kind: Kind::Object(&["displayName", "familyName", "fullName", "givenName"]),
        summary: "the name and its parts",
    },
    Property {
        name: "nonEditableAliases",
        kind: Kind::Texts,
        summary: "other addresses outside the account's domains",
    },
    Property {
        name: "notes",
        kind: Kind::Object(&["contentType", "value"]),
        summary: "notes",
    },
    plain(
        "orgUnitPath",
        "the organisational unit, such as /Staff/Finance",
    ),
    objects(
        "organizations",
        &[
            "costCenter",
            "customType",
            "department",
            "description",
            "domain",
            "fullTimeEquivalent",
            "location",
            "name",
            "primary",
            "symbol",
            "title",
            "type",
        ],
        "employments",
    ),
    objects(
        "phones",
        &["customType", "primary", "type", "value"],
        "telephone numbers",
    ),
    objects(
        "posixAccounts",
        &[
            "accountId",
            "gecos",
            "gid",
            "homeDirectory",
            "operatingSystemType",
            "primary",
            "shell",
            "systemId",
            "uid",
            "username",
        ],
        "POSIX accounts",
    ),
    plain("primaryEmail", "the address that the user signs in with"),
    plain("recoveryEmail", "the recovery address"),
    plain("recoveryPhone", "the recovery number"),
    objects(
        "relations",
        &["customType", "type", "value"],
        "other people, such as the manager",
    ),
    plain("suspended", "is suspended"),
    plain("suspensionReason", "why the user is suspended"),
    plain("suspensionTime", "since when the user is suspended"),
    plain("thumbnailPhotoEtag", "changes with the photo"),
    plain(
        "thumbnailPhotoUrl",
        "where the photo is; may be temporary or private",
    ),
    objects(
        "websites",
        &["customType", "primary", "type", "value"],
        "web sites",
    ),
];

/// Short names for what most policies want, and the paths that are tried.
const SHORT: [(&str, &[&str], &str); 9] = [
    ("given_name", &["name.givenName"], "name.givenName"),
    ("family_name", &["name.familyName"], "name.familyName"),
    (
        "title",
        &[
            "organizations[primary eq true].title",
            "organizations.title",
        ],
        "the title in the primary organisation, else in the first that has one",
    ),
    (
        "department",
        &[
            "organizations[primary eq true].department",
            "organizations.department",
        ],
        "the department in the primary organisation, else in the first that has one",
    ),
    (
        "cost_center",
        &[
            "organizations[primary eq true].costCenter",
            "organizations.costCenter",
        ],
        "the cost centre in the primary organisation, else in the first that has one",
    ),
    (
        "phone",
        &[r#"phones[type eq "work"].value"#],
        "the first work number",
    ),
    (
        "mobile",
        &[r#"phones[type eq "mobile"].value"#],
        "the first mobile number",
    ),
    (
        "manager",
        &[r#"relations[type eq "manager"].value"#],
        "the manager, by address",
    ),
    (
        "employee_id",
        &[r#"externalIds[type eq "organization"].value"#],
        "the number that the organisation gave",
    ),
];

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

/// Everything that is known without asking: of lists, the members that people
/// want, by the types that Google's forms offer.
pub fn list() -> Vec<Attribute> {
    let mut found = Vec::new();
    for property in &PROPERTIES {
        let say = |name: String, shape| Attribute::new(name, shape).summary(property.summary);
        match property.kind {
            Kind::Plain => found.push(say(property.name.to_owned(), AttributeShape::Single)),
            Kind::Texts => found.push(say(property.name.to_owned(), AttributeShape::Multiple)),
            Kind::Object(members) => found.extend(members.iter().map(|member| {
                say(
                    format!("{}.{member}", property.name),
                    AttributeShape::Single,
                )
            })),
            Kind::Objects(members) => found.extend(members.iter().map(|member| {
                say(
                    format!("{}.{member}", property.name),
                    AttributeShape::Multiple,
                )
            })),
        }
    }
    found.extend(typed().map(|name| Attribute::multiple(name).summary("of one type")));
    let short = SHORT
        .iter()
        .map(|(name, _, summary)| Attribute::single(*name).summary(*summary));
    found.extend(short);
    found.push(Attribute::single(PHOTO).summary("at most 96 by 96 pixels; needs `photos: true`"));
    found
}

/// Paths with a condition that are worth showing.
fn typed() -> impl Iterator<Item = String> {
    let by_type: [(&str, &str, &[&str]); 4] = [
        (
            "phones",
            "value",
            &["work", "mobile", "home", "work_mobile"],
        ),
        (
            "relations",
            "value",
            &["manager", "assistant", "dotted_line_manager"],
        ),
        (
            "externalIds",
            "value",
            &["organization", "account", "network", "login_id"],
        ),
        ("addresses", "formatted", &["work", "home"]),
    ];
    let primary = [
        "title",
        "department",
        "costCenter",
        "name",
        "description",
        "location",
    ]
    .map(|member| format!("organizations[primary eq true].{member}"));
    let typed = by_type.into_iter().flat_map(|(list, member, types)| {
        types
            .iter()
            .map(move |name| format!("{list}[type eq \"{name}\"].{member}"))
    });
    typed.chain(primary)
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
        for attribute in list() {
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
