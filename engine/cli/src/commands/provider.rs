//! `muster provider`: plugins.

use super::check::{failed_steps, people, steps};
use super::login;
use crate::args::{Format, ProviderCheckArgs, ProviderCommand, ProviderListArgs, ProviderShowArgs};
use crate::exit::Exit;
use crate::render::provider;
use crate::session::Session;
use crate::trouble::Trouble;
use crate::{plugins, policies};
use muster_host::{About, Origin, PluginFile, bundled};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn run(command: &ProviderCommand, session: &Session) -> Result<Exit, Trouble> {
    match command {
        ProviderCommand::List(args) => list(args, session),
        ProviderCommand::Show(args) => show(args, session),
        ProviderCommand::Check(args) => check(args, session),
        ProviderCommand::Login(args) => login::run(args, session),
    }
}

fn list(args: &ProviderListArgs, session: &Session) -> Result<Exit, Trouble> {
    let files = bundled().map(inspect).collect::<Result<Vec<_>, _>>()?;
    let plugins: Vec<&About> = files.iter().map(PluginFile::about).collect();
    match args.format {
        Format::Text => session.print(&provider::list(&plugins, session.out))?,
        Format::Json => {
            let all: Vec<Value> = plugins.into_iter().map(about_json).collect();
            session.print_json(&all)?;
        }
    }
    Ok(Exit::Done)
}

fn show(args: &ProviderShowArgs, session: &Session) -> Result<Exit, Trouble> {
    let file = inspect(&args.plugin)?;
    match args.format {
        Format::Text => session.print(&provider::show(file.about(), session.out))?,
        Format::Json => session.print_json(&about_json(file.about()))?,
    }
    Ok(Exit::Done)
}

fn inspect(plugin: &str) -> Result<PluginFile, Trouble> {
    PluginFile::read(plugin, Path::new(".")).map_err(|error| plugins::unusable(&error))
}

fn about_json(about: &About) -> Value {
    let needs = &about.needs;
    // The host has read the schema before.
    let settings: Value = serde_json::from_str(&about.settings_schema).unwrap_or_default();
    json!({
        "name": about.name,
        "version": about.version,
        "summary": about.summary,
        "interface": about.api,
        "origin": match &about.origin {
            Origin::Bundled => "bundled".to_owned(),
            Origin::File(path) => path.display().to_string(),
        },
        "digest": about.digest,
        "size": about.size,
        "memory_mib": about.memory_mib,
        "delta": about.delta,
        "imports": about.imports,
        "needs": {
            "files": needs.files.keys().collect::<Vec<_>>(),
            "ldap": needs.ldap.keys().collect::<Vec<_>>(),
            "http": needs.http.keys().collect::<Vec<_>>(),
            "sql": needs.sql.keys().collect::<Vec<_>>(),
        },
        "secrets": needs.secrets(),
        "settings": settings,
    })
}

fn check(args: &ProviderCheckArgs, session: &Session) -> Result<Exit, Trouble> {
    let policy = policies::load(&args.policy, session)?;
    let bound = plugins::bind(&policy, session)?;
    let tried = steps(&policy, &bound, session)?;
    failed_steps(&policy, &tried)?;
    let attributes = bound
        .attributes()
        .map_err(|error| Trouble::of(Exit::Failed, &error).hint_if(error.hint()))?;
    session.print(&format!(
        "\n{}",
        provider::attributes(&attributes, session.out)
    ))?;
    people(&policy, &bound, session)
}
