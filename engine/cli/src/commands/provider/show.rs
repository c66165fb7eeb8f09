//! `muster provider list` and `show`: plugins, as far as they are known without
//! running them.

use crate::args::{Format, ProviderListArgs, ProviderShowArgs};
use crate::exit::Exit;
use crate::plugins;
use crate::render::provider;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_host::{About, Origin, PluginFile, bundled};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn list(args: &ProviderListArgs, session: &Session) -> Result<Exit, Trouble> {
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

pub(super) fn run(args: &ProviderShowArgs, session: &Session) -> Result<Exit, Trouble> {
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
            Origin::Registry(address) => address.clone(),
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
