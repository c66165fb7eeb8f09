//! The root DSE: what the server says of itself.

use crate::directory::{ANYTHING, Found, Lookup, lookup};
use crate::outcome;
use crate::settings::{DialectSetting, Settings};
use muster_sdk::Failure;

const ATTRIBUTES: [&str; 11] = [
    "objectClass",
    "namingContexts",
    "defaultNamingContext",
    "subschemaSubentry",
    "supportedCapabilities",
    "supportedControl",
    "vendorName",
    "vendorVersion",
    "dnsHostName",
    "dsServiceName",
    "highestCommittedUSN",
];

/// `supportedCapabilities` of Active Directory.
const IS_ACTIVE_DIRECTORY: &str = "1.2.840.113556.1.4.800";

/// `supportedControl` of RFC 2696.
const PAGES: &str = "1.2.840.113556.1.4.319";

/// The kinds of servers that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    ActiveDirectory,
    OpenLdap,
    Ds389,
    Generic,
}

impl Dialect {
    /// As a message says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ActiveDirectory => "Active Directory",
            Self::OpenLdap => "OpenLDAP",
            Self::Ds389 => "389 Directory Server",
            Self::Generic => "LDAP",
        }
    }

    /// Finds people, with the disabled ones among them.
    pub fn people_filter(self) -> &'static str {
        match self {
            Self::ActiveDirectory => "(&(objectCategory=person)(objectClass=user))",
            _ => "(objectClass=inetOrgPerson)",
        }
    }

    /// Finds groups.
    pub fn group_filter(self) -> &'static str {
        match self {
            Self::ActiveDirectory => "(objectClass=group)",
            _ => {
                "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(objectClass=groupOfEntries)(objectClass=groupOfURLs)(objectClass=group))"
            }
        }
    }
}

/// What the server says of itself.
#[derive(Clone, Debug)]
pub struct Root {
    pub dialect: Dialect,
    pub naming_contexts: Vec<String>,
    pub default_naming_context: Option<String>,
    pub subschema: Option<String>,
    pub vendor: String,
    pub pages: bool,
    /// Controls that the server knows.
    pub controls: Vec<String>,
    /// Active Directory: the controller's name.
    pub host_name: Option<String>,
    /// Active Directory: the DN of the controller's settings.
    pub service: Option<String>,
    /// Active Directory: the number of the last change.
    pub highest_usn: Option<u64>,
}

impl Root {
    /// Asks the server. The host connects and logs in for it.
    pub fn read(settings: &Settings) -> Result<Self, Failure> {
        match lookup("", ANYTHING, &ATTRIBUTES)? {
            Lookup::Found(found) => Ok(Self::of(&found, settings.dialect)),
            // A server may hide it; then nothing is known.
            Lookup::Hidden => Ok(Self::of(&Found::default(), settings.dialect)),
            Lookup::Refused(outcome) => Err(outcome::failure(
                &outcome,
                "the server does not tell what it is",
            )),
        }
    }

    fn of(found: &Found, setting: DialectSetting) -> Self {
        let vendor: Vec<String> = found.texts(6).chain(found.texts(7)).collect();
        let vendor = vendor.join(" ");
        let dialect = match setting {
            DialectSetting::Auto => detect(found, &vendor),
            DialectSetting::ActiveDirectory => Dialect::ActiveDirectory,
            DialectSetting::Openldap => Dialect::OpenLdap,
            DialectSetting::Ds389 => Dialect::Ds389,
            DialectSetting::Generic => Dialect::Generic,
        };
        Self {
            dialect,
            naming_contexts: found.texts(1).collect(),
            default_naming_context: found.text(2),
            subschema: found.text(3),
            pages: found.texts(5).any(|control| control == PAGES),
            controls: found.texts(5).collect(),
            host_name: found.text(8),
            service: found.text(9),
            highest_usn: found.text(10).and_then(|number| number.parse().ok()),
            vendor,
        }
    }
}

fn detect(found: &Found, vendor: &str) -> Dialect {
    if found
        .texts(4)
        .any(|capability| capability == IS_ACTIVE_DIRECTORY)
    {
        Dialect::ActiveDirectory
    } else if found
        .texts(0)
        .any(|class| class.eq_ignore_ascii_case("OpenLDAProotDSE"))
    {
        Dialect::OpenLdap
    } else if vendor.contains("389") || vendor.contains("Red Hat") {
        Dialect::Ds389
    } else {
        Dialect::Generic
    }
}
