//! `muster provider accept`: a person has looked at a plugin, and lets it run.

use crate::args::ProviderAcceptArgs;
use crate::exit::Exit;
use crate::plugins::{self, Named, Unusable};
use crate::policies;
use crate::render::{accepted, provider};
use crate::session::Session;
use crate::trouble::Trouble;
use muster_host::{Origin, PluginFile, component};
use muster_policy::Policy;
use muster_registry::{Digest, Entry, Place, PublicKey, Reference, Registry, RegistryError};

/// Whose signature is demanded.
enum Keys {
    /// That of whom the lock names, if it names anybody.
    AsBefore,
    /// That of this key's owner, from now on.
    Of(PublicKey),
    /// Nobody's, from now on.
    Nobodys,
}

/// What is there to be accepted.
struct Candidate {
    file: PluginFile,
    digest: Digest,
    manifest: Option<Digest>,
    key: Option<PublicKey>,
}

pub(super) fn run(args: &ProviderAcceptArgs, session: &Session) -> Result<Exit, Trouble> {
    let keys = match (&args.key, args.no_key) {
        (Some(file), _) => Keys::Of(super::keys::public(file)?),
        (None, true) => Keys::Nobodys,
        (None, false) => Keys::AsBefore,
    };
    for policy in &policies::load_all(&args.policies, session)? {
        let plugin = &policy.provider.plugin;
        let wrong = |unusable: Unusable| plugins::named(policy, &unusable, session);
        match Named::of(plugin).map_err(wrong)? {
            Named::Bundled => bundled(policy, session)?,
            named => accept(policy, &named, &keys, args.dry_run, session)?,
        }
    }
    Ok(Exit::Done)
}

fn bundled(policy: &Policy, session: &Session) -> Result<(), Trouble> {
    // A name that nothing has is told as ever.
    plugins::digest(policy, session)?;
    let (file, plugin) = (&policy.file, &policy.provider.plugin);
    session.say(&format!(
        "{file}: `{plugin}` is part of this program; there is nothing to accept"
    ));
    Ok(())
}

/// Shows what a plugin asks for and what is new, and writes it down.
fn accept(
    policy: &Policy,
    named: &Named,
    keys: &Keys,
    dry_run: bool,
    session: &Session,
) -> Result<(), Trouble> {
    let wrong = |unusable: Unusable| plugins::named(policy, &unusable, session);
    let plugin = &policy.provider.plugin;
    let place = Place::of(&policies::folder(policy)).map_err(|fault| wrong(fault.into()))?;
    let source = place.source(plugin).map_err(|fault| wrong(fault.into()))?;
    let before = place.lock.entry(&source).cloned();
    let found = match named {
        Named::Package(reference) => {
            let key = match keys {
                Keys::AsBefore => before.as_ref().and_then(|before| before.key.clone()),
                Keys::Of(key) => Some(key.clone()),
                Keys::Nobodys => None,
            };
            newest(plugin, reference, key, session)
        }
        Named::File | Named::Bundled => {
            if let Keys::Of(_) = keys {
                return Err(no_key_for_files(plugin));
            }
            file(policy)
        }
    };
    let found = found.map_err(|unusable| {
        let demanded = is_unsigned(&unusable) && matches!(keys, Keys::AsBefore);
        let trouble = wrong(unusable);
        match demanded {
            true => trouble.hint("the lock demands this signature since the plugin was accepted with a key; `--no-key` gives that up"),
            false => trouble,
        }
    })?;
    session.print(&provider::show(found.file.about(), session.out))?;
    let after = found.entry(source);
    session.print(&accepted::standing(before.as_ref(), &after, session.out))?;
    if before.as_ref() == Some(&after) {
        return Ok(());
    }
    if dry_run {
        session.say("nothing was written: this was a dry run");
        return Ok(());
    }
    let told = format!(
        "accepted `{}` in {}: put that file under version control",
        after.source,
        place.path.display()
    );
    place.put(after).map_err(|fault| wrong(fault.into()))?;
    session.say(&told);
    Ok(())
}

fn is_unsigned(unusable: &Unusable) -> bool {
    matches!(unusable, Unusable::Registry(RegistryError::Unsigned(_)))
}

/// Takes what the address leads to now, and keeps it for the runs to come.
fn newest(
    plugin: &str,
    reference: &Reference,
    key: Option<PublicKey>,
    session: &Session,
) -> Result<Candidate, Unusable> {
    let registry = Registry::open(reference, &plugins::access(session))?;
    let found = registry.newest(key.as_ref())?;
    let digest = Digest::of(&found.component);
    let origin = Origin::Registry(reference.to_string());
    let file = PluginFile::of(found.component.clone(), plugin, origin)?;
    plugins::keep(&found.component, session);
    Ok(Candidate {
        file,
        digest,
        manifest: Some(found.manifest),
        key,
    })
}

fn file(policy: &Policy) -> Result<Candidate, Unusable> {
    let plugin = &policy.provider.plugin;
    let path = policies::folder(policy).join(plugin);
    let bytes = component(&path)?;
    Ok(Candidate {
        digest: Digest::of(&bytes),
        file: PluginFile::of(bytes, plugin, Origin::File(path))?,
        manifest: None,
        key: None,
    })
}

impl Candidate {
    fn entry(&self, source: String) -> Entry {
        let about = self.file.about();
        Entry {
            source,
            name: about.name.clone(),
            version: about.version.clone(),
            api: about.api.clone(),
            digest: self.digest,
            manifest: self.manifest,
            memory_mib: about.memory_mib,
            needs: about.lines(),
            key: self.key.clone(),
        }
    }
}

fn no_key_for_files(plugin: &str) -> Trouble {
    Trouble::new(
        Exit::Invalid,
        format!("`{plugin}` is a file, and signatures are kept in registries"),
    )
    .hint("leave `--key` out: a file is known by its digest; or publish it by `muster provider push --sign`")
}
