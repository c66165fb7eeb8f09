//! What Google's users have: the properties of the discovery document
//! `admin.directory_v1`, revision 20261104, and short names for some.

use crate::attributes::PHOTO;
use muster_sdk::{Attribute, AttributeShape};

/// A property of a user, as the discovery document has it.
pub struct Property {
    pub name: &'static str,
    pub kind: Kind,
    pub summary: &'static str,
}

/// What a property holds.
pub enum Kind {
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

/// All properties that can be read.
pub const PROPERTIES: [Property; 43] = [
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
pub const SHORT: [(&str, &[&str], &str); 9] = [
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
