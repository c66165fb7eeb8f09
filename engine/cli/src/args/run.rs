//! Arguments of `muster run`.

use super::{Format, Override};
use clap::{Args, Subcommand};
use muster_model::RunId;
use std::path::PathBuf;

/// `muster run`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  muster run list
  muster run show r3
  muster run undo r3")]
pub enum RunCommand {
    /// List runs, the newest last
    List(RunListArgs),
    /// Show one run with all that it changed
    Show(RunShowArgs),
    /// Take a run back: plan what undoes it, show, ask and apply
    Undo(RunUndoArgs),
}

/// `muster run list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster run list --format json | jq '.[-1]'")]
pub struct RunListArgs {
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

/// `muster run show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster run show r3
  muster run show r3 --format json | jq '.audit[].username'")]
pub struct RunShowArgs {
    /// The run, as `muster run list` shows it
    #[arg(value_name = "ID")]
    pub id: RunId,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Show every change, however many are alike
    #[arg(long)]
    pub all: bool,
}

/// `muster run undo`.
#[derive(Debug, Args)]
#[command(after_help = "\
What was there before the run is put back, from the audit, as one planned and
audited operation that goes through the policy's guards. What somebody has
changed since stays as it is, and so do accounts that the run has made or
deleted: the findings name them (exit code 5). The next sync does what the
source and the policy say: correct these first, or it does it all again.

Examples:
  muster run undo r12
  muster run undo r12 --only anna.berg --only kim.lee
  muster run undo r12 --out undo.muster-plan && muster apply undo.muster-plan
  muster run undo r12 --override 'block.max=they were unblocked by mistake'")]
pub struct RunUndoArgs {
    /// The run, as `muster run list` shows it
    #[arg(value_name = "ID")]
    pub id: RunId,
    /// Take back only what was done to this person; may be repeated
    #[arg(long, value_name = "USER")]
    pub only: Vec<String>,
    /// Block accounts that the run has made, as an administrator would
    #[arg(long)]
    pub block_created: bool,
    /// Write the plan to a file, for `muster apply`
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Apply without asking
    #[arg(long, short)]
    pub yes: bool,
    /// The policy whose guards count, if it is elsewhere by now
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Let this one plan go past a guard, with a reason; may be repeated
    #[arg(long = "override", value_name = "GUARD=REASON")]
    pub overrides: Vec<Override>,
    /// How long a plan file may be applied: 24h, 90m, 2d
    #[arg(long, default_value = "24h", value_name = "TIME")]
    pub expires: jiff::Span,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Show every change, however many are alike
    #[arg(long)]
    pub all: bool,
}
