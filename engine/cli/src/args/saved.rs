//! Arguments of the commands about a saved plan.

use super::Override;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// How a plan is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people on a terminal.
    #[default]
    Text,
    /// For programs; names in it are stable.
    Json,
    /// For a pull request; never longer than one takes.
    Markdown,
    /// For a browser: one file that can be mailed, searched and printed.
    Html,
}

/// About a saved plan.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// Show a saved plan, and whether it can still be applied
    Show(PlanShowArgs),
    /// Take people out of a saved plan
    Hold(PlanHoldArgs),
    /// Let a saved plan go past a guard, with a reason
    Override(PlanOverrideArgs),
    /// Approve of a saved plan, as the policy may ask for
    Approve(PlanApproveArgs),
    /// Make a key to sign approvals with
    Key(PlanKeyArgs),
}

/// `muster plan show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster plan show staff.muster-plan
  muster plan show staff.muster-plan --format html --out plan.html
  muster plan show staff.muster-plan --format markdown >> \"$GITHUB_STEP_SUMMARY\"

Exit code 6: the file was edited, or what it was made from has moved; it is shown all the same.")]
pub struct PlanShowArgs {
    /// Plan file
    pub file: PathBuf,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlanFormat,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Show every change, however many are alike
    #[arg(long)]
    pub all: bool,
}

/// `muster plan hold`.
#[derive(Debug, Args)]
#[command(after_help = "\
Takes people out of a plan, and adds nothing to it. Whoever needs what they would have
let go of (a username, a seat) or would have become (somebody's manager) is taken out
with them, and named. The next plan has the changes of all of them again. The file gets a
new seal, and has to be approved anew.

Examples:
  muster plan hold staff.muster-plan anna.berg kim.lee --reason 'HR is asking them'
  muster plan hold staff.muster-plan anna.berg --out reviewed.muster-plan")]
pub struct PlanHoldArgs {
    /// Plan file
    pub file: PathBuf,
    /// Usernames, before or after the plan
    #[arg(required = true, value_name = "USER")]
    pub people: Vec<String>,
    /// Why; it is kept with the plan and its run
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Write to another file; the plan itself stays as it is
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `muster plan override`.
#[derive(Debug, Args)]
#[command(after_help = "\
Lets this one plan go past a guard that stops it. Who did it, when and why is kept with
the plan and its run. The file gets a new seal, and has to be approved anew.

Examples:
  muster plan override staff.muster-plan 'block.max=the Berlin office has closed'
  muster plan override staff.muster-plan block='HR-118' --out reviewed.muster-plan")]
pub struct PlanOverrideArgs {
    /// Plan file
    pub file: PathBuf,
    /// The guard, as the plan names it, and why; may be repeated
    #[arg(required = true, value_name = "GUARD=REASON")]
    pub overrides: Vec<Override>,
    /// Write to another file; the plan itself stays as it is
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `muster plan approve`.
#[derive(Debug, Args)]
#[command(after_help = "\
The approval is put into the file, behind its seal, and holds for this very plan: whoever
is held back or let past a guard afterwards makes it another one. With `--key` it is
signed, and can be given where the state is not.

Examples:
  muster plan approve staff.muster-plan --as mara --key mara.key
  muster plan approve staff.muster-plan --as mara --note 'HR-118, seen with Kim'")]
pub struct PlanApproveArgs {
    /// Plan file
    pub file: PathBuf,
    /// Who approves, by the name that the policy lists
    #[arg(long = "as", value_name = "NAME")]
    pub name: String,
    /// The approver's private key; `muster plan key` makes one
    #[arg(long, value_name = "KEYFILE")]
    pub key: Option<PathBuf>,
    /// A remark that is kept with the run
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// `muster plan key`.
#[derive(Debug, Args)]
#[command(after_help = "\
Makes an ed25519 key pair. The private half goes into a file for its owner alone, and
belongs to nobody else; the public half is printed as a line for `approval.keys`.

Examples:
  muster plan key mara                       writes mara.key, prints the policy's line
  muster plan key mara --out ~/.muster/mara.key")]
pub struct PlanKeyArgs {
    /// Whose key it is
    pub name: String,
    /// Where the private key goes; a file that exists is never overwritten
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
