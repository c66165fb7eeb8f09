//! The policy's `provider.config`, as `settings.schema.json` describes it.

use muster_sdk::Failure;
use serde::Deserialize;

/// What the operator says about the database.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The host's: which database.
    pub url: String,
    /// The host's: as whom.
    pub user: String,
    /// The host's: whose signature is believed.
    pub ca: Option<String>,
    /// The host's: that the wire may be without TLS.
    pub allow_plaintext: bool,
    /// The host's: how long a statement may take.
    pub statement_timeout: Option<u64>,
    /// Gives a row for each person.
    pub query: String,
    /// The column with the immutable identifier.
    pub id: Option<String>,
    /// The column that says whether a person may log in.
    pub status: Option<String>,
    /// Words in it that mean yes.
    pub active: Option<Vec<String>>,
    /// Words in it that mean no.
    pub blocked: Option<Vec<String>>,
    /// The column with the person's groups.
    pub groups: Option<String>,
    /// Between two groups in a text.
    pub groups_separator: Option<String>,
    /// Gives identifiers and groups.
    pub groups_query: Option<String>,
    /// Gives the number of rows.
    pub count_query: Option<String>,
    /// The column with the instant of the last change.
    pub changed_since: Option<String>,
    /// Columns that may be missing.
    pub optional: Vec<String>,
}

impl Settings {
    /// Refuses what makes no sense together.
    pub fn check(&self) -> Result<(), Failure> {
        if self.status.is_none() && (self.active.is_some() || self.blocked.is_some()) {
            return Err(Failure::config(
                "`active` and `blocked` are words of the `status` column, and none is named",
            )
            .hint("add `status: COLUMN`"));
        }
        if self.groups.is_some() && self.groups_query.is_some() {
            return Err(Failure::config(
                "groups come from `groups` or from `groups_query`, not from both",
            ));
        }
        if self.groups_query.is_some() && self.id.is_none() {
            return Err(Failure::config(
                "`groups_query` names people by their identifier, and no column is known to hold it",
            )
            .hint("add `id: COLUMN`"));
        }
        if self.changed_since.is_some() && (self.groups_query.is_some() || self.id.is_none()) {
            return Err(Failure::config(
                "`changed_since` needs `id`, and groups in a column: a change of groups must be a change of the row",
            )
            .hint("leave `changed_since` out, or put the groups into the query as an array"));
        }
        Ok(())
    }

    /// What stands between two groups in a text.
    pub fn separator(&self) -> &str {
        self.groups_separator.as_deref().unwrap_or(";")
    }
}
