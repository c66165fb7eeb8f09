//! Files that are there as a whole or not at all.

use crate::exit::Exit;
use crate::trouble::Trouble;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes beside a file and moves it there: nobody ever finds half of it.
pub fn whole(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let out = OpenOptions::new().write(true).create_new(true).clone();
    moved(path, &out, write)
}

/// The same, for the owner's eyes only.
pub fn private(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    moved(path, &for_the_owner(), write)
}

/// A file beside another one, for the owner's eyes only, that is gone once it is
/// let go of.
pub fn scratch(path: &Path) -> io::Result<Scratch> {
    let path = beside(path, "scratch")?;
    let file = for_the_owner().read(true).open(&path)?;
    Ok(Scratch { file, path })
}

/// A file that is gone once it is let go of.
pub struct Scratch {
    pub file: File,
    path: PathBuf,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // That it stays harms nobody but the disk.
        let _ = fs::remove_file(&self.path);
    }
}

/// A file that is written bit by bit, for the owner's eyes only, and is there once
/// it is kept.
pub struct Pending {
    part: Scratch,
    path: PathBuf,
}

impl Pending {
    /// Begins to write beside the place where the file will be.
    pub fn begin(path: &Path) -> io::Result<Self> {
        Ok(Self {
            part: scratch(path)?,
            path: path.to_owned(),
        })
    }

    /// Another handle of it, to write through.
    pub fn handle(&self) -> io::Result<File> {
        self.part.file.try_clone()
    }

    /// Moves it to its place.
    pub fn keep(self) -> io::Result<()> {
        self.part.file.sync_all()?;
        fs::rename(&self.part.path, &self.path)
    }
}

/// Makes a folder and those above it, for the owner's eyes only.
pub fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn for_the_owner() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(path: &Path, ending: &str) -> io::Result<PathBuf> {
    let mut name = path
        .file_name()
        .ok_or(io::ErrorKind::InvalidFilename)?
        .to_owned();
    name.push(format!(".{}.{ending}", std::process::id()));
    Ok(path.with_file_name(name))
}

fn moved(
    path: &Path,
    options: &OpenOptions,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let part = beside(path, "part")?;
    let mut out = options.open(&part)?;
    let written = write(&mut out)
        .and_then(|()| out.sync_all())
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // What is left over has no use; that it stays harms nobody.
        let _ = fs::remove_file(&part);
    }
    written
}

/// What a file that cannot be written means for its user.
pub fn unwritable(path: &Path, error: &io::Error) -> Trouble {
    let summary = format!("`{}` cannot be written", path.display());
    Trouble::new(Exit::Failed, summary).because(Some(error))
}

/// Why a file cannot be read, as part of a sentence.
pub fn why(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotFound => match fs::read_link(path) {
            Ok(target) => format!("it is a link to `{}`, which is not there", target.display()),
            Err(_) => error.to_string(),
        },
        _ => error.to_string(),
    }
}

/// Replaces a file's text, if it still is what it was when it was read: rights
/// stay, and a link stays a link.
pub fn replace(path: &Path, old: &str, new: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let rights = fs::metadata(&path)?.permissions();
    if fs::read(&path)? != old.as_bytes() {
        return Err(io::Error::other("it has changed meanwhile"));
    }
    whole(&path, |out| {
        out.write_all(new.as_bytes())?;
        out.set_permissions(rights)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_fails_half_way_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan");
        whole(&path, |out| out.write_all(b"first")).unwrap();
        let failed = whole(&path, |out| {
            out.write_all(b"sec")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_rights_and_its_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        replace(&link, "old", "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(link.is_symlink());
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert!(
            replace(&file, "old", "newer").is_err(),
            "somebody else wrote"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_private_is_read_by_nobody_else() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let inner = folder.path().join("a/b");
        private_folder(&inner).unwrap();
        private_folder(&inner).unwrap();
        assert_eq!(
            (mode(&inner), mode(&folder.path().join("a"))),
            (0o700, 0o700)
        );
        let path = inner.join("people");
        fs::write(&path, b"for all to see").unwrap();
        let scratch = scratch(&path).unwrap();
        assert_eq!(mode(&scratch.path), 0o600);
        private(&path, |out| out.write_all(b"people")).unwrap();
        assert_eq!(mode(&path), 0o600);
        drop(scratch);
        assert_eq!(inner.read_dir().unwrap().count(), 1);
    }
}
