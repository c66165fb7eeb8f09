//! Snapshots as files: where they are, and how they are opened.

use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_model::DirectoryName;
use muster_sync::snapshot::{self, Snapshot, Unreadable};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Where a directory's snapshot is, unless somebody says otherwise.
pub fn place(session: &Session, directory: &DirectoryName) -> PathBuf {
    let name = format!("{directory}.snapshot");
    session.state.join("snapshots").join(name)
}

/// Opens a snapshot.
pub fn open(path: &Path) -> Result<Snapshot<'static>, Trouble> {
    let file = File::open(path).map_err(|error| {
        Trouble::new(
            Exit::Failed,
            format!("the snapshot `{}` cannot be read", path.display()),
        )
        .because(Some(&error))
        .hint("`muster snapshot record POLICY` makes one")
    })?;
    snapshot::read(file).map_err(|error| unusable(path, &error))
}

/// What it means that a file is no snapshot, or not a whole one.
pub fn unusable(path: &Path, error: &Unreadable) -> Trouble {
    let summary = format!("the snapshot `{}` cannot be used", path.display());
    Trouble::new(Exit::Failed, summary)
        .because(Some(error))
        .hint(error.hint())
}
