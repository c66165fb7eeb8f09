//! Arguments of `muster provider test`.

use super::Format;
use clap::Args;
use std::path::PathBuf;

/// `muster provider test`.
#[derive(Debug, Args)]
#[command(after_help = "\
The case, conformance.yaml, says how the plugin is tried: its settings, the attributes
that are asked for, and a stand-in for its source. It is looked for beside the
component, in the folders above, and here. `plugins/conformance.md` of Muster says
how it is written. No policy, no state and no secret of yours is used.

Examples:
  muster provider test target/wasm32-unknown-unknown/release/my_plugin.wasm
  muster provider test plugin.wasm --quick             without the large read
  muster provider test plugin.wasm --only cut --only resume
  muster provider test plugin.wasm --junit conformance.xml
  muster provider test --list

Exit codes: 0 all checks pass, 1 a check fails, 3 the case is wrong")]
pub struct ProviderTestArgs {
    /// A component's file, or a bundled plugin's name
    #[arg(value_name = "COMPONENT", required_unless_present = "list")]
    pub component: Option<String>,
    /// The case
    #[arg(long, value_name = "FILE")]
    pub case: Option<PathBuf>,
    /// Make this check alone; may be given several times
    #[arg(long, value_name = "CHECK")]
    pub only: Vec<String>,
    /// Leave out the large read
    #[arg(long, conflicts_with = "people")]
    pub quick: bool,
    /// People of the large read, in place of the case's number or 100,000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(10..=5_000_000))]
    pub people: Option<u64>,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Write JUnit's XML into this file, too
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// List the checks, and what each holds
    #[arg(long)]
    pub list: bool,
}
