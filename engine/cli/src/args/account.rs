//! Arguments of `muster account`.

use super::{Assignment, Format};
use clap::{Args, Subcommand, ValueEnum};
use muster_model::{AccountStatus, BlockReason};
use std::path::PathBuf;

/// `muster account`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  muster account list --status blocked --reason left-scope
  muster account show anna
  muster account edit anna room=4.12")]
pub enum AccountCommand {
    /// List accounts
    List(ListArgs),
    /// Show one account
    Show(ShowArgs),
    /// Make a local account, which sync never touches
    Create(CreateArgs),
    /// Write fields that belong to the intranet
    Edit(EditArgs),
    /// Give an account another username; it stays the same account
    Rename(RenameArgs),
    /// Make an account local: sync never touches it again
    Detach(UserArgs),
    /// Give a local account to a directory
    Attach(AttachArgs),
    /// Block an account; no sync ever undoes it
    Block(BlockArgs),
    /// Let somebody in again, whatever the reason was
    #[command(after_help = "\
Examples:
  muster account unblock anna
  muster account detach anna      if the next sync would only block the account again")]
    Unblock(UserArgs),
    /// Delete accounts for good. It cannot be undone
    Delete(DeleteArgs),
    /// Say who controls an account's password
    #[command(after_help = "\
Examples:
  muster account reset-password anna")]
    ResetPassword(UserArgs),
}

/// `muster account list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster account list --directory staff
  muster account list --directory local
  muster account list --reason left-scope --format json | jq -r '.[].username'")]
pub struct ListArgs {
    /// Only accounts of this directory; `local` for those of none
    #[arg(long, value_name = "DIRECTORY")]
    pub directory: Option<String>,
    /// Only accounts of this status
    #[arg(long, value_enum)]
    pub status: Option<Status>,
    /// Only accounts that are blocked for this reason: left-scope,
    /// blocked-in-source, rule:NAME, no-licence, manual
    #[arg(long)]
    pub reason: Option<BlockReason>,
    /// Show the values of sensitive fields, too (they are in the JSON only)
    #[arg(long)]
    pub reveal: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

/// Whether a person may use the intranet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Status {
    /// May log in.
    Active,
    /// May not.
    Blocked,
}

impl From<Status> for AccountStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Blocked => Self::Blocked,
        }
    }
}

/// `muster account show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster account show anna
  muster account show anna --format json | jq .fields
  muster account show anna --reveal       with the values of sensitive fields")]
pub struct ShowArgs {
    /// The account's username
    #[arg(value_name = "USER")]
    pub username: String,
    /// Show the values of sensitive fields, too; else they are masked
    #[arg(long)]
    pub reveal: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

/// `muster account create`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster account create reception email=reception@example.org room=0.01
  muster account create it-support tags=on-call tags=second-level   several values")]
pub struct CreateArgs {
    /// The new username
    #[arg(value_name = "USER")]
    pub username: String,
    /// Its fields
    #[arg(value_name = "FIELD=VALUE")]
    pub fields: Vec<Assignment>,
}

/// `muster account edit`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster account edit anna room=4.12
  muster account edit anna room=          empty, which is not the same as absent
  muster account edit anna --unset room   absent")]
pub struct EditArgs {
    /// The account's username
    #[arg(value_name = "USER")]
    pub username: String,
    /// Fields to write; repeat a field for several values
    #[arg(value_name = "FIELD=VALUE", required_unless_present = "unset")]
    pub fields: Vec<Assignment>,
    /// A field that shall have no value at all; may be repeated
    #[arg(long, value_name = "FIELD")]
    pub unset: Vec<String>,
}

/// `muster account rename`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster account rename a.berg a.lindner  somebody has married
  muster sync policies/staff.yaml         and the sync goes on with the same account")]
pub struct RenameArgs {
    /// The present username
    pub old: String,
    /// The new one
    pub new: String,
}

/// A command about one account.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster account detach anna")]
pub struct UserArgs {
    /// The account's username
    #[arg(value_name = "USER")]
    pub username: String,
}

/// `muster account attach`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster account attach anna --directory staff
  muster account attach anna --directory staff --external-id 6b1f2a3c-…")]
pub struct AttachArgs {
    /// The account's username
    #[arg(value_name = "USER")]
    pub username: String,
    /// The directory that shall own it
    #[arg(long)]
    pub directory: String,
    /// The person's identifier there; needed where the policy says `key: external_id`
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
}

/// `muster account block`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster account block anna --reason 'lost laptop, ticket 4711'")]
pub struct BlockArgs {
    /// The account's username
    #[arg(value_name = "USER")]
    pub username: String,
    /// Why; kept in the audit
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// `muster account delete`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster account delete anna                    asks; cannot be undone
  muster account delete --from left.txt --yes   one username a line
  muster state export backup.jsonl              a way back, made beforehand")]
pub struct DeleteArgs {
    /// Usernames
    #[arg(value_name = "USER", required_unless_present = "from")]
    pub usernames: Vec<String>,
    /// Also the usernames in this file, one a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Delete without asking
    #[arg(long, short)]
    pub yes: bool,
}
