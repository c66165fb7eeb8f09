//! What is looked at, and mended, before sled opens a database.
//!
//! Opening, sled writes a snapshot with the number of the last log and then
//! removes logs and the snapshot before. Killed in between, it leaves a snapshot
//! that no log follows; opened again, it writes a snapshot of the same number
//! over it and then removes "the one before", which is the only one there is.
//! All is lost then. An empty log put behind the snapshot keeps that from
//! happening.

use super::clean::Clean;
use super::frames::{self, End, Files};
use crate::contract::StoreError;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Where things lie in a state folder.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    pub(super) dir: PathBuf,
    pub(super) format: PathBuf,
    pub(super) clean: PathBuf,
    pub(super) db: PathBuf,
    /// A database that is being made.
    pub(super) draft: PathBuf,
    pub(super) metadata: PathBuf,
    pub(super) slabs: PathBuf,
}

impl Paths {
    pub(super) fn new(dir: &Path) -> Self {
        let db = dir.join("db");
        Self {
            dir: dir.to_owned(),
            format: dir.join("format"),
            clean: dir.join("clean"),
            draft: dir.join("db.new"),
            metadata: db.join("metadata"),
            slabs: db.join("slabs"),
            db,
        }
    }
}

/// What stood in the folder before sled opened it.
pub(super) struct Before {
    /// The mark of the last closing.
    pub(super) clean: Option<Clean>,
    /// Snapshot and logs.
    files: Vec<(PathBuf, Vec<u8>)>,
}

/// Makes sure that sled finds nothing that it would mistake or destroy. Takes
/// the mark of the last closing away.
pub(super) fn prepare(paths: &Paths) -> Result<Before, StoreError> {
    let clean = Clean::load(paths);
    let files = inspect(paths, clean.as_ref())?;
    let io = |source| StoreError::io("open", &paths.dir, source);
    mend(paths).map_err(io)?;
    match fs::remove_file(&paths.clean) {
        Ok(()) => sync_dir(&paths.dir).map_err(io)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(io(error)),
    }
    Ok(Before { clean, files })
}

impl Before {
    /// Puts snapshot and logs back as they were: pages are not written by an
    /// opening, and so nothing is lost. sled must not be called again.
    pub(super) fn put_back(self, paths: &Paths) -> io::Result<()> {
        let files = Files::list(&paths.metadata)?;
        for (path, bytes) in &self.files {
            let draft = path.with_extension("tmp");
            fs::write(&draft, bytes)?;
            File::open(&draft)?.sync_all()?;
            fs::rename(&draft, path)?;
        }
        let ours = |path: &PathBuf| self.files.iter().any(|(kept, _)| kept == path);
        let snapshots = files
            .snapshots
            .iter()
            .map(|id| frames::snapshot(&paths.metadata, *id));
        let logs = files
            .logs
            .iter()
            .map(|id| frames::log(&paths.metadata, *id));
        let mut new = snapshots.chain(logs).filter(|path| !ours(path));
        new.try_for_each(fs::remove_file)?;
        sync_dir(&paths.metadata)?;
        self.clean.map_or(Ok(()), |clean| clean.save(paths))
    }
}

/// Looks at the database's files without changing any; returns what the
/// snapshot and the logs hold.
pub(super) fn inspect(
    paths: &Paths,
    clean: Option<&Clean>,
) -> Result<Vec<(PathBuf, Vec<u8>)>, StoreError> {
    let damaged = |what: String| StoreError::damaged(&paths.dir, what);
    if !paths.slabs.is_dir() {
        return Err(damaged("the folder `db/slabs` is missing".to_owned()));
    }
    let files = Files::list(&paths.metadata)
        .map_err(|error| damaged(format!("the folder `db/metadata` cannot be read: {error}")))?;
    if let Some(strange) = files.strange.first() {
        return Err(damaged(format!(
            "`{}` should not be there",
            strange.display()
        )));
    }
    let Some(current) = files.current() else {
        return Err(damaged("no `db/metadata/snapshot_…` is there".to_owned()));
    };
    clean
        .map_or(Ok(()), |clean| clean.compare(paths))
        .map_err(damaged)?;
    let path = frames::snapshot(&paths.metadata, current);
    let mut kept = vec![read(paths, path, |read| read == (1, End::Whole))?];
    // Only the last log may end in the middle, and only after a crash.
    let last = files.live_logs().next_back();
    for id in files.live_logs() {
        let crashed = clean.is_none() && Some(id) == last;
        let path = frames::log(&paths.metadata, id);
        kept.push(read(paths, path, |(_, end)| match end {
            End::Whole => true,
            End::Unfinished => crashed,
            End::Bent => false,
        })?);
    }
    Ok(kept)
}

fn read(
    paths: &Paths,
    path: PathBuf,
    is_good: impl Fn((u64, End)) -> bool,
) -> Result<(PathBuf, Vec<u8>), StoreError> {
    let bytes = fs::read(&path).map_err(|source| StoreError::io("read", &path, source))?;
    if is_good(frames::read(&bytes)) {
        return Ok((path, bytes));
    }
    let what = format!("the file `{}` is not what was written", path.display());
    Err(StoreError::damaged(&paths.dir, what))
}

/// Clears away what a crash left, and puts a log behind the last snapshot.
fn mend(paths: &Paths) -> io::Result<()> {
    let files = Files::list(&paths.metadata)?;
    let Some(current) = files.current() else {
        return Ok(());
    };
    let older = files.snapshots.iter().filter(|id| **id < current);
    let older = older.map(|id| frames::snapshot(&paths.metadata, *id));
    let merged = files.logs.iter().filter(|id| **id <= current);
    let merged = merged.map(|id| frames::log(&paths.metadata, *id));
    let mut stale = files.drafts.iter().cloned().chain(older).chain(merged);
    stale.try_for_each(fs::remove_file)?;
    if files.live_logs().next().is_none() {
        File::create(frames::log(&paths.metadata, current + 1))?.sync_all()?;
        sync_dir(&paths.metadata)?;
    }
    Ok(())
}

/// How many commits the last log holds: tells, after a failed write, whether it
/// landed all the same.
pub(super) fn landed(paths: &Paths) -> io::Result<(u64, u64, End)> {
    let last = Files::list(&paths.metadata)?
        .logs
        .last()
        .copied()
        .unwrap_or(0);
    let (count, end) = frames::read(&fs::read(frames::log(&paths.metadata, last))?);
    Ok((last, count, end))
}

/// Makes a folder's list of files outlast a power cut.
pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn reopen(paths: &Paths) -> Option<Vec<u8>> {
        let config = ::sled::Config::new().path(&paths.db).flush_every_ms(None);
        let open = || config.open();
        // A database that was dropped holds its lock for a moment longer.
        let mut opened: io::Result<::sled::Db<16>> = open();
        for _ in 0..100 {
            if !opened
                .as_ref()
                .is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock)
            {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
            opened = open();
        }
        let db = opened.unwrap();
        db.get("key").unwrap().map(|value| value.to_vec())
    }

    /// A database as a kill in the middle of an opening leaves it: the new
    /// snapshot stands, the logs are gone, the next log is not yet there.
    fn killed_while_opening() -> (tempfile::TempDir, Paths) {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::new(dir.path());
        let config = ::sled::Config::new().path(&paths.db).flush_every_ms(None);
        let db: ::sled::Db<16> = config.open().unwrap();
        db.insert("key", b"value").unwrap();
        db.flush().unwrap();
        drop(db);
        assert!(reopen(&paths).is_some());
        for id in Files::list(&paths.metadata).unwrap().logs {
            fs::remove_file(frames::log(&paths.metadata, id)).unwrap();
        }
        (dir, paths)
    }

    #[test]
    fn a_kill_while_opening_loses_nothing() {
        let (_dir, paths) = killed_while_opening();
        for _ in 0..3 {
            prepare(&paths).unwrap();
            assert_eq!(reopen(&paths).as_deref(), Some(&b"value"[..]));
        }
    }

    /// If this fails, sled has been mended, and `mend` has one reason less.
    #[test]
    fn sled_by_itself_loses_everything_then() {
        let (_dir, paths) = killed_while_opening();
        reopen(&paths);
        assert_eq!(reopen(&paths), None);
    }

    /// A kill right after the new snapshot was put in its place.
    #[test]
    fn a_merged_log_is_not_read_again() {
        let (_dir, paths) = killed_while_opening();
        prepare(&paths).unwrap();
        let last = Files::list(&paths.metadata)
            .unwrap()
            .logs
            .last()
            .copied()
            .unwrap();
        let current = frames::snapshot(&paths.metadata, last - 1);
        fs::copy(current, frames::snapshot(&paths.metadata, last)).unwrap();
        for _ in 0..3 {
            prepare(&paths).unwrap();
            assert_eq!(reopen(&paths).as_deref(), Some(&b"value"[..]));
            assert_eq!(Files::list(&paths.metadata).unwrap().snapshots.len(), 1);
        }
    }
}
