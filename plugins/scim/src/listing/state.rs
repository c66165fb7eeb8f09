//! Where a list is, so that another instance can go on.

use super::Doubt;
use crate::settings::Paging;
use serde::{Deserialize, Serialize};

/// All that a list's next page depends on, and all that its end is judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub paging: Paging,
    /// Pages so far.
    pub pages: u64,
    /// Resources that came, each counted once.
    pub received: u64,
    /// `totalResults` of the first page.
    pub total: Option<u64>,
    /// By index: how many resources stand before the next page.
    pub passed: u64,
    /// By index: the `id` of the first resource of all.
    pub first: Option<String>,
    /// By index: the `id` of the last resource of the page before.
    pub last: Option<String>,
    /// By cursor: where the next page begins; none for the first.
    pub cursor: Option<String>,
    /// By cursor: pages in a row that brought nothing.
    pub empty: u32,
    /// By cursor: the list was begun anew after its cursor had expired.
    pub was_restarted: bool,
    pub doubt: Option<Doubt>,
}

impl State {
    pub fn new(paging: Paging) -> Self {
        Self {
            paging,
            pages: 0,
            received: 0,
            total: None,
            passed: 0,
            first: None,
            last: None,
            cursor: None,
            empty: 0,
            was_restarted: false,
            doubt: None,
        }
    }
}
