//! The mark of a store that was closed in order: what its files were then.
//!
//! It stands only while the store is closed. After a crash it is missing, and
//! the end of the last log may be torn; while it stands, every file of the
//! database must be exactly as long as it says, and any difference is damage.

use super::frames::{self, Files};
use super::guard::Paths;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;

/// What the database's files were when it was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Clean {
    /// Number of commits.
    pub(super) commits: u64,
    /// The last log, and its length.
    pub(super) log: Option<(u64, u64)>,
    /// Lengths of the files that hold pages.
    pub(super) pages: BTreeMap<String, u64>,
}

impl Clean {
    /// Reads the mark. A mark that makes no sense is none: it is only a help.
    pub(super) fn load(paths: &Paths) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(&paths.clean).ok()?).ok()
    }

    /// Takes the files' lengths.
    pub(super) fn take(paths: &Paths, commits: u64) -> io::Result<Self> {
        let mut pages = BTreeMap::new();
        for item in std::fs::read_dir(&paths.slabs)? {
            let item = item?;
            let length = item.metadata()?.len();
            if length > 0 {
                pages.insert(item.file_name().to_string_lossy().into_owned(), length);
            }
        }
        let log = match Files::list(&paths.metadata)?.logs.last() {
            Some(id) => Some((*id, frames::log(&paths.metadata, *id).metadata()?.len())),
            None => None,
        };
        Ok(Self {
            commits,
            log,
            pages,
        })
    }

    /// Writes the mark. It need not outlast a power cut.
    pub(super) fn save(&self, paths: &Paths) -> io::Result<()> {
        let draft = paths.clean.with_extension("tmp");
        std::fs::write(&draft, serde_json::to_vec(self)?)?;
        std::fs::rename(draft, &paths.clean)
    }

    /// Says what has become of the files since.
    pub(super) fn compare(&self, paths: &Paths) -> Result<(), String> {
        for (name, length) in &self.pages {
            let found = paths
                .slabs
                .join(name)
                .metadata()
                .map_or(0, |file| file.len());
            if found != *length {
                return Err(format!(
                    "the file `db/slabs/{name}` should have {length} bytes, and has {found}"
                ));
            }
        }
        let Some((id, length)) = self.log else {
            return Ok(());
        };
        let path = frames::log(&paths.metadata, id);
        let found = path.metadata().map_or(0, |file| file.len());
        if found != length {
            return Err(format!(
                "the file `db/metadata/log_{id:016x}` should have {length} bytes, and has {found}"
            ));
        }
        Ok(())
    }
}
