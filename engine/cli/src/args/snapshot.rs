//! Arguments of `muster snapshot` and `muster lsp`.

use super::Format;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `muster snapshot`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
A snapshot holds personal data: it is written for its owner's eyes only (mode
0600) and does not belong into version control.

Examples:
  muster snapshot record policies/staff.yaml
  muster snapshot show .muster/snapshots/staff.snapshot")]
pub enum SnapshotCommand {
    /// Read a policy's source, and keep what it returned in a file
    Record(RecordArgs),
    /// Show what a snapshot holds, and whether it is whole
    Show(SnapshotShowArgs),
}

/// `muster snapshot record`.
#[derive(Debug, Args)]
#[command(after_help = "\
The file holds personal data: of everybody in scope, all attributes that the
policy reads. It is written for its owner's eyes only (mode 0600) and does not
belong into version control. Nothing else is changed: no account, no plan.

With `--pseudonyms`, every word and number of every value is exchanged by a key
that stays in the state folder: the same person always has the same pseudonym,
names that clash still clash, and letter case, accents, domains and lengths are
what they were. Instants keep their side of now. Words that the policy compares
with stay, and so do attributes that `--keep` names. Such a file can stand beside
the policy under version control, for `muster policy test` and `policy diff`.

Examples:
  muster snapshot record policies/staff.yaml
  muster snapshot record policies/staff.yaml --out staff.snapshot
  muster snapshot record policies/staff.yaml --with main:policies/staff.yaml
  muster snapshot record policies/staff.yaml --replay failure.calls
  muster snapshot record policies/staff.yaml --pseudonyms --keep department \\
      --out policies/staff.snapshot --accounts policies/staff.accounts.jsonl
  muster snapshot record policies/staff.yaml --pseudonyms --from kept.snapshot")]
pub struct RecordArgs {
    /// Policy file
    pub policy: PathBuf,
    /// The file to write; else STATE/snapshots/DIRECTORY.snapshot
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Ask for all that this policy needs as well, so that both can be compared: a
    /// file, or `main:policies/staff.yaml`; may be repeated
    #[arg(long = "with", value_name = "POLICY")]
    pub with: Vec<String>,
    /// Take what another snapshot holds, instead of reading the source
    #[arg(long, value_name = "FILE", conflicts_with_all = ["calls", "replay"])]
    pub from: Option<PathBuf>,
    /// Keep what the plugin asked and was answered as well, for `--replay`
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub calls: Option<PathBuf>,
    /// Let the plugin read from a recording of its calls, instead of the source
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,
    /// Give everybody other names
    #[arg(long)]
    pub pseudonyms: bool,
    /// An attribute or field whose values stay as they are; may be repeated
    #[arg(long, value_name = "NAME", requires = "pseudonyms")]
    pub keep: Vec<String>,
    /// Write the intranet's accounts, too, under the same pseudonyms, as JSON Lines
    #[arg(long, value_name = "FILE", requires = "pseudonyms")]
    pub accounts: Option<PathBuf>,
}

/// `muster snapshot show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Values that the policy calls sensitive are not shown.

Examples:
  muster snapshot show .muster/snapshots/staff.snapshot
  muster snapshot show staff.snapshot --all
  muster snapshot show staff.snapshot --format json | jq .header.coverage")]
pub struct SnapshotShowArgs {
    /// A file of `muster snapshot record`
    pub file: PathBuf,
    /// Show everybody, however many there are
    #[arg(long)]
    pub all: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

/// `muster lsp`.
#[derive(Debug, Args)]
#[command(after_help = "\
Editors start it and talk to it over standard input and output, by the Language
Server Protocol. Nothing is read from a directory meanwhile: what hovers show of
a person comes from a snapshot.

Examples:
  muster snapshot record policies/staff.yaml     for hovers; again when you like
  muster lsp                                     what your editor starts
  muster lsp --person anna.berg --values test.values.yaml")]
pub struct LspArgs {
    /// People for hovers: a file of `muster snapshot record`; else STATE/snapshots/DIRECTORY.snapshot
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Whose values hovers show; else the first person's who is in scope
    #[arg(long, value_name = "USERNAME")]
    pub person: Option<String>,
    /// As it is always: some editors say it
    #[arg(long, hide = true)]
    pub stdio: bool,
}
