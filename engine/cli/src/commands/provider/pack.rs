//! `muster provider pack`: a component with its manifest and its settings' schema.

use crate::args::ProviderPackArgs;
use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;
use crate::{files, plugins};
use muster_host::{Origin, PluginFile};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

pub(super) fn run(args: &ProviderPackArgs, session: &Session) -> Result<Exit, Trouble> {
    let component = fs::read(&args.component).map_err(|e| trouble("read", &args.component, &e))?;
    let manifest = text(&args.manifest)?;
    let settings = text(&args.settings)?;
    let packed = muster_kit::packed(&component, &manifest, &settings).map_err(|fault| {
        let file = args.component.display();
        Trouble::new(Exit::Invalid, format!("`{file}` cannot be packed"))
            .because(Some(&fault))
            .hint("give the component that your toolchain has built")
    })?;
    let out = args.out.as_ref().unwrap_or(&args.component);
    let plugin = checked(&packed, out)?;
    files::whole(out, |file| file.write_all(&packed))
        .map_err(|error| trouble("written", out, &error))?;
    let about = plugin.about();
    session.print(&format!(
        "{}: {} {}, {} bytes, sha256:{}\n",
        out.display(),
        about.name,
        about.version,
        about.size,
        about.digest
    ))?;
    Ok(Exit::Done)
}

/// Reads the result back as a plan would, before it stands anywhere.
fn checked(packed: &[u8], out: &Path) -> Result<PluginFile, Trouble> {
    let origin = Origin::File(out.to_owned());
    PluginFile::of(packed.to_owned(), &out.display().to_string(), origin)
        .map_err(|error| plugins::unusable(&error))
}

fn text(path: &Path) -> Result<String, Trouble> {
    fs::read_to_string(path).map_err(|error| trouble("read", path, &error))
}

fn trouble(done: &str, path: &Path, error: &io::Error) -> Trouble {
    let summary = format!("`{}` cannot be {done}", path.display());
    let mut trouble = Trouble::new(Exit::Failed, summary);
    trouble.causes.push(files::why(path, error));
    trouble
}
