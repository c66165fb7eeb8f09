//! Arguments of `muster policy`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `muster policy`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  muster policy fmt policies/*.yaml
  muster policy schema > policy.schema.json")]
pub enum PolicyCommand {
    /// Bring policies into their canonical form; comments stay
    Fmt(FmtArgs),
    /// Print the JSON Schema of the policy language, for editors
    #[command(after_help = "\
A policy names it in its first line, for editors with a YAML language server:
  # yaml-language-server: $schema=policy.schema.json

Examples:
  muster policy schema > policy.schema.json")]
    Schema,
}

/// `muster policy fmt`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster policy fmt policies/*.yaml
  muster policy fmt policies/*.yaml --check      for a pull request: names files, writes none
  muster policy fmt --stdin < policy.yaml        for editors")]
pub struct FmtArgs {
    /// Policy files
    #[arg(required_unless_present = "stdin", value_name = "POLICY")]
    pub policies: Vec<PathBuf>,
    /// Write nothing; name the files that are not in their canonical form, and
    /// answer with exit code 1 if there are any
    #[arg(long)]
    pub check: bool,
    /// Read standard input, write standard output
    #[arg(long, conflicts_with = "policies")]
    pub stdin: bool,
}
