//! One process at a time holds a state folder.
//!
//! The operating system holds the lock, so it goes with its process, however
//! that ends; the file's text only tells others who it is.

use crate::contract::StoreError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// How often a waiting process looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Who opens a state folder, and how long they would wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    command: String,
    wait: Duration,
}

impl Opening {
    /// Opens for a command, which others are shown while it holds the folder.
    /// Does not wait.
    pub fn by(command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            wait: Duration::ZERO,
        }
    }

    /// Waits as long as this for another process to let go.
    pub fn waiting(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }
}

/// Who holds a state folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// The command that it runs.
    pub command: String,
    /// Since when, RFC 3339 in UTC.
    pub since: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pid,
            command,
            since,
        } = self;
        write!(f, "process {pid} (`{command}`, since {since})")
    }
}

/// Holds the folder until it is dropped.
#[derive(Debug)]
pub(crate) struct FolderLock(#[expect(dead_code, reason = "held, not read")] File);

impl FolderLock {
    /// Takes the lock, or says who has it.
    pub(crate) fn take(dir: &Path, opening: &Opening) -> Result<Self, StoreError> {
        let path = dir.join("lock");
        let io = |source| StoreError::io("lock", &path, source);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).map_err(io)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(io(source)),
                Err(TryLockError::WouldBlock) if start.elapsed() >= opening.wait => {
                    return Err(StoreError::InUse {
                        path: dir.to_owned(),
                        holder: read(&mut file),
                    });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK_AGAIN),
            }
        }
        // What stands there is only for show: that it could not be written
        // (a full disk) must not keep anybody from reading.
        if let Err(error) = write(&mut file, opening) {
            tracing::warn!(%error, path = %path.display(), "cannot say who holds the state");
        }
        Ok(Self(file))
    }
}

fn write(file: &mut File, opening: &Opening) -> std::io::Result<()> {
    let holder = Holder {
        pid: std::process::id(),
        command: opening.command.clone(),
        since: format!("{:.0}", jiff::Timestamp::now()),
    };
    file.set_len(0)?;
    file.rewind()?;
    serde_json::to_writer(&*file, &holder)?;
    file.write_all(b"\n")
}

/// The holder, unless it is just about to write its name.
fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(4096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn the_second_is_told_who_is_first() {
        let dir = tempfile::tempdir().unwrap();
        let first = FolderLock::take(dir.path(), &Opening::by("muster sync")).unwrap();
        let refused = FolderLock::take(dir.path(), &Opening::by("muster plan")).unwrap_err();
        let StoreError::InUse {
            holder: Some(holder),
            ..
        } = &refused
        else {
            panic!("{refused}")
        };
        assert_eq!(holder.pid, std::process::id());
        assert_eq!(holder.command, "muster sync");
        let text = refused.to_string();
        assert!(
            text.contains("`muster sync`") && text.contains(&holder.since),
            "{text}"
        );
        drop(first);
        // A process that another test has just started may still have a copy.
        let patient = Opening::by("muster plan").waiting(Duration::from_secs(5));
        FolderLock::take(dir.path(), &patient).unwrap();
    }

    #[test]
    fn a_patient_one_gets_its_turn() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let first = FolderLock::take(dir, &Opening::by("first")).unwrap();
        std::thread::scope(|scope| {
            let patient = Opening::by("second").waiting(Duration::from_secs(20));
            let second = scope.spawn(move || FolderLock::take(dir, &patient).map(drop));
            std::thread::sleep(Duration::from_millis(60));
            drop(first);
            second.join().unwrap().unwrap();
        });
    }
}
