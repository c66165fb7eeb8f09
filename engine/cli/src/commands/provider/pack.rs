//! `muster provider pack`: a component with its manifest and its settings' schema.

use crate::args::ProviderPackArgs;
use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;
use crate::{files, plugins};
use muster_host::PluginFile;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    let name = out.file_name().unwrap_or_default();
    let folder = out.parent().unwrap_or(Path::new(""));
    let folder = Some(folder).filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_owned);
    let mut draft = std::ffi::OsString::from(".");
    draft.push(name);
    draft.push(format!(".{}.draft.wasm", std::process::id()));
    let path = folder.join(&draft);
    fs::write(&path, packed).map_err(|error| trouble("written", out, &error))?;
    let read = PluginFile::read(&draft.to_string_lossy(), &folder);
    // That it stays harms nobody.
    let _ = fs::remove_file(&path);
    read.map_err(|error| {
        let mut trouble = plugins::unusable(&error);
        let (draft, out) = (draft.to_string_lossy(), out.display().to_string());
        trouble.summary = trouble.summary.replace(draft.as_ref(), &out);
        trouble
    })
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
