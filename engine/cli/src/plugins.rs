//! Plugins, loaded and bound to a policy's settings.

use crate::exit::Exit;
use crate::policies;
use crate::secrets;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_host::{BindError, Binding, Bound, Host, HostConfig, LoadError, PluginFile, Secret};
use muster_policy::Policy;
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

/// Why a plugin is not bound.
#[derive(Debug)]
pub enum Unbound {
    /// It cannot be loaded.
    Plugin(LoadError),
    /// The policy's settings or secrets do not fit it.
    Settings(BindError),
    /// Nothing that the policy could help.
    World(Trouble),
}

/// Reads a policy's plugin without compiling it.
pub fn read(policy: &Policy) -> Result<PluginFile, Trouble> {
    let provider = &policy.provider;
    PluginFile::read(&provider.plugin, &policies::folder(policy))
        .map_err(|error| named(policy, &error))
}

/// What a plugin that cannot be loaded means for its user.
pub fn unusable(error: &LoadError) -> Trouble {
    Trouble::of(Exit::Invalid, error).hint(error.hint())
}

/// The same, with the line that names the plugin.
fn named(policy: &Policy, error: &LoadError) -> Trouble {
    let mut trouble = unusable(error);
    let at = &policy.provider.at;
    trouble.causes.push(format!("{at} names it"));
    trouble
}

/// Compiles a policy's plugin, fetches the secrets and binds the settings:
/// everything that is needed to ask the source.
pub fn bind(policy: &Policy, session: &Session) -> Result<Bound, Trouble> {
    bind_with(policy, &secrets::fetch(policy)?, session)
}

/// As [`bind`], with secrets that were fetched before.
pub fn bind_with(
    policy: &Policy,
    secrets: &BTreeMap<String, Secret>,
    session: &Session,
) -> Result<Bound, Trouble> {
    try_bind(policy, secrets, session).map_err(|unbound| match unbound {
        Unbound::Plugin(error) => named(policy, &error),
        Unbound::Settings(error) => wrong_settings(policy, &error),
        Unbound::World(trouble) => trouble,
    })
}

/// The same, with what is wrong for its own sake.
pub fn try_bind(
    policy: &Policy,
    secrets: &BTreeMap<String, Secret>,
    session: &Session,
) -> Result<Bound, Unbound> {
    let folder = policies::folder(policy);
    let provider = &policy.provider;
    let file = PluginFile::read(&provider.plugin, &folder).map_err(Unbound::Plugin)?;
    let host = host(session).map_err(Unbound::World)?;
    let plugin = file.compile(&host).map_err(Unbound::Plugin)?;
    let binding = Binding {
        settings: &provider.config,
        secrets,
        folder: &folder,
        now_ms: u64::try_from(session.now.as_millisecond()).unwrap_or_default(),
    };
    plugin.bind(binding).map_err(Unbound::Settings)
}

/// What plugins run in.
pub fn host(session: &Session) -> Result<Host, Trouble> {
    let config = HostConfig {
        cache_dir: cache_dir(&session.state),
        ..HostConfig::default()
    };
    Host::new(config).map_err(|error| Trouble::of(Exit::Failed, &error))
}

/// The user's cache; else the state folder, if it is there already.
fn cache_dir(state: &Path) -> Option<PathBuf> {
    let named = |variable: &str| {
        env::var_os(variable)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    named("XDG_CACHE_HOME")
        .or_else(|| named("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("muster"))
        .or_else(|| state.canonicalize().ok().map(|state| state.join("cache")))
}

/// Wrong settings are shown with the lines on which they stand.
fn wrong_settings(policy: &Policy, error: &BindError) -> Trouble {
    let provider = &policy.provider;
    let BindError::Settings { plugin, problems } = error else {
        let mut trouble = Trouble::of(Exit::Invalid, error).hint_if(error.hint());
        trouble.causes.push(format!("{} is about it", provider.at));
        return trouble;
    };
    let mut trouble = Trouble::new(
        Exit::Invalid,
        format!(
            "the settings of the plugin `{plugin}` are wrong in `{}`",
            policy.file
        ),
    );
    for problem in problems {
        let top = problem.setting.split('.').next().unwrap_or_default();
        let at = provider.config_lines.get(top).unwrap_or(&provider.at);
        let hint = problem
            .hint
            .as_ref()
            .map(|hint| format!(" ({hint})"))
            .unwrap_or_default();
        trouble.causes.push(format!("{at}: {problem}{hint}"));
    }
    trouble.hint(format!(
        "`muster provider show {}` lists all settings",
        provider.plugin
    ))
}
