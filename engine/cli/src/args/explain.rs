//! Arguments of `muster explain`.

use super::Format;
use clap::Args;
use muster_model::RunId;
use std::path::PathBuf;

/// `muster explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Read, scope, match, map, decide: each step with its values and the line of the
policy, what comes of it, and what would change it. Nothing is changed.

Examples:
  muster explain policies/staff.yaml anna.berg
  muster explain policies/staff.yaml anna.berg@example.org    by e-mail
  muster explain policies/staff.yaml a17                      by the account's number
  muster explain policies/staff.yaml anna.berg --offline      from the last snapshot
  muster explain policies/staff.yaml anna.berg --run r17      why a run did what it did
  muster explain policies/staff.yaml anna.berg --format json | jq .outcome

Exit codes: 0 explained, 1 nobody goes by the name, 3 more than one does,
5 explained from a read that was only partial.")]
pub struct ExplainArgs {
    /// Policy file
    pub policy: PathBuf,
    /// Username, identifier at the source, e-mail address or account number
    pub person: String,
    /// Look into a file of `muster snapshot record` instead of the source
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Look into the last read that was kept: no network, no credentials
    #[arg(long, conflicts_with = "snapshot")]
    pub offline: bool,
    /// Explain what a run of the past did, from what was kept of it
    #[arg(long, value_name = "RUN", conflicts_with_all = ["snapshot", "offline"])]
    pub run: Option<RunId>,
    /// Show sensitive values
    #[arg(long)]
    pub reveal: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}
