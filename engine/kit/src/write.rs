//! Putting a project into a folder, over nothing.

use crate::Project;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a project was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// The folder holds something.
    #[error("`{}` is there already, and is not empty", .folder.display())]
    Occupied {
        /// Which folder.
        folder: PathBuf,
    },
    /// It is no folder.
    #[error("`{}` is there already, and is no folder", .path.display())]
    NoFolder {
        /// What it is that is there.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("`{}` cannot be written", .path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// In the system's words.
        #[source]
        source: io::Error,
    },
}

impl WriteFault {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Occupied { .. } | Self::NoFolder { .. } => {
                "nothing is ever overwritten: name another folder with `--dir`"
            }
            Self::Write { .. } => "see whether the folder may be written to",
        }
    }
}

impl Project {
    /// Writes all files. The folder is made; if it is there, it must be empty. No
    /// file is ever overwritten.
    pub fn write(&self, folder: &Path) -> Result<(), WriteFault> {
        match fs::read_dir(folder) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    let folder = folder.to_owned();
                    return Err(WriteFault::Occupied { folder });
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                let path = folder.to_owned();
                return Err(WriteFault::NoFolder { path });
            }
            Err(_) => {}
        }
        for file in &self.files {
            let path = folder.join(&file.path);
            write_new(&path, &file.text).map_err(|source| WriteFault::Write { path, source })?;
        }
        Ok(())
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create_new(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Name};

    fn project() -> Project {
        Project::new(Name::parse("x").unwrap(), Language::Python)
    }

    #[test]
    fn everything_is_written_into_a_new_or_empty_folder() {
        let folder = tempfile::tempdir().unwrap();
        for place in [folder.path().join("a/b"), folder.path().join("c")] {
            project().write(&place).unwrap();
            for file in project().files {
                assert_eq!(
                    fs::read_to_string(place.join(&file.path)).unwrap(),
                    file.text
                );
            }
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let notes = folder.path().join("notes");
        fs::write(&notes, "mine").unwrap();
        let occupied = project().write(folder.path()).unwrap_err();
        assert!(
            matches!(occupied, WriteFault::Occupied { .. }),
            "{occupied}"
        );
        let file = project().write(&notes).unwrap_err();
        assert!(matches!(file, WriteFault::NoFolder { .. }), "{file}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(&notes).unwrap(), "mine");
    }
}
