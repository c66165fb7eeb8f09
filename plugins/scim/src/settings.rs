//! What the operator says.

use serde::{Deserialize, Serialize};

/// `provider.config`. Where the service is and how to log in is the host's
/// business.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Settings {
    /// For messages and cursors alone.
    pub url: String,
    #[serde(default = "page_size")]
    pub page_size: u32,
    pub paging: Paging,
    pub filter: Option<String>,
    pub groups: Memberships,
    pub group_filter: GroupFilter,
    pub active_missing: ActiveMissing,
    pub attributes_parameter: AttributesParameter,
    pub incremental: Incremental,
}

fn page_size() -> u32 {
    200
}

/// How lists are cut into pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Paging {
    #[default]
    Auto,
    Index,
    Cursor,
    None,
}

/// Where memberships are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Memberships {
    #[default]
    Members,
    User,
}

/// Whether groups may be found by a filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupFilter {
    #[default]
    Auto,
    Omit,
}

/// What a person without `active` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ActiveMissing {
    Active,
    #[default]
    Unknown,
    Blocked,
}

/// Whether the service is told which attributes are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributesParameter {
    #[default]
    Send,
    Omit,
}

/// Whether changes alone may be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Incremental {
    Auto,
    /// SCIM does not tell who was deleted.
    #[default]
    Off,
}
