//! The files in which sled keeps what is current: snapshots and logs.
//!
//! Both are rows of frames: six bytes of length, two of checksum over these,
//! the content, four of checksum over all. sled stops reading a log at the first
//! bad frame, or the first that the operating system fails to deliver, without a
//! word, and forgets all commits after it; here that is noticed before sled is
//! let near.

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
    /// With a frame that a crash may have kept from being written.
    Unfinished,
    /// With one that is not what was written.
    Bent,
}

/// Counts the good frames, and says how the row ends.
pub(super) fn read(mut bytes: &[u8]) -> (u64, End) {
    let mut count = 0;
    while !bytes.is_empty() {
        match next(bytes) {
            Ok(rest) => bytes = rest,
            Err(end) => return (count, end),
        }
        count += 1;
    }
    (count, End::Whole)
}

/// What comes after the first frame.
fn next(bytes: &[u8]) -> Result<&[u8], End> {
    let Some(head) = bytes.first_chunk::<HEAD>() else {
        return Err(End::Unfinished);
    };
    let Some(end) = length(head) else {
        let zeroes = bytes.iter().all(|byte| *byte == 0);
        return Err(if zeroes { End::Unfinished } else { End::Bent });
    };
    let framed = bytes.split_at_checked(end);
    let Some((framed, (sum, rest))) =
        framed.and_then(|(framed, rest)| Some((framed, rest.split_first_chunk::<TAIL>()?)))
    else {
        return Err(End::Unfinished);
    };
    // sled's way to tell an empty frame from zeroes.
    if crc32fast::hash(framed) ^ 0xAF == u32::from_le_bytes(*sum) {
        Ok(rest)
    } else if rest.is_empty() {
        Err(End::Unfinished)
    } else {
        Err(End::Bent)
    }
}

/// The length of a frame without its last checksum, if its head is good.
fn length(head: &[u8; HEAD]) -> Option<usize> {
    let [a, b, c, d, e, f, sum @ ..] = head;
    let length = [*a, *b, *c, *d, *e, *f];
    if (crc32fast::hash(&length) as u16).to_le_bytes() != *sum {
        return None;
    }
    let length = u64::from_le_bytes([*a, *b, *c, *d, *e, *f, 0, 0]);
    usize::try_from(length).ok()?.checked_add(HEAD)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn frame(content: &[u8]) -> Vec<u8> {
        let mut frame = (content.len() as u64).to_le_bytes().to_vec();
        let sum = (crc32fast::hash(&frame[..6]) as u16).to_le_bytes();
        frame[6..].copy_from_slice(&sum);
        frame.extend_from_slice(content);
        let sum = (crc32fast::hash(&frame) ^ 0xAF).to_le_bytes();
        frame.extend_from_slice(&sum);
        frame
    }

    #[test]
    fn an_unfinished_end_is_told_from_a_bent_one() {
        let row = [frame(b"first"), frame(b""), frame(b"third")].concat();
        assert_eq!(read(&row), (3, End::Whole));
        assert_eq!(read(b""), (0, End::Whole));
        let second = frame(b"first").len();
        for len in 1..second {
            assert_eq!(read(&row[..len]), (0, End::Unfinished), "{len}");
        }
        for at in 0..second {
            let mut bent = row.clone();
            bent[at] ^= 1;
            // A length that reaches beyond the file looks like an unfinished frame,
            // but for the checksum of the length.
            assert_eq!(read(&bent), (0, End::Bent), "{at}");
        }
        let mut last = row.clone();
        *last.last_mut().unwrap() ^= 1;
        assert_eq!(read(&last), (2, End::Unfinished));
        let zeroes = [row.as_slice(), &[0; 100]].concat();
        assert_eq!(read(&zeroes), (3, End::Unfinished));
    }
}
