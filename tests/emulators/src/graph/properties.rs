//! Which properties a user has, and which of them a list shows.

/// What is shown when nothing is selected. `accountEnabled` is not among them.
pub(super) const DEFAULT: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];

/// Properties of a mailbox or a profile: shown for one user, refused in lists.
pub(super) const ALONE: [&str; 11] = [
    "aboutMe",
    "birthday",
    "hireDate",
    "interests",
    "mailboxSettings",
    "mySite",
    "pastProjects",
    "preferredName",
    "responsibilities",
    "schools",
    "skills",
];

const OTHERS: [&str; 50] = [
    "accountEnabled",
    "ageGroup",
    "assignedLicenses",
    "assignedPlans",
    "city",
    "companyName",
    "consentProvidedForMinor",
    "country",
    "createdDateTime",
    "creationType",
    "deletedDateTime",
    "department",
    "employeeHireDate",
    "employeeId",
    "employeeLeaveDateTime",
    "employeeOrgData",
    "employeeType",
    "externalUserState",
    "externalUserStateChangeDateTime",
    "faxNumber",
    "identities",
    "imAddresses",
    "isResourceAccount",
    "lastPasswordChangeDateTime",
    "legalAgeGroupClassification",
    "mailNickname",
    "onPremisesDistinguishedName",
    "onPremisesDomainName",
    "onPremisesExtensionAttributes",
    "onPremisesImmutableId",
    "onPremisesLastSyncDateTime",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled",
    "onPremisesUserPrincipalName",
    "otherMails",
    "passwordPolicies",
    "postalCode",
    "preferredDataLocation",
    "provisionedPlans",
    "proxyAddresses",
    "securityIdentifier",
    "showInAddressList",
    "signInActivity",
    "signInSessionsValidFromDateTime",
    "state",
    "streetAddress",
    "usageLocation",
    "userType",
    "customSecurityAttributes",
];

/// True if a user may have it.
pub(super) fn is_known(name: &str) -> bool {
    DEFAULT.contains(&name)
        || OTHERS.contains(&name)
        || ALONE.contains(&name)
        || name.starts_with("extension_")
}

/// True if it is a list even when nobody set it.
pub(super) fn is_list(name: &str) -> bool {
    matches!(
        name,
        "businessPhones"
            | "otherMails"
            | "proxyAddresses"
            | "imAddresses"
            | "identities"
            | "assignedLicenses"
            | "assignedPlans"
            | "provisionedPlans"
    )
}
