//! What time alone will change.

use crate::ids::AccountId;
use crate::plan::PolicyLine;
use crate::username::Username;
use serde::{Deserialize, Serialize};

/// Somebody active who will be blocked, unless something is done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upcoming {
    /// The day, in UTC: `2026-12-01`. None where the number of reads decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The account's username after the plan.
    pub username: Username,
    /// The account.
    pub account_id: AccountId,
    /// The block reason that the account will get: `rule:contract-ended`.
    pub reason: String,
    /// Why, as a sentence.
    pub text: String,
    /// The line of policy that will cause it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyLine>,
}
