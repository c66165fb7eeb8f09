//! Every identifier is its own type, and all of them are made here.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

text_id! {
    /// Names one configured source; written on each account that it owns.
    DirectoryName
}

text_id! {
    /// Identifies a person at the source for ever, whatever they are called.
    ///
    /// Compared byte by byte: sources hand out case-exact identifiers.
    ExternalId
}

text_id! {
    /// Names a field of an intranet account.
    FieldName
}

impl FieldName {
    /// Names that an account has of its own, which no mapping may take.
    pub const RESERVED: [&str; 8] = [
        "id",
        "username",
        "directory",
        "external_id",
        "status",
        "block_reasons",
        "fields",
        "account_id",
    ];

    /// The first letter of names under which sync keeps what it remembers of an
    /// account, among its last synced values. No field can be called so.
    pub const HIDDEN: char = '@';

    /// The name under which accounts remember what an attribute of their person's
    /// entry held. A second sign keeps it apart from the
    /// names of [`crate::memory`].
    pub fn hidden(attribute: &str) -> Self {
        let attribute = attribute.to_lowercase();
        let hidden = Self(format!("{}{attribute}", Self::HIDDEN));
        match crate::memory::is_memory(hidden.as_str()) {
            true => Self(format!("{}{}", Self::HIDDEN, hidden.0)),
            false => hidden,
        }
    }

    /// True if the name is one of sync's own, which nobody is shown.
    pub fn is_hidden(&self) -> bool {
        self.0.starts_with(Self::HIDDEN)
    }
}

impl std::borrow::Borrow<str> for FieldName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                text.strip_prefix($prefix)
                    .and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or(NotAnId { wanted: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                if out.is_human_readable() {
                    out.collect_str(self)
                } else {
                    out.serialize_u64(self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                if input.is_human_readable() {
                    let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    u64::deserialize(input).map(Self)
                }
            }
        }
    };
}

number_id! {
    /// Identifies an account in the intranet; never used twice. Shown as `a17`.
    AccountId, "a"
}

number_id! {
    /// Identifies one run, in order of time. Shown as `r3`.
    RunId, "r"
}

number_id! {
    /// Counts the commits of a store; a plan is bound to one. Shown as `v5`.
    StateVersion, "v"
}

/// The text is not an identifier of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `{wanted}` followed by a number")]
pub struct NotAnId {
    /// The letter that such an identifier begins with.
    pub wanted: &'static str,
}
