//! `muster provider push`: a plugin for others.

use crate::args::ProviderPushArgs;
use crate::exit::Exit;
use crate::plugins::{self, Unusable};
use crate::session::Session;
use crate::trouble::Trouble;
use muster_host::{Origin, PluginFile, component};
use muster_registry::{Digest, Package, Reference, Registry};

pub(super) fn run(args: &ProviderPushArgs, session: &Session) -> Result<Exit, Trouble> {
    let reference = address(&args.address)?;
    let key = args.sign.as_deref().map(super::keys::private).transpose()?;
    let name = args.component.display().to_string();
    let bytes = component(&args.component).map_err(|error| plugins::unusable(&error))?;
    // Nobody shall fetch what no Muster takes.
    let file = PluginFile::of(bytes.clone(), &name, Origin::File(args.component.clone()));
    let file = file.map_err(|error| plugins::unusable(&error))?;
    let about = file.about();
    let unpublished = |error: muster_registry::RegistryError| {
        Unusable::Registry(error).trouble(&args.component, session)
    };
    let registry = Registry::open(&reference, &plugins::access(session)).map_err(unpublished)?;
    let package = Package {
        bytes: &bytes,
        name: &about.name,
        version: &about.version,
        summary: &about.summary,
        imports: &about.imports,
        exports: &about.exports,
    };
    let manifest = registry.push(&package).map_err(unpublished)?;
    if let Some(key) = &key {
        registry.sign(manifest, key).map_err(unpublished)?;
    }
    session.print(&format!("{}@{manifest}\n", without_digest(&reference)))?;
    session.say(&format!(
        "published {} {} ({}){}",
        about.name,
        about.version,
        Digest::of(&bytes),
        match &key {
            Some(key) => format!("; whoever holds the other half believes {}", key.public()),
            None => "; not signed".to_owned(),
        }
    ));
    Ok(Exit::Done)
}

fn without_digest(reference: &Reference) -> String {
    format!("oci://{}/{}", reference.host(), reference.repository())
}

fn address(text: &str) -> Result<Reference, Trouble> {
    let wrong = |why: String| {
        let hint = "write `oci://HOST/REPOSITORY:TAG`";
        Trouble::new(Exit::Invalid, why).hint(hint)
    };
    let reference = Reference::parse(text).map_err(|error| wrong(error.to_string()))?;
    match reference.digest() {
        None => Ok(reference),
        Some(_) => Err(wrong(format!(
            "`{text}` names a digest, which only what is published has"
        ))),
    }
}
