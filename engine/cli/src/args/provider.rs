//! Arguments of `muster provider`.

use super::{Format, ProviderNewArgs, ProviderPackArgs, ProviderTestArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `muster provider`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  muster provider list
  muster provider show ldap
  muster provider new my-people
  muster provider test plugin.wasm")]
pub enum ProviderCommand {
    /// List the plugins that come with muster
    List(ProviderListArgs),
    /// Show a plugin's settings, and what it may reach
    Show(ProviderShowArgs),
    /// Let a policy's plugin run, once you have read what it asks for
    Accept(ProviderAcceptArgs),
    /// Publish a plugin in an OCI registry, and sign it
    Push(ProviderPushArgs),
    /// Connect as a policy says, and list the attributes that the source has
    Check(ProviderCheckArgs),
    /// Ask the source whether a person's password is right
    Login(ProviderLoginArgs),
    /// Read a source, and keep what the plugin asked and was answered
    Record(ProviderRecordArgs),
    /// Make a recorded read again: no network, no secret
    Replay(ProviderReplayArgs),
    /// Begin a plugin of your own: a project that builds and passes its tests
    New(ProviderNewArgs),
    /// Give a component its manifest and its settings' schema
    Pack(ProviderPackArgs),
    /// Try a plugin with people that are made up and a source that fails
    Test(ProviderTestArgs),
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
Nothing of the plugin runs, and no secret is fetched.

Examples:
  muster provider show csv
  muster provider show oci://registry.example.org/idp/hris:1
  muster provider show --policy policies/staff.yaml
  muster provider show ./my-plugin.wasm --format json | jq .settings")]
pub struct ProviderShowArgs {
    /// A bundled plugin's name, a component's file, or a package's address; with
    /// `--policy`, the policy's plugin if left out
    #[arg(value_name = "NAME|FILE|ADDRESS", required_unless_present = "policy")]
    pub plugin: Option<String>,
    /// Show what this policy grants of what the plugin asks for: hosts, files,
    /// logins, and what is left open
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

/// `muster provider accept`.
#[derive(Debug, Args)]
#[command(after_help = "\
A plugin that is a file or comes from a registry runs only if `muster.lock`, beside
the policy or in a folder above it, names it with the digest of its bytes. This
command shows what the plugin asks for and what is new about it, and writes that
down. Plugins that are part of muster need none of it.

Examples:
  muster provider accept policies/staff.yaml --dry-run
  muster provider accept policies/staff.yaml
  muster provider accept policies/staff.yaml --key vendor.pub")]
pub struct ProviderAcceptArgs {
    /// Policy files
    #[arg(required = true, value_name = "POLICY")]
    pub policies: Vec<PathBuf>,
    /// Public key (PEM) whose owner must have signed the package, now and from now on
    #[arg(long, value_name = "FILE", conflicts_with = "no_key")]
    pub key: Option<PathBuf>,
    /// Give up the signature that was demanded so far
    #[arg(long)]
    pub no_key: bool,
    /// Show what is new, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `muster provider push`.
#[derive(Debug, Args)]
#[command(after_help = "\
The package has one layer, `application/wasm`, and any tool for OCI registries can
fetch it. Whoever may write there is found in Docker's configuration (`docker
login`), or in MUSTER_REGISTRY, MUSTER_REGISTRY_USER and MUSTER_REGISTRY_PASSWORD.
A signature is in the form of cosign; a key is made by

  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out KEY.pem
  openssl pkey -in KEY.pem -pubout -out KEY.pub

Examples:
  muster provider push hris.wasm oci://registry.example.org/idp/hris:1.2.0
  muster provider push hris.wasm oci://registry.example.org/idp/hris:1 --sign KEY.pem")]
pub struct ProviderPushArgs {
    /// The component's file
    pub component: PathBuf,
    /// Where to: `oci://HOST/REPOSITORY:TAG`
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    /// Private key (PEM, PKCS#8: ECDSA on P-256, or Ed25519) to sign with
    #[arg(long, value_name = "FILE")]
    pub sign: Option<PathBuf>,
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

/// `muster provider record`.
#[derive(Debug, Args)]
#[command(after_help = "\
The file holds every answer that the source gave, so it is as personal as a
snapshot: it is written for its owner's eyes only (mode 0600). No secret is in it:
the plugin is given none, and where the source repeats one, it is taken out. A read
that fails is recorded as well: that is what an author needs to see.

Examples:
  muster provider record policies/staff.yaml
  muster provider record policies/staff.yaml --out failure.calls
  muster provider record policies/staff.yaml --changes")]
pub struct ProviderRecordArgs {
    /// Policy file
    pub policy: PathBuf,
    /// The file to write; else STATE/recordings/DIRECTORY.calls
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Read what has changed since the last run, as the next one would
    #[arg(long)]
    pub changes: bool,
}

/// `muster provider replay`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code 0: the plugin delivered the same, byte for byte, or failed in the same
way. Exit code 1: it did not.

Examples:
  muster provider replay failure.calls
  muster provider replay failure.calls --plugin ./target/mended.wasm
  muster snapshot record policies/staff.yaml --replay failure.calls")]
pub struct ProviderReplayArgs {
    /// A file of `muster provider record`
    pub file: PathBuf,
    /// A bundled plugin's name, or a component's file; else the one that was recorded
    #[arg(long, value_name = "NAME|FILE")]
    pub plugin: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}
