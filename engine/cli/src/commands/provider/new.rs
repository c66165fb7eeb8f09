//! `muster provider new`: a project to begin a plugin with.

use crate::args::{Lang, ProviderNewArgs};
use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_kit::{Language, Name, Project};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &ProviderNewArgs, session: &Session) -> Result<Exit, Trouble> {
    let name = Name::parse(&args.name)
        .map_err(|fault| Trouble::of(Exit::Invalid, &fault).hint(fault.hint()))?;
    let language = match args.lang {
        Lang::Rust => Language::Rust,
        Lang::Python => Language::Python,
        Lang::JavaScript => Language::JavaScript,
    };
    let project = Project::new(name, language);
    let named = || PathBuf::from(project.name.as_str());
    let folder = args.dir.clone().unwrap_or_else(named);
    project
        .write(&folder)
        .map_err(|fault| Trouble::of(Exit::Failed, &fault).hint(fault.hint()))?;
    session.print(&told(&project, &folder))?;
    Ok(Exit::Done)
}

/// What was made, and what to do next.
fn told(project: &Project, folder: &Path) -> String {
    let files = project.files.len();
    let mut text = format!("{files} files in {}\n\nNext:\n", folder.display());
    text.push_str(&format!("  cd {}\n", folder.display()));
    for step in project.steps() {
        text.push_str(&format!("  {step}\n"));
    }
    text.push_str("\nREADME.md says the rest.\n");
    text
}
