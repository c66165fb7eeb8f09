//! A file on a disk, read once from the beginning to the end.

use super::fingerprint::Fingerprint;
use crate::bindings::files::Info;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed, failed_hint};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Most that one call reads.
const CHUNK: u64 = 1 << 20;

/// A file on a disk that a plugin has open.
pub(super) struct LocalFile {
    file: File,
    path: PathBuf,
    opened: Fingerprint,
    read: u64,
}

impl LocalFile {
    /// Opens an ordinary file.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let unreadable = |error| unreadable(path, error);
        // Asked before it is opened: opening a pipe would wait for its writer.
        if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
            let message = format!("`{}` is no ordinary file", path.display());
            return Err(failed(FailureKind::Config, message));
        }
        let file = File::open(path).map_err(unreadable)?;
        let opened = Fingerprint::of(&file.metadata().map_err(unreadable)?);
        Ok(Self {
            file,
            path: path.to_owned(),
            opened,
            read: 0,
        })
    }

    /// What is known of it without reading it.
    pub fn info(&self) -> Info {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        Info {
            name: name.to_string_lossy().into_owned(),
            size: Some(self.opened.size),
            tag: self.tag(),
        }
    }

    /// Tells this version of the file from any other.
    pub fn tag(&self) -> Option<String> {
        self.opened.tag(SystemTime::now())
    }

    /// Reads on; at the end, the file must be as it was.
    pub fn read(&mut self, max: u32) -> Result<Vec<u8>, Failure> {
        let max = u64::from(max).min(CHUNK);
        let mut chunk = Vec::with_capacity(usize::try_from(max).unwrap_or(0));
        let count = (&self.file).take(max).read_to_end(&mut chunk);
        self.read += count.map_err(|error| unreadable(&self.path, error))? as u64;
        if chunk.is_empty() && max > 0 {
            self.unchanged()?;
        }
        Ok(chunk)
    }

    fn unchanged(&self) -> Result<(), Failure> {
        let here = self.file.metadata().map(|about| Fingerprint::of(&about));
        let there = std::fs::metadata(&self.path).map(|about| Fingerprint::of(&about));
        let same = |now: io::Result<Fingerprint>| now.is_ok_and(|now| now == self.opened);
        if same(here) && same(there) && self.read == self.opened.size {
            return Ok(());
        }
        Err(failed_hint(
            FailureKind::Drifted,
            format!("`{}` changed while it was read", self.path.display()),
            "write the file under another name and rename it when it is whole; then run again",
        ))
    }
}

/// Says in words why a path cannot be read.
pub(super) fn unreadable(path: &Path, error: io::Error) -> Failure {
    let (kind, hint) = match error.kind() {
        io::ErrorKind::NotFound => (
            FailureKind::Config,
            "check the path; it is relative to the policy's folder",
        ),
        io::ErrorKind::PermissionDenied => (
            FailureKind::Denied,
            "let the user that runs Muster read the file",
        ),
        _ => (
            FailureKind::Unavailable,
            "look at the disk, or at the network that the file is on",
        ),
    };
    failed_hint(
        kind,
        format!("`{}` cannot be read: {error}", path.display()),
        hint,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_end(change: impl FnOnce(&Path)) -> Result<Vec<u8>, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, "id\n1\n").unwrap();
        let mut file = LocalFile::open(&path).unwrap();
        assert_eq!(file.info().name, "people.csv");
        assert_eq!(file.read(100).unwrap(), b"id\n1\n");
        change(&path);
        file.read(100)
    }

    #[test]
    fn a_file_that_stays_as_it_is_ends_well() {
        assert_eq!(at_end(|_| ()).unwrap(), b"");
    }

    #[test]
    fn a_file_that_changes_is_noticed() {
        let other = |path: &Path| path.with_extension("new");
        let drifted =
            |change: &dyn Fn(&Path)| at_end(change).map_err(|failure| failure.kind).unwrap_err();
        let kind = FailureKind::Drifted.into();
        assert_eq!(drifted(&|path| std::fs::remove_file(path).unwrap()), kind);
        assert_eq!(
            drifted(&|path| {
                std::fs::write(other(path), "id\n1\n").unwrap();
                std::fs::rename(other(path), path).unwrap();
            }),
            kind
        );
        assert_eq!(
            drifted(&|path| {
                let written = File::options().write(true).open(path).unwrap();
                written.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            }),
            kind
        );
    }

    #[test]
    fn a_file_that_grows_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "12").unwrap();
        let mut file = LocalFile::open(&path).unwrap();
        assert_eq!(file.read(1).unwrap(), b"1");
        std::fs::write(&path, "123").unwrap();
        assert_eq!(file.read(9).unwrap(), b"23");
        assert_eq!(file.read(9).unwrap_err().kind, FailureKind::Drifted.into());
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let kind = |path: &Path| LocalFile::open(path).map(|_| ()).unwrap_err().kind;
        assert_eq!(kind(folder.path()), FailureKind::Config.into());
        assert_eq!(
            kind(&folder.path().join("none")),
            FailureKind::Config.into()
        );
    }
}
