//! The border to sled: whatever it does there, here it is a value or an error.
//!
//! sled is young. Read in its source and met in tests:
//! - damage shows as an error or as a panic, so that every call is guarded;
//! - after a failed flush the next one waits for ever, and closing flushes, so
//!   that a database that failed once is leaked and never touched again;
//! - its tidying of half-empty files writes whenever anything is closed, even
//!   after nothing but reading, and fails where a page is damaged; it is off;
//! - an iterator over a range reads on to the end of the tree, so that ranges
//!   are cut here.
//!
//! A batch on one tree is atomic over a crash: a flush writes the changed pages
//! to free places, syncs them, and then makes all of them current with a single
//! checksummed frame of its log.

use crate::contract::StoreError;
use crate::record::Unreadable;
use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Records per page. A record is some kilobytes; a page is written whole.
const FANOUT: usize = 16;

/// Pages that were read are not kept for long: a scan passes each once.
const CACHE: usize = 16 * 1024 * 1024;

/// Our own lock is taken already, so that sled's can only be held by a process
/// that another thread has just started, which lets go at once.
const LET_GO: Duration = Duration::from_secs(2);

type Db = ::sled::Db<FANOUT>;

/// Changes that land together.
pub(super) type Batch = ::sled::Batch;

/// An open database.
pub(super) struct Border {
    db: Option<Db>,
    /// True after a failure: sled must not be called again.
    failed: Cell<bool>,
    /// The state folder, for messages.
    dir: PathBuf,
}

impl Border {
    /// Opens the database in a folder, or makes one.
    pub(super) fn open(db: &Path, dir: &Path) -> Result<Self, StoreError> {
        let mut config = ::sled::Config::new()
            .path(db)
            .cache_capacity_bytes(CACHE)
            .flush_every_ms(None);
        // Free places are used again all the same.
        config.target_heap_file_fill_ratio = 0.0;
        let start = Instant::now();
        let opened = loop {
            let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
            match &opened {
                Ok(Err(error)) if is_locked(error) && start.elapsed() < LET_GO => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                _ => break opened,
            }
        };
        Ok(Self {
            db: Some(settle(dir, "open", opened)?),
            failed: Cell::new(false),
            dir: dir.to_owned(),
        })
    }

    /// Leaks the database as it is: nothing more is written.
    pub(super) fn leave(self) {
        self.failed.set(true);
    }

    fn db(&self) -> Result<&Db, StoreError> {
        match &self.db {
            Some(db) if !self.failed.get() => Ok(db),
            _ => Err(StoreError::Closed {
                path: self.dir.clone(),
            }),
        }
    }

    fn call<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, StoreError> {
        let done = settle(&self.dir, doing, catch_unwind(AssertUnwindSafe(work)));
        if done.is_err() {
            self.failed.set(true);
        }
        done
    }

    /// Reads one record.
    pub(super) fn get<T>(
        &self,
        key: &[u8],
        read: impl FnOnce(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<Option<T>, StoreError> {
        let db = self.db()?;
        let found = self.call("read", || db.get(key))?;
        let read = found.map(|record| read(&record)).transpose();
        read.map_err(|error| self.unreadable(error))
    }

    /// Hands out the records whose keys begin so, in order, with the rest of
    /// their keys.
    pub(super) fn each(
        &self,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), Unreadable>,
    ) -> Result<(), StoreError> {
        let mut records = self.db()?.range(prefix..);
        loop {
            let next = match self.call("read", || records.next().transpose()) {
                Ok(next) => next,
                Err(error) => {
                    // Dropping it would flush.
                    std::mem::forget(records);
                    return Err(error);
                }
            };
            let Some((key, record)) = next else {
                return Ok(());
            };
            let Some(rest) = key.strip_prefix(prefix) else {
                return Ok(());
            };
            visit(rest, &record).map_err(|error| self.unreadable(error))?;
        }
    }

    /// Writes all changes, durably, or none.
    pub(super) fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let db = self.db()?;
        self.call("write", || {
            db.apply_batch(batch)?;
            db.flush().map(drop)
        })
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.get()
    }

    pub(super) fn unreadable(&self, error: Unreadable) -> StoreError {
        match error {
            Unreadable::Newer { .. } => StoreError::Newer {
                path: self.dir.clone(),
                needs: format!("a later version ({error})"),
            },
            _ => StoreError::damaged(&self.dir, error.to_string()),
        }
    }
}

impl Drop for Border {
    fn drop(&mut self) {
        let db = self.db.take();
        if self.failed.get() {
            std::mem::forget(db);
        } else if catch_unwind(AssertUnwindSafe(|| drop(db))).is_err() {
            self.failed.set(true);
        }
    }
}

fn is_locked(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// Takes off the places in sled's source through which an error has come.
fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    let last = text.rsplit(" -> ").next().unwrap_or(&text);
    io::Error::new(error.kind(), last)
}

/// Turns what sled did into a value or an error.
fn settle<T>(
    dir: &Path,
    doing: &'static str,
    done: std::thread::Result<io::Result<T>>,
) -> Result<T, StoreError> {
    match done {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                StoreError::damaged(dir, format!("the database reports: {}", plain(error)))
            }
            _ => StoreError::io(doing, dir, plain(error)),
        }),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or(panic.downcast_ref::<&str>().copied())
                .unwrap_or("no reason given");
            Err(StoreError::damaged(
                dir,
                format!("the database gave up: {text}"),
            ))
        }
    }
}
