//! `muster init`: a working sample.

use crate::args::InitArgs;
use crate::exit::Exit;
use crate::sample::{FILES, POLICY, SampleFile};
use crate::session::Session;
use crate::trouble::Trouble;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &InitArgs, session: &Session) -> Result<Exit, Trouble> {
    let targets: Vec<(PathBuf, &SampleFile)> = FILES
        .iter()
        .map(|file| (args.dir.join(file.path), file))
        .collect();
    let taken: Vec<&Path> = targets
        .iter()
        .map(|(path, _)| path.as_path())
        .filter(|path| path.symlink_metadata().is_ok())
        .collect();
    if !taken.is_empty() {
        return Err(in_the_way(&taken));
    }
    for (path, file) in &targets {
        write_new(path, file.text).map_err(|error| {
            Trouble::new(
                Exit::Failed,
                format!("the sample's file `{}` cannot be written", path.display()),
            )
            .because(Some(&error))
        })?;
        session.say(&format!("wrote {}", path.display()));
    }
    session.say(&next_steps(&args.dir));
    Ok(Exit::Done)
}

fn in_the_way(taken: &[&Path]) -> Trouble {
    let names: Vec<String> = taken
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    Trouble::new(
        Exit::Failed,
        format!("nothing was written: {} is there already", names.join(", ")),
    )
    .hint("choose another folder: `muster init DIR`")
}

/// Writes a file that is not there yet; one that appears meanwhile is kept.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

fn next_steps(dir: &Path) -> String {
    let enter = if dir == Path::new(".") {
        String::new()
    } else {
        format!("  cd {}\n", dir.display())
    };
    format!(
        "\nNext:\n{enter}  muster plan {POLICY}     what a sync would change\n  muster apply {POLICY}    plan, show, ask, apply"
    )
}
