//! A policy's plugin, if it may run: part of the program, or named by
//! `muster.lock` with the digest of these very bytes.

use super::cache_dir;
use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_host::{LoadError, Origin, PluginFile, component, is_file};
use muster_registry::{
    Access, Cache, CacheFault, Digest, Entry, LockFault, Login, NoReference, Place, Reference,
    Refused, Registry, RegistryError, word,
};
use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};

/// Whether a registry may be asked for what is not on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetching {
    /// It may, for exactly what was accepted.
    Pinned,
    /// Not now: nothing goes over a network.
    Never,
}

/// Why a policy's plugin is not to be had.
#[derive(Debug)]
pub enum Unusable {
    /// It is no plugin, or is not there.
    Load(LoadError),
    /// The policy means a registry and writes nonsense.
    Address(NoReference),
    /// `muster.lock` cannot be used.
    Lock(LockFault),
    /// `muster.lock` does not permit it.
    Refused(Refused),
    /// What was fetched before has been altered, or cannot be read.
    Cache(CacheFault),
    /// The registry does not give it.
    Registry(RegistryError),
}

impl From<LoadError> for Unusable {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}

impl From<LockFault> for Unusable {
    fn from(error: LockFault) -> Self {
        Self::Lock(error)
    }
}

impl From<Refused> for Unusable {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<RegistryError> for Unusable {
    fn from(error: RegistryError) -> Self {
        Self::Registry(error)
    }
}

impl Unusable {
    /// What it means for its user, who asked for a policy.
    pub fn trouble(&self, policy: &Path, session: &Session) -> Trouble {
        let mut trouble = Trouble::of(self.exit(), self.error());
        if let Self::Refused(refused) = self {
            trouble.causes.extend(refused.details());
        }
        trouble.hint(self.hint(policy, session))
    }

    /// All that is to be said in one sentence.
    pub fn sentence(&self) -> String {
        let mut parts = vec![crate::source::chain(self.error())];
        if let Self::Refused(refused) = self {
            parts.extend(refused.details());
        }
        parts.join("; ")
    }

    /// True if nothing is wrong but that it is not on this machine.
    pub fn is_elsewhere(&self) -> bool {
        matches!(self, Self::Registry(RegistryError::Elsewhere { .. }))
    }

    fn error(&self) -> &dyn Error {
        match self {
            Self::Load(error) => error,
            Self::Address(error) => error,
            Self::Lock(error) => error,
            Self::Refused(refused) => refused,
            Self::Cache(error) => error,
            Self::Registry(error) => error,
        }
    }

    /// What has to be looked at by a person is invalid; what may help itself has
    /// failed.
    fn exit(&self) -> Exit {
        match self.is_of_the_world() {
            true => Exit::Failed,
            false => Exit::Invalid,
        }
    }

    /// True if it may help to try again.
    pub fn is_of_the_world(&self) -> bool {
        match self {
            Self::Lock(fault) => fault.is_of_the_world(),
            Self::Cache(fault) => !matches!(fault, CacheFault::Altered { .. }),
            Self::Registry(error) => !error.is_refusal(),
            Self::Load(_) | Self::Address(_) | Self::Refused(_) => false,
        }
    }

    /// What to do about it.
    pub fn hint(&self, policy: &Path, session: &Session) -> String {
        match self {
            Self::Load(error) => error.hint().to_owned(),
            Self::Address(_) => "write `oci://HOST/REPOSITORY:TAG`".to_owned(),
            Self::Lock(fault) => fault.hint().to_owned(),
            Self::Refused(_) => format!(
                "this shows what it asks for, and accepts it: {}",
                accept(policy, session)
            ),
            Self::Cache(fault) => fault.hint(),
            Self::Registry(error) => error.hint(),
        }
    }
}

/// The command that accepts a policy's plugin.
pub fn accept(policy: &Path, session: &Session) -> String {
    let values = session.values.as_ref();
    let values = values.map(|file| format!(" --values {}", word(&file.to_string_lossy())));
    format!(
        "muster provider accept {}{}",
        word(&policy.to_string_lossy()),
        values.unwrap_or_default()
    )
}

/// What a policy's `plugin` means.
pub enum Named {
    /// A part of the program.
    Bundled,
    /// A file.
    File,
    /// A package in a registry.
    Package(Reference),
}

impl Named {
    /// Reads the name.
    pub fn of(plugin: &str) -> Result<Self, Unusable> {
        if Reference::is_meant(plugin) {
            let reference = Reference::parse(plugin).map_err(Unusable::Address)?;
            return Ok(Self::Package(reference));
        }
        Ok(match is_file(plugin) {
            true => Self::File,
            false => Self::Bundled,
        })
    }
}

/// A plugin as a policy in a folder names it, if it may run.
pub fn read(
    plugin: &str,
    folder: &Path,
    fetching: Fetching,
    session: &Session,
) -> Result<PluginFile, Unusable> {
    match Named::of(plugin)? {
        Named::Bundled => Ok(PluginFile::read(plugin, folder)?),
        Named::File => file(plugin, folder),
        Named::Package(reference) => {
            let entry = pinned(plugin, &reference, folder)?;
            let bytes = fetched(&reference, &entry, fetching, session)?;
            let origin = Origin::Registry(reference.to_string());
            Ok(PluginFile::of(bytes, plugin, origin)?)
        }
    }
}

/// A plugin that is only looked at and never run: what was accepted, or else what
/// the address leads to now.
pub fn look(plugin: &str, folder: &Path, session: &Session) -> Result<PluginFile, Unusable> {
    let Named::Package(reference) = Named::of(plugin)? else {
        return Ok(PluginFile::read(plugin, folder)?);
    };
    let bytes = match pinned(plugin, &reference, folder) {
        Ok(entry) => fetched(&reference, &entry, Fetching::Pinned, session)?,
        Err(_) => {
            let registry = Registry::open(&reference, &access(session))?;
            registry.newest(None)?.component
        }
    };
    let origin = Origin::Registry(reference.to_string());
    Ok(PluginFile::of(bytes, plugin, origin)?)
}

/// INVARIANT: the bytes that are looked up in the lock are the bytes that run; a
/// file that is replaced meanwhile changes nothing.
fn file(plugin: &str, folder: &Path) -> Result<PluginFile, Unusable> {
    let path = folder.join(plugin);
    let bytes = component(&path)?;
    let digest = Digest::of(&bytes);
    let place = Place::of(folder)?;
    let source = place.source(plugin)?;
    let permitted = place.permits(plugin, &source, digest).map(drop);
    if let Err(changed @ Refused::Changed { .. }) = permitted {
        return Err(changed.into());
    }
    // What is no plugin at all needs no acceptance: that is told first.
    let file = PluginFile::of(bytes, plugin, Origin::File(path))?;
    permitted?;
    Ok(file)
}

/// The entry of a package, without which nothing is fetched.
fn pinned(plugin: &str, reference: &Reference, folder: &Path) -> Result<Entry, Unusable> {
    let place = Place::of(folder)?;
    let entry = place.lock.entry(&reference.to_string());
    let fits = |entry: &&Entry| match (reference.digest(), entry.manifest) {
        (Some(wanted), pinned) => pinned == Some(wanted),
        (None, pinned) => pinned.is_some(),
    };
    let entry = entry.filter(fits).cloned();
    entry.ok_or_else(|| place.unknown(plugin, None).into())
}

/// Takes an accepted package from this machine, or else from its registry.
fn fetched(
    reference: &Reference,
    entry: &Entry,
    fetching: Fetching,
    session: &Session,
) -> Result<Vec<u8>, Unusable> {
    let kept = cache(session);
    let found = kept.as_ref().map(|cache| cache.get(entry.digest));
    if let Some(bytes) = found.transpose().map_err(Unusable::Cache)?.flatten() {
        return Ok(bytes);
    }
    let elsewhere = || RegistryError::Elsewhere {
        digest: entry.digest,
    };
    let manifest = match fetching {
        Fetching::Pinned => entry.manifest.ok_or_else(elsewhere)?,
        Fetching::Never => return Err(elsewhere().into()),
    };
    let registry = Registry::open(reference, &access(session))?;
    let package = registry.pinned(manifest, entry.key.as_ref())?;
    let found = Digest::of(&package.component);
    if found != entry.digest {
        return Err(RegistryError::Altered {
            what: format!("the component of `{reference}`"),
            wanted: entry.digest.to_string(),
            found: found.to_string(),
        }
        .into());
    }
    keep(&package.component, session);
    Ok(package.component)
}

/// Keeps a component for the next time. That it cannot be kept costs time only.
pub fn keep(component: &[u8], session: &Session) {
    if let Some(Err(fault)) = cache(session).map(|cache| cache.put(component)) {
        let why = crate::source::chain(&fault);
        session.note(&format!("the plugin is fetched again each time: {why}"));
    }
}

/// Where fetched components are kept.
fn cache(session: &Session) -> Option<Cache> {
    let folder = cache_dir(&session.state)?;
    Some(Cache::in_folder(folder.join("plugins")))
}

/// The digest that a policy's plugin has now, without running it: whoever applies
/// a plan wants to know whether it is the one that the plan was made with.
pub fn digest(plugin: &str, folder: &Path) -> Result<String, Unusable> {
    match Named::of(plugin)? {
        Named::Bundled => Ok(PluginFile::read(plugin, folder)?.about().digest.clone()),
        Named::File => match file(plugin, folder) {
            Ok(file) => Ok(file.about().digest.clone()),
            Err(Unusable::Refused(Refused::Changed { digest, .. })) => Ok(digest.hex()),
            Err(unusable) => Err(unusable),
        },
        Named::Package(reference) => Ok(pinned(plugin, &reference, folder)?.digest.hex()),
    }
}

/// How registries are asked, from the environment. A login counts for the registry
/// that it names and for no other: else a policy could send it anywhere.
pub fn access(session: &Session) -> Access {
    let text = |name: &str| env::var(name).ok().filter(|text| !text.is_empty());
    let half = text("MUSTER_REGISTRY_USER").or_else(|| text("MUSTER_REGISTRY_PASSWORD"));
    if half.is_some() && text("MUSTER_REGISTRY").is_none() {
        session.note(
            "MUSTER_REGISTRY_USER and MUSTER_REGISTRY_PASSWORD are not used: MUSTER_REGISTRY must \
             say which registry they are for (HOST or HOST:PORT)",
        );
    }
    let login = || {
        Some(Login {
            registry: text("MUSTER_REGISTRY")?,
            user: text("MUSTER_REGISTRY_USER")?,
            password: text("MUSTER_REGISTRY_PASSWORD")?,
        })
    };
    let plain = text("MUSTER_REGISTRY_PLAIN_HTTP").unwrap_or_default();
    let plain = plain
        .split(',')
        .map(str::trim)
        .filter(|host| !host.is_empty());
    Access {
        login: login(),
        files: login_files(),
        plain: plain.map(str::to_owned).collect(),
    }
}

/// Where `docker login` and its relatives keep logins.
fn login_files() -> Vec<PathBuf> {
    let named = |variable: &str| {
        let path = env::var_os(variable).filter(|path| !path.is_empty());
        path.map(PathBuf::from)
    };
    let below = |variable: &str, rest: &str| named(variable).map(|folder| folder.join(rest));
    let docker = below("DOCKER_CONFIG", "config.json");
    [
        named("REGISTRY_AUTH_FILE"),
        docker.or_else(|| below("HOME", ".docker/config.json")),
        below("XDG_RUNTIME_DIR", "containers/auth.json"),
        below("HOME", ".config/containers/auth.json"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
