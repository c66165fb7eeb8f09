//! Arguments of `muster provider new` and `pack`, for authors of plugins.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `muster provider new`.
#[derive(Debug, Args)]
#[command(after_help = "\
The project reads people from a JSON service, page by page. It holds all that it
needs and is built with its language's own tools: cargo, componentize-py, or
componentize-qjs. Nothing is overwritten.

Examples:
  muster provider new my-people
  muster provider new my-people --lang python --dir ~/plugins/my-people")]
pub struct ProviderNewArgs {
    /// The plugin's name: lower case letters, digits and hyphens
    pub name: String,
    /// The language
    #[arg(long, value_enum, default_value_t, value_name = "LANG")]
    pub lang: Lang,
    /// The project's folder; without it, one of the plugin's name
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// Languages that projects are made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Built by cargo
    #[default]
    Rust,
    /// Built by componentize-py
    Python,
    /// Built by componentize-qjs
    #[value(name = "javascript", alias = "js")]
    JavaScript,
}

/// `muster provider pack`.
#[derive(Debug, Args)]
#[command(after_help = "\
For components that were not built with the plugin kit for Rust, which does this by
itself. Texts that the component has are replaced. Nothing is written unless the
result is one that muster would load.

Examples:
  muster provider pack my-people.wasm
  muster provider pack build/app.wasm --manifest plugin.toml --out my-people.wasm")]
pub struct ProviderPackArgs {
    /// The component's file
    #[arg(value_name = "COMPONENT")]
    pub component: PathBuf,
    /// The manifest
    #[arg(long, value_name = "FILE", default_value = "plugin.toml")]
    pub manifest: PathBuf,
    /// The JSON Schema of the settings
    #[arg(long, value_name = "FILE", default_value = "settings.schema.json")]
    pub settings: PathBuf,
    /// Where to write; without it, over the component
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
