//! What can be typed: commands, options, and examples for each.

mod account;
mod check;
mod explain;
mod kit;
mod plan;
mod policy;
mod provider;
mod provider_test;
mod run;
mod saved;
mod snapshot;
mod state;
mod words;

pub use account::*;
pub use check::*;
pub use explain::*;
pub use kit::*;
pub use plan::*;
pub use policy::*;
pub use provider::*;
pub use provider_test::*;
pub use run::*;
pub use saved::*;
pub use snapshot::*;
pub use state::*;
pub use words::{Assignment, Override};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Keeps the accounts of an intranet in step with the people in your directories.
#[derive(Debug, Parser)]
#[command(
    name = "muster",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = EXAMPLES,
)]
pub struct Cli {
    /// Options that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  muster init demo && cd demo         a working sample: policy, people, test
  muster plan policy.yaml             what a sync would change, and why
  muster apply policy.yaml            plan, show, ask, apply
  muster sync policies/*.yaml         for schedules: plan, guard, apply
  muster account list --status blocked

Exit codes:
  0  done; with --exit-code: nothing to change
  1  failed
  2  with --exit-code: changes pending
  3  wrong usage, or the policy is invalid
  4  stopped by a guard, or not approved; nothing was changed
  5  done, but the source was incomplete or some people were held
  6  the plan is stale, expired, edited or already applied; nothing was changed";

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Folder in which accounts, runs and the audit are kept
    #[arg(
        long,
        global = true,
        env = "MUSTER_STATE",
        default_value = ".muster",
        value_name = "DIR",
        help_heading = "Everywhere"
    )]
    pub state: PathBuf,
    /// Values of the environment, for policies that declare `values`
    #[arg(
        long,
        global = true,
        env = "MUSTER_VALUES",
        value_name = "FILE",
        help_heading = "Everywhere"
    )]
    pub values: Option<PathBuf>,
    /// When to use colour; NO_COLOR counts with `auto`
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t = ColorWhen::Auto,
        value_name = "WHEN",
        help_heading = "Everywhere"
    )]
    pub color: ColorWhen,
    /// Say nothing but results and errors
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub quiet: bool,
    /// Tell more: -v what plugins log, -vv the engine's own steps
    #[arg(long, short, global = true, action = clap::ArgAction::Count, help_heading = "Everywhere")]
    pub verbose: u8,
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Even into a file.
    Always,
    /// Not at all.
    Never,
}

/// How accounts, runs and providers are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs; names in it are stable.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a working sample: policy, people, test
    Init(InitArgs),
    /// Find mistakes in policies, offline or against the source
    Check(CheckArgs),
    /// Show what a sync would change, and why; changes nothing
    Plan(PlanArgs),
    /// Apply a plan file, or plan a policy, show, ask and apply
    Apply(ApplyArgs),
    /// Plan, guard and apply without asking: for schedules
    Sync(SyncArgs),
    /// Why a person is treated as they are, and what would change it
    Explain(ExplainArgs),
    /// Look at accounts, and change what belongs to the intranet
    #[command(subcommand)]
    Account(AccountCommand),
    /// What each run and each administrator did
    #[command(subcommand)]
    Run(RunCommand),
    /// Plugins: settings, attributes, what they may reach
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// The canonical form of policies, and the schema of their language
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// What a source returned, kept in a file
    #[command(subcommand)]
    Snapshot(SnapshotCommand),
    /// Serve an editor in which policies are written
    Lsp(LspArgs),
    /// Check, export and import the state
    #[command(subcommand)]
    State(StateCommand),
}

/// `muster init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  muster init                 into the current folder
  muster init demo            into a new folder
  cd demo && muster plan policy.yaml")]
pub struct InitArgs {
    /// Where to write the sample; files that exist are never overwritten
    #[arg(default_value = ".")]
    pub dir: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        fn walk(command: &clap::Command, path: &str, lacking: &mut Vec<String>) {
            let path = format!("{path} {}", command.get_name());
            let help = command.get_after_help().map(ToString::to_string);
            if !help.is_some_and(|help| help.contains("muster ")) {
                lacking.push(path.clone());
            }
            for sub in command.get_subcommands() {
                walk(sub, &path, lacking);
            }
        }
        let mut lacking = Vec::new();
        walk(&Cli::command(), "", &mut lacking);
        assert!(lacking.is_empty(), "no example in the help of {lacking:?}");
    }
}
