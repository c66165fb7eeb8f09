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

/// Reads a policy's plugin without compiling it.
pub fn read(policy: &Policy) -> Result<PluginFile, Trouble> {
    let provider = &policy.provider;
    PluginFile::read(&provider.plugin, &policies::folder(policy)).map_err(|error| {
        let mut trouble = unusable(&error);
        trouble.causes.push(format!("{} names it", provider.at));
        trouble
    })
}

/// What a plugin that cannot be loaded means for its user.
pub fn unusable(error: &LoadError) -> Trouble {
    Trouble::of(Exit::Invalid, error).hint(error.hint())
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
    let file = read(policy)?;
    let host = host(session)?;
    let plugin = file.compile(&host).map_err(|error| unusable(&error))?;
    let binding = Binding {
        settings: &policy.provider.config,
        secrets,
        folder: &policies::folder(policy),
        now_ms: u64::try_from(session.now.as_millisecond()).unwrap_or_default(),
    };
    plugin
        .bind(binding)
        .map_err(|error| wrong_settings(policy, &error))
}

fn host(session: &Session) -> Result<Host, Trouble> {
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
