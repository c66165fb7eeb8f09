//! The files in which sled keeps what is current: snapshots and logs.
//!
//! Both are rows of frames: six bytes of length, two of checksum over these,
//! the content, four of checksum over all. sled stops reading a log at the first
//! bad frame without a word, and so forgets all commits after it; here that is
//! noticed before sled is let near.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

const HEAD: usize = 8;
const TAIL: usize = 4;

/// How a row of frames ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With the last byte of a frame.
    Whole,
    /// In the middle of a frame, or with one that is not what was written.
    Torn,
}

/// Counts the good frames, and says how the row ends.
pub(super) fn read(mut bytes: &[u8]) -> (u64, End) {
    let mut count = 0;
    while !bytes.is_empty() {
        let Some(rest) = after_frame(bytes) else {
            return (count, End::Torn);
        };
        count += 1;
        bytes = rest;
    }
    (count, End::Whole)
}

fn after_frame(bytes: &[u8]) -> Option<&[u8]> {
    let head @ [a, b, c, d, e, f, sum @ ..] = bytes.first_chunk::<HEAD>()?;
    let length = head.first_chunk::<6>()?;
    if (crc32fast::hash(length) as u16).to_le_bytes() != *sum {
        return None;
    }
    let length = u64::from_le_bytes([*a, *b, *c, *d, *e, *f, 0, 0]);
    let end = usize::try_from(length).ok()?.checked_add(HEAD)?;
    let (framed, rest) = bytes.split_at_checked(end)?;
    let (sum, rest) = rest.split_first_chunk::<TAIL>()?;
    // sled's way to tell an empty frame from zeroes.
    (crc32fast::hash(framed) ^ 0xAF == u32::from_le_bytes(*sum)).then_some(rest)
}

/// What lies in the folder of snapshots and logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) snapshots: BTreeSet<u64>,
    pub(super) logs: BTreeSet<u64>,
    /// Half-written snapshots.
    pub(super) drafts: Vec<PathBuf>,
    /// Names that sled would choke on.
    pub(super) strange: Vec<PathBuf>,
}

impl Files {
    pub(super) fn list(metadata: &Path) -> io::Result<Self> {
        let mut files = Self::default();
        for item in std::fs::read_dir(metadata)? {
            let path = item?.path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            if name.ends_with(".tmp") {
                files.drafts.push(path);
            } else if let Some(digits) = name.strip_prefix("snapshot_") {
                match number(digits) {
                    Some(id) => _ = files.snapshots.insert(id),
                    None => files.strange.push(path),
                }
            } else if let Some(digits) = name.strip_prefix("log_") {
                match number(digits) {
                    Some(id) => _ = files.logs.insert(id),
                    None => files.strange.push(path),
                }
            }
        }
        Ok(files)
    }

    /// The snapshot that counts.
    pub(super) fn current(&self) -> Option<u64> {
        self.snapshots.last().copied()
    }

    /// Logs that go on from the current snapshot.
    pub(super) fn live_logs(&self) -> impl DoubleEndedIterator<Item = u64> {
        let current = self.current();
        self.logs
            .iter()
            .copied()
            .filter(move |id| Some(*id) > current)
    }
}

pub(super) fn snapshot(metadata: &Path, id: u64) -> PathBuf {
    metadata.join(format!("snapshot_{id:016x}"))
}

pub(super) fn log(metadata: &Path, id: u64) -> PathBuf {
    metadata.join(format!("log_{id:016x}"))
}

fn number(digits: &str) -> Option<u64> {
    let plain = digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain
        .then(|| u64::from_str_radix(digits, 16).ok())
        .flatten()
}
