//! A state folder: what it is, how it is made, who may enter.
//!
//! | file | is |
//! | --- | --- |
//! | `format` | what this folder is, and for which program |
//! | `lock` | held by the one process that is inside |
//! | `db/` | the database |
//! | `clean` | the mark of an orderly closing |

use super::border::{Batch, Border};
use super::guard::{Paths, sync_dir};
use super::keys;
use super::meta::Meta;
use crate::contract::StoreError;
use crate::record::to_json;
use std::fs::{self, File};
use std::io::{self, Write};

/// The version of the folder that this program makes and reads.
const FORMAT: u32 = 1;
const TITLE: &str = "muster state ";
const NEEDS: &str = "needs ";

/// What a folder turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A state that this program can read.
    State,
    /// Nothing, or the beginning of a state that was never finished.
    Nothing,
}

/// Reads the folder's format; changes nothing.
pub(super) fn look(paths: &Paths) -> Result<Found, StoreError> {
    let text = match fs::read_to_string(&paths.format) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
        Err(error) => return Err(StoreError::io("read", &paths.format, error)),
    };
    let mut lines = text.lines();
    let title = lines.next().and_then(|line| line.strip_prefix(TITLE));
    let Some(version) = title.and_then(|version| version.parse::<u32>().ok()) else {
        return Err(StoreError::NotAState {
            path: paths.dir.clone(),
        });
    };
    if version <= FORMAT {
        return Ok(Found::State);
    }
    let needs = lines.find_map(|line| line.strip_prefix(NEEDS));
    Err(StoreError::Newer {
        path: paths.dir.clone(),
        needs: needs.unwrap_or("a later version of muster").to_owned(),
    })
}

/// Makes the folder itself, for its owner's eyes only: it holds personal data
/// and the key that seals plans.
pub(super) fn make(paths: &Paths) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(&paths.dir)
        .map_err(|source| StoreError::io("create", &paths.dir, source))
}

/// Makes an empty state. Until the last step, which writes `format`, the folder
/// holds none, and the next try begins again.
pub(super) fn create(paths: &Paths) -> Result<(), StoreError> {
    let io = |source| StoreError::io("create", &paths.dir, source);
    if !paths.db.exists() {
        match fs::remove_dir_all(&paths.draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        let meta = Meta::new(&paths.dir)?;
        let border = Border::open(&paths.draft, &paths.dir)?;
        let mut batch = Batch::default();
        batch.insert(keys::META, to_json(&meta).unwrap_or_default());
        border.write(batch)?;
        drop(border);
        fs::rename(&paths.draft, &paths.db).map_err(io)?;
        sync_dir(&paths.dir).map_err(io)?;
    }
    write_format(paths).map_err(io)
}

fn write_format(paths: &Paths) -> io::Result<()> {
    let draft = paths.format.with_extension("tmp");
    let mut file = File::create(&draft)?;
    write!(
        file,
        "{TITLE}{FORMAT}\n\
         {NEEDS}muster {} or later\n\
         This folder holds the accounts of an intranet. Change nothing in it by hand;\n\
         `muster state export` writes all of it as text.\n",
        env!("CARGO_PKG_VERSION")
    )?;
    file.sync_all()?;
    fs::rename(draft, &paths.format)?;
    sync_dir(&paths.dir)
}
