//! Where a lock lies, and how it calls a policy's plugin.

use super::{Entry, Lock, LockFault};
use crate::reference::Reference;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// The file's name.
pub const FILE: &str = "muster.lock";

/// Whether a lock is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// In the policy's folder, or in one above it.
    There,
    /// Nowhere: it would be made beside the policy.
    Nowhere,
}

/// The lock that counts for a policy's folder.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// What it says; nothing if it is not there.
    pub lock: Lock,
    /// Whether it is there.
    pub found: Found,
    /// The policy's folder, from the root.
    pub(super) policies: PathBuf,
}

impl Place {
    /// Finds the nearest lock, in the policy's folder or in one above it, and
    /// reads it.
    ///
    /// # Errors
    /// [`LockFault`] for a lock that cannot be used: none farther up stands in.
    pub fn of(policies: &Path) -> Result<Self, LockFault> {
        let policies = absolute(policies)?;
        for folder in policies.ancestors() {
            let path = folder.join(FILE);
            match read(&path) {
                Ok(text) => {
                    known_owner(&path, &policies)?;
                    let lock = Lock::parse(&text).map_err(|source| LockFault::In {
                        path: path.clone(),
                        source: Box::new(source),
                    })?;
                    return Ok(Self {
                        path,
                        lock,
                        found: Found::There,
                        policies,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {}
                Err(source) => return Err(LockFault::Read { path, source }),
            }
        }
        Ok(Self {
            path: policies.join(FILE),
            lock: Lock::default(),
            found: Found::Nowhere,
            policies,
        })
    }

    /// How the lock calls a plugin that a policy here names: an address in a
    /// registry as it is in full, a file relative to the lock's folder.
    ///
    /// # Errors
    /// [`LockFault::Path`] for a folder whose name is no text.
    pub fn source(&self, plugin: &str) -> Result<String, LockFault> {
        if let Ok(reference) = Reference::parse(plugin) {
            return Ok(reference.to_string());
        }
        let path = normal(&self.policies.join(plugin));
        if Path::new(plugin).is_absolute() {
            return text(&path);
        }
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let shared = folder.components().zip(path.components());
        let shared = shared.take_while(|(ours, theirs)| ours == theirs).count();
        let up = folder
            .components()
            .skip(shared)
            .map(|_| OsString::from(".."));
        let first = match folder.components().count() == shared {
            true => Some(OsString::from(".")),
            false => None,
        };
        let down = path.components().skip(shared);
        let down = down.map(|part| part.as_os_str().to_owned());
        let parts: Vec<OsString> = first.into_iter().chain(up).chain(down).collect();
        text(&parts.iter().collect::<PathBuf>())
    }

    /// Puts an entry into the file, whatever else was written there meanwhile.
    /// Nobody ever finds half of a lock.
    ///
    /// # Errors
    /// [`LockFault::Moved`] if somebody else has changed this very entry since
    /// the lock was read: what was shown is no longer what is replaced.
    pub fn put(&self, entry: Entry) -> Result<(), LockFault> {
        let unwritten = |source| LockFault::Write {
            path: self.path.clone(),
            source,
        };
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        // Whoever holds the folder is the only one who writes; it is let go of
        // when the file is closed.
        let held = File::open(folder).map_err(unwritten)?;
        held.lock().map_err(unwritten)?;
        let mut lock = match read(&self.path) {
            Ok(text) => Lock::parse(&text).map_err(|source| LockFault::In {
                path: self.path.clone(),
                source: Box::new(source),
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Lock::default(),
            Err(error) => return Err(unwritten(error)),
        };
        if lock.entry(&entry.source) != self.lock.entry(&entry.source) {
            return Err(LockFault::Moved {
                path: self.path.clone(),
                source_name: entry.source,
            });
        }
        lock.put(entry);
        whole(&self.path, &lock.to_string()).map_err(unwritten)
    }
}

/// A lock is small; a large file is none.
const LARGEST: u64 = 4 << 20;

fn read(path: &Path) -> io::Result<String> {
    let about = fs::metadata(path)?;
    if !about.is_file() || about.len() > LARGEST {
        let why = "it is no file, or too large";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    fs::read_to_string(path)
}

/// INVARIANT: a lock above the policy's folder was written by somebody who could
/// have written the policy as well. Otherwise whoever may write into a folder
/// that all share could permit a plugin.
#[cfg(unix)]
fn known_owner(path: &Path, policies: &Path) -> Result<(), LockFault> {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| {
        let about = fs::metadata(path);
        about
            .map(|about| about.uid())
            .map_err(|source| LockFault::Read {
                path: path.to_owned(),
                source,
            })
    };
    let lock = owner(path)?;
    if lock == 0 || lock == owner(policies)? {
        return Ok(());
    }
    Err(LockFault::Stranger {
        path: path.to_owned(),
    })
}

#[cfg(not(unix))]
fn known_owner(_: &Path, _: &Path) -> Result<(), LockFault> {
    Ok(())
}

fn absolute(path: &Path) -> Result<PathBuf, LockFault> {
    let path = match path.as_os_str().is_empty() {
        true => Path::new("."),
        false => path,
    };
    let absolute = std::path::absolute(path);
    let absolute = absolute.map_err(|source| LockFault::Read {
        path: path.to_owned(),
        source,
    })?;
    Ok(normal(&absolute))
}

/// An absolute path without detours. Links are not followed: a policy's plugin
/// is called as the policy calls it, and what the name leads to is known by its
/// digest.
fn normal(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    whole
}

fn text(path: &Path) -> Result<String, LockFault> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| LockFault::Path {
        path: path.to_owned(),
    })
}

/// Writes beside the file and moves it there; a link stays a link, and rights
/// stay.
fn whole(path: &Path, text: &str) -> io::Result<()> {
    let path = match path.canonicalize() {
        Ok(path) => path,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let part = path.with_file_name(format!(".{FILE}.{}", std::process::id()));
    // What a killed process with this number left behind is in the way.
    let _ = fs::remove_file(&part);
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&part)
        .and_then(|mut out| {
            if let Ok(about) = fs::metadata(&path) {
                out.set_permissions(about.permissions())?;
            }
            out.write_all(text.as_bytes())?;
            out.sync_all()
        })
        .and_then(|()| fs::rename(&part, &path));
    if written.is_err() {
        // What is left over has no use; that it stays harms nobody.
        let _ = fs::remove_file(&part);
    }
    written
}
