//! Arguments of the commands around a plan.

use super::{Override, PlanCommand, PlanFormat};
use clap::Args;
use std::path::PathBuf;

/// What one plan may be told.
#[derive(Clone, Debug, Args)]
pub struct PlanOptions {
    /// Let this one plan go past a guard, with a reason; may be repeated
    #[arg(long = "override", value_name = "GUARD=REASON")]
    pub overrides: Vec<Override>,
    /// Read everything again, without the cursor of the last sync
    #[arg(long)]
    pub reset: bool,
    /// Show every change, however many are alike
    #[arg(long)]
    pub all: bool,
}

/// `muster plan`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  muster plan policies/staff.yaml
  muster plan policies/staff.yaml --out staff.muster-plan && muster apply staff.muster-plan
  muster plan policies/staff.yaml --format json | jq .summary
  muster plan policies/staff.yaml --format html > plan.html
  muster plan policies/staff.yaml --exit-code     0: nothing to change, 2: changes pending
  muster plan policies/staff.yaml --override 'block.max=the Berlin office has closed'")]
pub struct PlanArgs {
    /// About a saved plan instead.
    #[command(subcommand)]
    pub command: Option<PlanCommand>,
    /// Policy file
    #[arg(required = true)]
    pub policy: Option<PathBuf>,
    /// Write the plan to a file, for `muster apply`
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlanFormat,
    /// Plan for one person only
    #[arg(long, value_name = "USER")]
    pub only: Option<String>,
    /// Answer with exit code 2 if there is something to change
    #[arg(long)]
    pub exit_code: bool,
    /// How long the plan may be applied: 24h, 90m, 2d
    #[arg(long, default_value = "24h", value_name = "TIME")]
    pub expires: jiff::Span,
    /// What this plan is told.
    #[command(flatten)]
    pub options: PlanOptions,
}

/// `muster apply`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster apply staff.muster-plan          exactly this plan, once
  muster apply policies/staff.yaml        plan, show, ask
  muster apply policies/staff.yaml --yes  plan, show, go")]
pub struct ApplyArgs {
    /// Plan files or policy files
    #[arg(required = true, value_name = "PLAN|POLICY")]
    pub files: Vec<PathBuf>,
    /// Apply without asking
    #[arg(long, short)]
    pub yes: bool,
    /// What plans of policies are told.
    #[command(flatten)]
    pub options: PlanOptions,
}

/// `muster sync`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster sync policies/*.yaml             from cron or a systemd timer
  muster sync policies/staff.yaml --reset drop the cursor, read everything again")]
pub struct SyncArgs {
    /// Policy files; one that fails does not stop the others
    #[arg(required = true, value_name = "POLICY")]
    pub policies: Vec<PathBuf>,
    /// What plans are told.
    #[command(flatten)]
    pub options: PlanOptions,
}
