//! Arguments of `muster check`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `muster check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster check policies/*.yaml            everything that needs no network
  muster check policies/staff.yaml --online
                                          connects, searches, shows ten people
  muster check policies/*.yaml --fix      puts right what can only be meant in one way
  muster check policies/*.yaml --format github      beside the lines of a pull request
  muster check policies/*.yaml --format sarif > muster.sarif
  muster check --explain unknown-key      what it means, with an example")]
pub struct CheckArgs {
    /// Policy files
    #[arg(required_unless_present = "explain", value_name = "POLICY")]
    pub policies: Vec<PathBuf>,
    /// Connect, search, and show ten people as they would be mapped
    #[arg(long)]
    pub online: bool,
    /// How to print what is wrong
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: CheckFormat,
    /// Put right what can only be meant in one way, and write the files
    #[arg(long)]
    pub fix: bool,
    /// Print what a diagnostic means; all of them, if none is named
    #[arg(
        long,
        value_name = "CODE",
        num_args = 0..=1,
        conflicts_with_all = ["policies", "online", "format", "fix"]
    )]
    pub explain: Option<Option<String>>,
}

/// How what is wrong with policies is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people: each with its line.
    #[default]
    Text,
    /// For programs: `muster.check/1`; names in it are stable.
    Json,
    /// SARIF 2.1.0, for code hosts.
    Sarif,
    /// Workflow commands, for GitHub Actions.
    Github,
}
