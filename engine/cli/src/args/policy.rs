//! Arguments of `muster policy`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `muster policy`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  muster policy fmt policies/*.yaml
  muster policy test policies
  muster policy diff main policies
  muster policy schema > policy.schema.json")]
pub enum PolicyCommand {
    /// Bring policies into their canonical form; comments stay
    Fmt(FmtArgs),
    /// Run tests of policies: what a sync would do to some people
    Test(TestArgs),
    /// Show whom an edit of policies would affect, and why; changes nothing
    Diff(DiffArgs),
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

/// `muster policy test`.
#[derive(Debug, Args)]
#[command(after_help = "\
Tests are files NAME.test.yaml beside a policy, or in folders below; each names
its policy. `policies/README.md` of Muster says how they are written.

Examples:
  muster policy test                             all tests below the present folder
  muster policy test policies/staff.yaml         those of one policy
  muster policy test --coverage                  which rules no test has met
  muster policy test --junit tests.xml --require-tests --min-coverage 90

Exit codes: 0 all tests pass, 1 a test fails, 3 a file is wrong")]
pub struct TestArgs {
    /// Files of tests, policies, or folders
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to print what came of them
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: TestFormat,
    /// Write JUnit's XML into this file, too
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// List every rule, and how often tests have met what it can do
    #[arg(long)]
    pub coverage: bool,
    /// Fail if tests meet less of a policy's rules than this
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u64).range(0..=100))]
    pub min_coverage: Option<u64>,
    /// Fail if there is no test, or none of a policy
    #[arg(long)]
    pub require_tests: bool,
}

/// How what came of tests is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: `muster.test/1`; names in it are stable.
    Json,
    /// JUnit's XML.
    Junit,
}

/// `muster policy diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Both plans, that of the old text and that of the new one, are made from the same
recorded read and for the same accounts, and compared. No source is asked, no
secret is needed, nothing is written.

Examples:
  muster policy diff main policies               everything that was edited since main
  muster policy diff HEAD~1 policies/staff.yaml
  muster policy diff main:policies/staff.yaml staff-new.yaml --snapshot staff.snapshot
  muster policy diff origin/main policies --format markdown --max-affected 50

Exit codes: 0 done, 2 with --exit-code: somebody is affected, 3 a policy is wrong,
4 more people are affected than may be, 5 of some policy nobody can know")]
pub struct DiffArgs {
    /// The policies before the edit: a file, a folder, or a revision of git
    pub old: String,
    /// And after it, likewise; a revision alone means the same files
    #[arg(default_value = ".")]
    pub new: String,
    /// Reads that were recorded; else the state's last one of each directory
    #[arg(long = "snapshot", value_name = "FILE")]
    pub snapshots: Vec<PathBuf>,
    /// Accounts as `state export` or `account list --format json` writes them, in
    /// place of the state's
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: DiffFormat,
    /// How many people of each group are named
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub people: usize,
    /// Show values of fields; sensitive ones are never shown
    #[arg(long)]
    pub show_values: bool,
    /// Stop, with exit code 4, if the edit makes any difference to more people than
    /// this: newly, no longer, or otherwise created, adopted, renamed, changed,
    /// blocked, unblocked or held
    #[arg(long, value_name = "N")]
    pub max_affected: Option<u64>,
    /// Answer with exit code 2 if anybody is affected
    #[arg(long)]
    pub exit_code: bool,
}

/// How what an edit does is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    #[default]
    Text,
    /// For pull requests.
    Markdown,
    /// For programs: `muster.effect/1`; names in it are stable.
    Json,
}
