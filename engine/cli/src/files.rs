//! Files that are there as a whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Writes beside a file and moves it there: nobody ever finds half of it.
pub fn whole(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut name = path
        .file_name()
        .ok_or(io::ErrorKind::InvalidFilename)?
        .to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let mut out = File::create_new(&part)?;
    let written = write(&mut out)
        .and_then(|()| out.sync_all())
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // What is left over has no use; that it stays harms nobody.
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::io::Write;

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
}
