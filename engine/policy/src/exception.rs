//! Exceptions: what somebody decided about single people, for how long and why.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use muster_model::{ExternalId, PolicyLine, Username, UsernameKey};

/// A decision about one person that goes past the policy's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// What it does.
    pub deed: ExceptionDeed,
    /// Who answers for it.
    pub owner: String,
    /// Why it is so.
    pub reason: String,
    /// Its last day, in UTC; none for a pin that stands until it is taken out.
    pub expires: Option<Date>,
    /// Where it stands.
    pub at: PolicyLine,
}

/// What an exception does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExceptionDeed {
    /// The person is left out, as by `scope.exclude.usernames`.
    Exclude(Person),
    /// The person's account has another username than the source says.
    Rename {
        /// Whose.
        person: Person,
        /// The account's username.
        to: Username,
    },
    /// The entry with this identifier is this account.
    Pin {
        /// The entry.
        id: ExternalId,
        /// The account.
        account: Username,
    },
    /// The account stays as it is.
    Hold(Person),
}

impl ExceptionDeed {
    /// Returns the word that stands in the file.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Exclude(_) => "exclude",
            Self::Rename { .. } => "rename",
            Self::Pin { .. } => "pin",
            Self::Hold(_) => "hold",
        }
    }

    /// Whom it is about.
    pub fn person(&self) -> Person {
        match self {
            Self::Exclude(person) | Self::Hold(person) | Self::Rename { person, .. } => {
                person.clone()
            }
            Self::Pin { id, .. } => Person::Id(id.clone()),
        }
    }
}

/// How an exception names a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person {
    /// By the username, in any letter case.
    Username(Username),
    /// By the source's identifier.
    Id(ExternalId),
}

impl Person {
    /// Returns the name as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Username(name) => name.as_str(),
            Self::Id(id) => id.as_str(),
        }
    }

    /// Returns the form by which usernames are compared; none for an identifier.
    pub fn key(&self) -> Option<UsernameKey> {
        match self {
            Self::Username(name) => Some(name.key()),
            Self::Id(_) => None,
        }
    }
}

impl Exception {
    /// The first instant at which it does nothing any more.
    pub fn end(&self) -> Option<Timestamp> {
        let last = self.expires?;
        // The last day there is has no end.
        let next = last.tomorrow().ok()?;
        next.to_zoned(TimeZone::UTC)
            .ok()
            .map(|midnight| midnight.timestamp())
    }

    /// True if it is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.end().is_some_and(|end| end <= now)
    }
}
