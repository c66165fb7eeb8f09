//! Arguments of `muster state`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `muster state`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  muster state check
  muster state export backup.jsonl")]
pub enum StateCommand {
    /// Read everything and check that it fits together
    #[command(after_help = "\
Examples:
  muster state check")]
    Check,
    /// Write everything as JSON Lines: a back-up, and the way out
    Export(ExportArgs),
    /// Fill an empty state from an export
    Import(ImportArgs),
}

/// `muster state export`.
#[derive(Debug, Args)]
#[command(after_help = "\
The export is a back-up: the values of sensitive fields are in it. Keep it as
safe as the state itself.

Examples:
  muster state export backup.jsonl
  muster state export | gzip > backup.jsonl.gz")]
pub struct ExportArgs {
    /// The file to write; standard output if none is named
    pub file: Option<PathBuf>,
}

/// `muster state import`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster --state restored state import backup.jsonl
  gunzip -c backup.jsonl.gz | muster --state restored state import -")]
pub struct ImportArgs {
    /// An export; `-` for standard input
    pub file: PathBuf,
}
