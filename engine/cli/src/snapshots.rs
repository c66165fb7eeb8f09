//! Snapshots as files: where they are, and how they are opened.

use crate::archive::Archive;
use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_model::DirectoryName;
use muster_policy::Policy;
use muster_sync::snapshot::{self, Snapshot, Unreadable};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Where a directory's snapshot is, unless somebody says otherwise.
pub fn place(session: &Session, directory: &DirectoryName) -> PathBuf {
    let name = format!("{directory}.snapshot");
    session.state.join("snapshots").join(name)
}

/// Where a directory's pseudonymous snapshot is, unless somebody says otherwise.
pub fn place_of_pseudonyms(session: &Session, directory: &DirectoryName) -> PathBuf {
    let name = format!("{directory}.pseudonyms.snapshot");
    session.state.join("snapshots").join(name)
}

/// The newest complete read of a directory that is kept: recorded by hand, or by a
/// run.
pub fn latest(session: &Session, directory: &DirectoryName) -> Option<PathBuf> {
    let recorded = place(session, directory);
    let header = open(&recorded)
        .ok()
        .map(|snapshot| snapshot.header().clone());
    let of_run = Archive::of(session).latest(directory);
    match (header, of_run) {
        (Some(recorded), Some((path, kept))) if kept.recorded > recorded.recorded => Some(path),
        (Some(_), _) => Some(recorded),
        (None, kept) => kept.map(|(path, _)| path),
    }
}

/// Attributes of which sensitive fields are made.
pub fn hidden(policy: &Policy) -> BTreeSet<String> {
    let names = policy.attributes.iter().filter(|name| policy.hides(name));
    names.cloned().collect()
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
