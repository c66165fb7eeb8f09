//! `muster provider list` and `show`: plugins, as far as they are known without
//! running them.

use crate::args::{Format, ProviderListArgs, ProviderShowArgs};
use crate::exit::Exit;
use crate::render::{granted, provider};
use crate::session::Session;
use crate::trouble::Trouble;
use crate::{plugins, policies};
use muster_host::{About, Binding, Origin, PluginFile, Secret, bundled};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
    match &args.policy {
        Some(policy) => with_policy(policy, args, session),
        None => alone(args, session),
    }
}

/// What a plugin asks for.
fn alone(args: &ProviderShowArgs, session: &Session) -> Result<Exit, Trouble> {
    let name = args.plugin.as_deref().unwrap_or_default();
    let file = plugins::look(name, Path::new("."), session)
        .map_err(|unusable| unusable.trouble(Path::new("POLICY"), session))?;
    match args.format {
        Format::Text => session.print(&provider::show(file.about(), session.out))?,
        Format::Json => session.print_json(&about_json(file.about()))?,
    }
    Ok(Exit::Done)
}

/// What a policy grants of it.
fn with_policy(path: &Path, args: &ProviderShowArgs, session: &Session) -> Result<Exit, Trouble> {
    let policy = policies::load(path, session)?;
    let folder = policies::folder(&policy);
    let (name, folder) = match &args.plugin {
        // What is typed is relative to the present folder.
        Some(name) => (name.as_str(), Path::new(".")),
        None => (policy.provider.plugin.as_str(), folder.as_path()),
    };
    let file = plugins::look(name, folder, session)
        .map_err(|unusable| plugins::named(&policy, &unusable, session))?;
    let granted = file.granted(&Binding {
        settings: &policy.provider.config,
        // Only their names count.
        secrets: &policy
            .provider
            .secrets
            .keys()
            .map(|name| (name.clone(), Secret::stand_in()))
            .collect(),
        folder: &policies::folder(&policy),
        now_ms: 0,
    });
    let is_another = || {
        let folder = policies::folder(&policy);
        let own = plugins::look(&policy.provider.plugin, &folder, session);
        own.is_ok_and(|own| own.about().name != file.about().name)
    };
    if args.plugin.is_some() && is_another() {
        session.note(&format!(
            "{} is a policy for another plugin: `{}`",
            policy.file, policy.provider.plugin
        ));
    }
    match args.format {
        Format::Text => session.print(&granted::text(
            file.about(),
            &policy.file,
            &granted,
            session.out,
        ))?,
        Format::Json => {
            let mut shown = about_json(file.about());
            if let Some(shown) = shown.as_object_mut() {
                shown.insert("granted".to_owned(), granted::json(&policy.file, &granted));
            }
            session.print_json(&shown)?;
        }
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
        "asks": granted::asks(&needs.sheet()),
        "defaults": about.defaults().into_iter().collect::<BTreeMap<_, _>>(),
        "limits": provider::limits(about).into_iter().collect::<BTreeMap<_, _>>(),
        "exports": about.exports,
        "settings": settings,
    })
}
