//! Arguments of `muster provider`.

use super::Format;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `muster provider`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  muster provider list
  muster provider show ldap")]
pub enum ProviderCommand {
    /// List the plugins that come with muster
    List(ProviderListArgs),
    /// Show a plugin's settings, and what it may reach
    Show(ProviderShowArgs),
    /// Connect as a policy says, and list the attributes that the source has
    Check(ProviderCheckArgs),
    /// Ask the source whether a person's password is right
    Login(ProviderLoginArgs),
}

/// `muster provider list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster provider list --format json")]
pub struct ProviderListArgs {
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

/// `muster provider show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster provider show csv
  muster provider show ./my-plugin.wasm --format json | jq .settings")]
pub struct ProviderShowArgs {
    /// A bundled plugin's name, or a component's file
    #[arg(value_name = "NAME|FILE")]
    pub plugin: String,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

/// `muster provider check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster provider check policies/staff.yaml")]
pub struct ProviderCheckArgs {
    /// Policy file
    pub policy: PathBuf,
}

/// `muster provider login`.
#[derive(Debug, Args)]
#[command(after_help = "\
The password is asked for on the terminal, or is one line of standard input;
it is shown to the source and to nobody else, and is written nowhere.

Examples:
  muster provider login policies/staff.yaml anna
  pass show anna | muster provider login policies/staff.yaml anna
  muster provider login policies/staff.yaml anna --id 8f14e45f")]
pub struct ProviderLoginArgs {
    /// Policy file
    pub policy: PathBuf,
    /// Username of the person's account
    pub username: String,
    /// The person's external id at the source, instead of their account's
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
}
