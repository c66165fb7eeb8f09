//! Policies and their tests from the repository, with some files replaced.

use muster_policy::{Beside, Colour, Files, NamedText, Policy, check_with, render};
use muster_review::cases::{self, Checked};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Files of the disk, with others in the place of some.
#[derive(Clone, Default)]
pub struct Disk {
    pub replaced: BTreeMap<PathBuf, String>,
}

impl Disk {
    pub fn read(&self, path: &Path) -> Result<String, String> {
        let path = tidy(path);
        match self.replaced.get(&path) {
            Some(text) => Ok(text.clone()),
            None => fs::read_to_string(&path).map_err(|error| error.to_string()),
        }
    }

    /// Reads a file of tests.
    pub fn tests(&self, file: &Path) -> Checked {
        let text = self.read(file).unwrap();
        let folder = Folder {
            disk: self,
            folder: file.parent().unwrap().to_owned(),
        };
        cases::read(&shown(file), &text, &folder)
    }
}

/// As the repository calls a file.
pub fn shown(path: &Path) -> String {
    let path = tidy(path);
    path.strip_prefix(root())
        .unwrap_or(&path)
        .display()
        .to_string()
}

/// A path without `..`.
pub fn tidy(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                whole.pop();
            }
            std::path::Component::CurDir => {}
            part => whole.push(part),
        }
    }
    whole
}

struct Folder<'d> {
    disk: &'d Disk,
    folder: PathBuf,
}

impl Files for Folder<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        self.disk.read(&self.folder.join(path))
    }
}

impl cases::Beside for Folder<'_> {
    fn policy(&self, path: &str, values: Option<&str>) -> Result<Arc<Policy>, String> {
        let path = tidy(&self.folder.join(path));
        let text = self.disk.read(&path)?;
        let values = match values {
            Some(name) => Some((name, self.disk.read(&self.folder.join(name))?)),
            None => None,
        };
        let folder = Folder {
            disk: self.disk,
            folder: path.parent().unwrap().to_owned(),
        };
        let beside = Beside {
            files: &folder,
            values: values.as_ref().map(|(name, text)| NamedText { name, text }),
        };
        let checked = check_with(&shown(&path), &text, &beside);
        let wrong = render(&checked.diagnostics, &checked, Colour::Never);
        checked.policy.map(Arc::new).ok_or(wrong)
    }

    fn bytes(&self, path: &str) -> Result<Arc<Vec<u8>>, String> {
        let bytes = fs::read(self.folder.join(path)).map_err(|error| error.to_string())?;
        Ok(Arc::new(bytes))
    }
}
