//! A folder that the policy named: its files by name, and nothing below or above.

use super::local::unreadable;
use crate::bindings::files::Entry;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed, failed_hint};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Most files that a folder may have.
const FILES: usize = 10_000;

/// Lists the ordinary files of a folder, by name. A link is none: whoever may
/// put files there does not thereby choose what else is read.
pub(super) fn list(folder: &Path) -> Result<Vec<Entry>, Failure> {
    let failed_here = |error| unreadable(folder, error);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed_here)? {
        let entry = entry.map_err(failed_here)?;
        // A file may be gone by now, and a name that is no text cannot be asked
        // for.
        let (Ok(about), Ok(name)) = (entry.metadata(), entry.file_name().into_string()) else {
            continue;
        };
        if !about.is_file() {
            continue;
        }
        if entries.len() == FILES {
            return Err(failed_hint(
                FailureKind::Config,
                format!("`{}` holds more than {FILES} files", folder.display()),
                "move the old ones away",
            ));
        }
        let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
        let modified = about.modified().ok().and_then(since).unwrap_or_default();
        entries.push(Entry {
            name,
            size: about.len(),
            modified_ms: u64::try_from(modified.as_millis()).unwrap_or(u64::MAX),
        });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// The path of a file of the folder.
pub(super) fn inside(folder: &Path, name: &str) -> Result<PathBuf, Failure> {
    let odd = name.is_empty() || name == "." || name == ".." || name.contains(['/', '\\', '\0']);
    if odd {
        return Err(failed(
            FailureKind::Denied,
            format!("the plugin asked for `{name}`, which is no file's name"),
        ));
    }
    let path = folder.join(name);
    let about = fs::symlink_metadata(&path).map_err(|error| unreadable(&path, error))?;
    if about.file_type().is_symlink() {
        return Err(failed_hint(
            FailureKind::Denied,
            format!("`{}` is a link", path.display()),
            "put the file itself into the folder",
        ));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_own_files_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::write(path.join("b.csv"), "id").unwrap();
        fs::write(path.join("a.csv"), "").unwrap();
        fs::create_dir(path.join("c.csv")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/passwd", path.join("d.csv")).unwrap();
        let names: Vec<String> = list(path).unwrap().into_iter().map(|e| e.name).collect();
        assert_eq!(names, ["a.csv", "b.csv"]);
        assert_eq!(list(path).unwrap()[1].size, 2);
        assert!(inside(path, "a.csv").is_ok());
        for wrong in ["", ".", "..", "../a", "c/d", "d.csv", "a\0", "e.csv"] {
            assert!(inside(path, wrong).is_err(), "{wrong}");
        }
    }
}
