//! What is asked of a plugin.

use crate::bindings::provider as wit;
use serde::{Deserialize, Serialize};

/// Which people belong to a read, and which of their groups are told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Syncing groups; none means everybody. Nested membership counts.
    pub groups: Vec<String>,
    /// Sub-trees or units; none means all.
    pub under: Vec<String>,
    /// Groups whose members are left out.
    pub except_groups: Vec<String>,
    /// Sub-trees that are left out.
    pub except_under: Vec<String>,
    /// Groups that put nobody into the read, and whose members are told in the
    /// groups of their rows. Nested membership counts; a name may hold `*`, see
    /// [`GroupPattern`](muster_model::GroupPattern).
    pub report: Vec<String>,
}

/// Where a read begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadFrom {
    /// At the beginning.
    #[default]
    Start,
    /// After the page that came with this cursor, in the same read.
    Resume(#[serde(with = "crate::octets")] Vec<u8>),
    /// With what has changed since the read that ended with this cursor.
    Since(#[serde(with = "crate::octets")] Vec<u8>),
}

/// One read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadRequest {
    /// Attributes that are needed, each once. Columns of the pages are in this
    /// order.
    pub attributes: Vec<String>,
    /// Which people belong to it.
    pub scope: Scope,
    /// How many people a page should have, between 1 and 5000.
    pub page_size: u32,
    /// Where it begins.
    pub from: ReadFrom,
}

impl ReadRequest {
    /// Everything from the start, in pages of 1000.
    pub fn new(attributes: Vec<String>, scope: Scope) -> Self {
        Self {
            attributes,
            scope,
            page_size: 1000,
            from: ReadFrom::Start,
        }
    }
}

impl From<Scope> for wit::Scope {
    fn from(scope: Scope) -> Self {
        Self {
            groups: scope.groups,
            under: scope.under,
            except_groups: scope.except_groups,
            except_under: scope.except_under,
            report: scope.report,
        }
    }
}

impl From<ReadRequest> for wit::ReadRequest {
    fn from(request: ReadRequest) -> Self {
        Self {
            attributes: request.attributes,
            scope: request.scope.into(),
            page_size: request.page_size.clamp(1, 5000),
            start_at: match request.from {
                ReadFrom::Start => wit::ReadFrom::Start,
                ReadFrom::Resume(cursor) => wit::ReadFrom::Resume(cursor),
                ReadFrom::Since(cursor) => wit::ReadFrom::Since(cursor),
            },
        }
    }
}
