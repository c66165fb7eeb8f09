//! Which attributes users have.

use muster_sdk::{Attribute, AttributeShape};

/// How many values a property has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    One,
    Many,
    /// An object, or a list of objects, with these parts.
    Parts(&'static [&'static str]),
}

use Shape::{Many, One, Parts};

/// Properties that lists show, with what they are.
const KNOWN: [(&str, Shape, &str); 59] = [
    ("accountEnabled", One, "whether sign-in is allowed"),
    ("ageGroup", One, "minor, not adult or adult"),
    (
        "assignedLicenses",
        Parts(&["skuId", "disabledPlans"]),
        "licences",
    ),
    (
        "businessPhones",
        Many,
        "telephone numbers at work; Graph keeps one",
    ),
    ("city", One, "city"),
    ("companyName", One, "company"),
    ("consentProvidedForMinor", One, "consent for a minor"),
    ("country", One, "country or region"),
    ("createdDateTime", One, "when the user was made"),
    ("creationType", One, "how the user was made"),
    ("department", One, "department"),
    ("displayName", One, "name as it is shown"),
    ("employeeHireDate", One, "first day at work"),
    ("employeeId", One, "number of the employee"),
    (
        "employeeLeaveDateTime",
        One,
        "last day at work; needs `User-LifeCycleInfo.Read.All`",
    ),
    (
        "employeeOrgData",
        Parts(&["division", "costCenter"]),
        "division and cost centre",
    ),
    ("employeeType", One, "kind of employment"),
    (
        "externalUserState",
        One,
        "whether a guest accepted the invitation",
    ),
    ("externalUserStateChangeDateTime", One, "when that changed"),
    ("faxNumber", One, "fax number"),
    ("givenName", One, "first name"),
    ("id", One, "the object id, which stays"),
    (
        "identities",
        Parts(&["signInType", "issuer", "issuerAssignedId"]),
        "ways to sign in",
    ),
    ("imAddresses", Many, "addresses of instant messages"),
    (
        "isResourceAccount",
        One,
        "whether it is a room or another resource",
    ),
    ("jobTitle", One, "job title"),
    (
        "lastPasswordChangeDateTime",
        One,
        "when the password changed",
    ),
    ("legalAgeGroupClassification", One, "age group by law"),
    ("mail", One, "SMTP address"),
    ("mailNickname", One, "mail alias"),
    ("mobilePhone", One, "mobile telephone number"),
    ("officeLocation", One, "office"),
    ("onPremisesDistinguishedName", One, "DN in Active Directory"),
    ("onPremisesDomainName", One, "domain in Active Directory"),
    (
        "onPremisesExtensionAttributes",
        Parts(&[
            "extensionAttribute1",
            "extensionAttribute2",
            "extensionAttribute3",
            "extensionAttribute4",
            "extensionAttribute5",
            "extensionAttribute6",
            "extensionAttribute7",
            "extensionAttribute8",
            "extensionAttribute9",
            "extensionAttribute10",
            "extensionAttribute11",
            "extensionAttribute12",
            "extensionAttribute13",
            "extensionAttribute14",
            "extensionAttribute15",
        ]),
        "extension attributes 1 to 15",
    ),
    (
        "onPremisesImmutableId",
        One,
        "link to the object in Active Directory",
    ),
    (
        "onPremisesLastSyncDateTime",
        One,
        "when Active Directory was last read",
    ),
    (
        "onPremisesSamAccountName",
        One,
        "sAMAccountName in Active Directory",
    ),
    (
        "onPremisesSecurityIdentifier",
        One,
        "SID in Active Directory",
    ),
    (
        "onPremisesSyncEnabled",
        One,
        "whether the user comes from Active Directory",
    ),
    (
        "onPremisesUserPrincipalName",
        One,
        "user principal name in Active Directory",
    ),
    ("otherMails", Many, "further addresses"),
    ("passwordPolicies", One, "rules for the password"),
    ("postalCode", One, "postal code"),
    ("preferredDataLocation", One, "where data is kept"),
    ("preferredLanguage", One, "language, like `en-US`"),
    (
        "proxyAddresses",
        Many,
        "all addresses; `SMTP:` in capitals is the first",
    ),
    ("securityIdentifier", One, "SID"),
    (
        "showInAddressList",
        One,
        "whether address lists show the user",
    ),
    (
        "signInActivity",
        Parts(&[
            "lastSignInDateTime",
            "lastNonInteractiveSignInDateTime",
            "lastSuccessfulSignInDateTime",
        ]),
        "last sign-ins; needs `AuditLog.Read.All`",
    ),
    (
        "signInSessionsValidFromDateTime",
        One,
        "since when sessions count",
    ),
    ("state", One, "state or province"),
    ("streetAddress", One, "street"),
    ("surname", One, "family name"),
    ("usageLocation", One, "country for licences"),
    ("userPrincipalName", One, "the name to sign in with"),
    ("userType", One, "Member or Guest"),
    ("manager", One, "who the user reports to"),
    ("photo", One, "the picture; see the setting `photos`"),
];

/// Properties that Graph shows of one user at a time, and refuses in lists.
pub const ALONE: [&str; 13] = [
    "aboutMe",
    "birthday",
    "deviceEnrollmentLimit",
    "hireDate",
    "interests",
    "mailboxSettings",
    "mySite",
    "pastProjects",
    "preferredName",
    "print",
    "responsibilities",
    "schools",
    "skills",
];

/// Lists of other objects, which are no properties.
pub const LISTS: [&str; 7] = [
    "directReports",
    "licenseDetails",
    "memberOf",
    "ownedObjects",
    "registeredDevices",
    "sponsors",
    "transitiveMemberOf",
];

/// The known name that differs in letter case alone. Graph would take the other
/// spelling, answer with its own, and the value would not be found.
pub fn spelled(name: &str) -> Option<&'static str> {
    let names = KNOWN
        .iter()
        .map(|(known, ..)| *known)
        .chain(ALONE)
        .chain(LISTS);
    names
        .filter(|known| known.eq_ignore_ascii_case(name))
        .find(|known| *known != name)
}

/// The parts of a property that is an object.
pub fn parts(name: &str) -> Option<&'static [&'static str]> {
    KNOWN.iter().find_map(|(known, shape, _)| match shape {
        Parts(parts) if *known == name => Some(*parts),
        _ => None,
    })
}

/// The known name that a mistyped one is likely meant to be.
pub fn nearest(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&known.to_lowercase(), &lower);
    let near = KNOWN
        .iter()
        .map(|(known, ..)| (distance(known), *known))
        .min();
    near.filter(|(distance, _)| *distance <= 3)
        .map(|(_, known)| known)
}

/// All that can be asked for, and these extensions.
pub fn list(extensions: Vec<String>) -> Vec<Attribute> {
    let mut all = Vec::new();
    for (name, shape, summary) in KNOWN {
        match shape {
            One => all.push(Attribute::single(name).summary(summary)),
            Many => all.push(Attribute::multiple(name).summary(summary)),
            Parts(parts) => all.extend(parts.iter().map(|part| {
                let full = format!("{name}.{part}");
                Attribute::new(full, AttributeShape::Unknown).summary(summary)
            })),
        }
    }
    all.push(Attribute::single("manager.userPrincipalName").summary("the manager's sign-in name"));
    all.extend(
        extensions.into_iter().map(|name| {
            Attribute::new(name, AttributeShape::Unknown).summary("directory extension")
        }),
    );
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}
