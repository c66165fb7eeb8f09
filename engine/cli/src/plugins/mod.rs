//! Plugins, loaded and bound to a policy's settings.

mod believed;

pub use believed::{Fetching, Named, Unusable, access, keep, look, read};

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
    /// It is not to be had, or may not run.
    Plugin(Unusable),
    /// The policy's settings or secrets do not fit it.
    Settings(BindError),
    /// Nothing that the policy could help.
    World(Trouble),
}

/// The digest of a policy's plugin, as it is now.
pub fn digest(policy: &Policy, session: &Session) -> Result<String, Trouble> {
    let digest = believed::digest(&policy.provider.plugin, &policies::folder(policy));
    digest.map_err(|unusable| named(policy, &unusable, session))
}

/// What a plugin that cannot be loaded means for its user.
pub fn unusable(error: &LoadError) -> Trouble {
    Trouble::of(Exit::Invalid, error).hint(error.hint())
}

/// What a policy's plugin that is not to be had means, with the line that names
/// it.
pub fn named(policy: &Policy, unusable: &Unusable, session: &Session) -> Trouble {
    let mut trouble = unusable.trouble(Path::new(&policy.file), session);
    let at = &policy.provider.at;
    trouble.causes.push(format!("{at} names it"));
    trouble
}

/// Compiles a policy's plugin, fetches the secrets and binds the settings:
/// everything that is needed to ask the source. A plugin that may not run is
/// found out before any secret is fetched.
pub fn bind(policy: &Policy, session: &Session) -> Result<Bound, Trouble> {
    Ok(bind_and_secrets(policy, session)?.0)
}

/// As [`bind`]; the secrets come along for whoever has to know what must not be
/// written down.
pub fn bind_and_secrets(
    policy: &Policy,
    session: &Session,
) -> Result<(Bound, BTreeMap<String, Secret>), Trouble> {
    let folder = policies::folder(policy);
    let file = read(&policy.provider.plugin, &folder, Fetching::Pinned, session);
    let file = file.map_err(|unusable| named(policy, &unusable, session))?;
    let secrets = secrets::fetch(policy)?;
    let bound = bound(file, policy, &secrets, session).map_err(|unbound| match unbound {
        Unbound::Plugin(unusable) => named(policy, &unusable, session),
        Unbound::Settings(error) => wrong_settings(policy, &error),
        Unbound::World(trouble) => trouble,
    });
    Ok((bound?, secrets))
}

/// The same, with what is wrong for its own sake.
pub fn try_bind(
    policy: &Policy,
    secrets: &BTreeMap<String, Secret>,
    fetching: Fetching,
    session: &Session,
) -> Result<Bound, Unbound> {
    let folder = policies::folder(policy);
    let file = read(&policy.provider.plugin, &folder, fetching, session);
    bound(file.map_err(Unbound::Plugin)?, policy, secrets, session)
}

fn bound(
    file: PluginFile,
    policy: &Policy,
    secrets: &BTreeMap<String, Secret>,
    session: &Session,
) -> Result<Bound, Unbound> {
    let host = host(session).map_err(Unbound::World)?;
    let plugin = file.compile(&host);
    let plugin = plugin.map_err(|error| Unbound::Plugin(Unusable::Load(error)))?;
    let binding = Binding {
        settings: &policy.provider.config,
        secrets,
        folder: &policies::folder(policy),
        now_ms: u64::try_from(session.now.as_millisecond()).unwrap_or_default(),
    };
    plugin.bind(binding).map_err(Unbound::Settings)
}

/// What plugins run in.
pub fn host(session: &Session) -> Result<Host, Trouble> {
    let config = HostConfig {
        // A folder of its own: what else lies there is cleaned away.
        cache_dir: cache_dir(&session.state).map(|cache| cache.join("compiled")),
        ..HostConfig::default()
    };
    Host::new(config).map_err(|error| Trouble::of(Exit::Failed, &error))
}

/// The user's cache; else the state folder, if it is there already.
pub fn cache_dir(state: &Path) -> Option<PathBuf> {
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
