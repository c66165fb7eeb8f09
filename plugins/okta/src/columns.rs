//! Attributes of a policy, and where they stand in a user.

use crate::api::Credentials;
use crate::settings::Settings;
use crate::status;
use muster_sdk::json::{Record, Selection};
use muster_sdk::{ColumnKind, Failure, Rows, Status};

/// What a user has besides the profile, for policies that name it.
pub const OUTSIDE: [(&str, &str); 12] = [
    ("activated", "when the account was activated"),
    ("created", "when the account was made"),
    (
        "credentials.provider.name",
        "the name of who keeps the password",
    ),
    (
        "credentials.provider.type",
        "who keeps the password: OKTA, ACTIVE_DIRECTORY, …",
    ),
    ("id", "Okta's own identifier"),
    ("lastLogin", "the last login"),
    ("lastUpdated", "the last change"),
    ("passwordChanged", "the last new password"),
    ("status", "Okta's word for the state of the account"),
    ("statusChanged", "the last change of the state"),
    (
        "transitioningToStatus",
        "the state that a change which is under way leads to",
    ),
    ("type.id", "the user type"),
];

/// Properties that name another user.
const REFERENCES: [&str; 2] = ["profile.manager", "profile.managerId"];

/// Where an attribute stands.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// In the profile, by its name alone.
    Bare(String),
    /// By a path.
    Path(String),
}

impl Place {
    /// True for a name without a path.
    pub fn is_bare(&self) -> bool {
        matches!(self, Self::Bare(_))
    }

    fn path(self) -> String {
        match self {
            Self::Bare(path) | Self::Path(path) => path,
        }
    }
}

/// Finds an attribute: bare names are properties of the profile, unless a user
/// itself has something of that name.
pub fn place(attribute: &str) -> Place {
    let (first, rest) = attribute.split_once('.').unwrap_or((attribute, ""));
    let is_outside = match rest {
        "" => OUTSIDE.iter().any(|(name, _)| *name == attribute),
        _ => matches!(first, "profile" | "credentials" | "type" | "_embedded"),
    };
    if is_outside {
        Place::Path(attribute.to_owned())
    } else {
        Place::Bare(format!("profile.{attribute}"))
    }
}

/// Slots of the selection before those of the attributes.
const ID: usize = 0;
const STATUS: usize = 1;
const STATUS_CHANGED: usize = 2;
const FIRST: usize = 3;

/// The attributes that a read wants.
#[derive(Debug)]
pub struct Columns {
    names: Vec<String>,
    paths: Vec<String>,
    selection: Selection,
    locks: crate::settings::TemporaryLock,
}

impl Columns {
    /// Compiles the attributes of a request.
    pub fn new(attributes: &[String], settings: &Settings) -> Result<Self, Failure> {
        let paths: Vec<String> = attributes.iter().map(|name| place(name).path()).collect();
        let fixed = ["id", "status", "statusChanged"].map(str::to_owned);
        let selection = Selection::new(fixed.into_iter().chain(paths.iter().cloned()))?;
        Ok(Self {
            names: attributes.to_vec(),
            paths,
            selection,
            locks: settings.temporary_lock,
        })
    }

    /// Whether Okta must tell who keeps the passwords.
    pub fn credentials(&self) -> Credentials {
        let wanted = |path: &String| path.starts_with("credentials.");
        if self.paths.iter().any(wanted) {
            Credentials::Wanted
        } else {
            Credentials::Omitted
        }
    }

    /// What to read of each user.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// An empty page.
    pub fn rows(&self) -> Rows {
        let mut rows = Rows::new(&self.names);
        for (column, path) in self.paths.iter().enumerate() {
            if REFERENCES.contains(&path.as_str()) {
                rows.kind(column, ColumnKind::Reference);
            }
        }
        rows
    }

    /// Adds a user with these groups.
    pub fn add<'g>(
        &self,
        rows: &mut Rows,
        user: User<'_>,
        groups: impl IntoIterator<Item = &'g str>,
    ) {
        let mut row = rows.add(self.status(user));
        row.id(user.id);
        for group in groups {
            row.group(group);
        }
        for column in 0..self.paths.len() {
            user.record.write(&mut row, column, FIRST + column);
        }
    }

    /// Whether a user may log in.
    pub fn status(&self, user: User<'_>) -> Status {
        status::of(user.record.first(STATUS), self.locks)
    }
}

/// A user in an answer.
#[derive(Clone, Copy, Debug)]
pub struct User<'r> {
    /// The immutable identifier.
    pub id: &'r str,
    record: Record<'r>,
}

impl<'r> User<'r> {
    /// Nothing if there is no identifier.
    pub fn of(record: Record<'r>) -> Option<Self> {
        let id = record.first(ID)?;
        Some(Self { id, record })
    }

    /// When the state last changed.
    pub fn status_changed(&self) -> &'r str {
        self.record.first(STATUS_CHANGED).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_names_are_of_the_profile() {
        let bare = |path: &str| Place::Bare(path.to_owned());
        let path = |path: &str| Place::Path(path.to_owned());
        assert_eq!(place("firstName"), bare("profile.firstName"));
        assert_eq!(place("shoe.size"), bare("profile.shoe.size"));
        assert_eq!(place("profile.status"), path("profile.status"));
        assert_eq!(place("status"), path("status"));
        assert_eq!(place("type"), bare("profile.type"));
        assert_eq!(place("type.id"), path("type.id"));
        assert_eq!(
            place("credentials.provider.type"),
            path("credentials.provider.type")
        );
    }
}
