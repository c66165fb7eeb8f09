//! Components that were fetched, kept on this machine by their digest.
//!
//! INVARIANT: what comes out of the cache has the digest that was asked for. It
//! is hashed each time: whoever can write into the cache changes no plugin.

use crate::digest::Digest;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A folder with components.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// Why a component does not come out of the cache, or into it.
#[derive(Debug, thiserror::Error)]
pub enum CacheFault {
    /// It is not what was put there.
    #[error("`{}` has been altered: it is {found}, and {wanted} was put there", .path.display())]
    Altered {
        /// Which file.
        path: PathBuf,
        /// What it should be.
        wanted: Digest,
        /// What it is.
        found: Digest,
    },
    /// It cannot be read.
    #[error("`{}` cannot be read", .path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// In the system's words.
        #[source]
        source: io::Error,
    },
    /// It cannot be written.
    #[error("`{}` cannot be written", .path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// In the system's words.
        #[source]
        source: io::Error,
    },
}

impl CacheFault {
    /// Says what to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Altered { path, .. } => format!(
                "find out who wrote there, and remove the file: it is fetched again (rm {})",
                crate::words::quoted(path)
            ),
            Self::Read { .. } | Self::Write { .. } => "check the rights of that folder".to_owned(),
        }
    }
}

impl Cache {
    /// A cache in this folder, which is made when something is put there.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Where a component is, if it is there.
    pub fn path(&self, digest: Digest) -> PathBuf {
        self.folder.join(format!("{}.wasm", digest.hex()))
    }

    /// Takes a component out; none if it is not there.
    ///
    /// # Errors
    /// [`CacheFault::Altered`] if it is not what was put there.
    pub fn get(&self, digest: Digest) -> Result<Option<Vec<u8>>, CacheFault> {
        let path = self.path(digest);
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CacheFault::Read { path, source }),
        };
        match Digest::of(&bytes) {
            found if found == digest => Ok(Some(bytes)),
            found => Err(CacheFault::Altered {
                path,
                wanted: digest,
                found,
            }),
        }
    }

    /// Puts a component there, as a whole or not at all.
    ///
    /// # Errors
    /// [`CacheFault::Write`] if the folder cannot be written.
    pub fn put(&self, bytes: &[u8]) -> Result<(), CacheFault> {
        let path = self.path(Digest::of(bytes));
        self.write(&path, bytes)
            .map_err(|source| CacheFault::Write { path, source })
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        private_folder(&self.folder)?;
        let part = path.with_extension(format!("{}.part", std::process::id()));
        // What a killed process with this number left behind is in the way.
        let _ = fs::remove_file(&part);
        let written = fs::File::create_new(&part)
            .and_then(|mut out| out.write_all(bytes).and_then(|()| out.sync_all()))
            .and_then(|()| fs::rename(&part, path));
        if written.is_err() {
            // What is left over has no use; that it stays harms nobody.
            let _ = fs::remove_file(&part);
        }
        written
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let about = fs::metadata(path)?;
    if !about.is_file() || about.len() > crate::package::LARGEST {
        let why = "it is no file, or too large";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    fs::read(path)
}

/// Others may not even see which plugins somebody runs.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_altered_does_not_come_out() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(folder.path().join("a/b"));
        let digest = Digest::of(b"component");
        assert_eq!(cache.get(digest).unwrap(), None);
        cache.put(b"component").unwrap();
        cache.put(b"component").unwrap();
        assert_eq!(cache.get(digest).unwrap().unwrap(), b"component");
        assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 1);
        fs::write(cache.path(digest), b"compOnent").unwrap();
        let fault = cache.get(digest).unwrap_err();
        assert!(matches!(fault, CacheFault::Altered { wanted, .. } if wanted == digest));
        assert!(fault.hint().contains("rm "), "{}", fault.hint());
        fs::remove_file(cache.path(digest)).unwrap();
        fs::create_dir(cache.path(digest)).unwrap();
        assert!(matches!(cache.get(digest), Err(CacheFault::Read { .. })));
    }
}
