//! The digest of a snapshot: equal for equal sets of entries, in whatever order
//! and on whatever pages they came.

use muster_model::EntryView;
use std::fmt::Write;

/// Adds up the entries' digests: a sum does not know an order.
#[derive(Clone, Debug, Default)]
pub(crate) struct SnapshotDigest {
    sum: [u64; 4],
    entries: u64,
    buffer: Vec<u8>,
}

impl SnapshotDigest {
    pub(crate) fn add(&mut self, entry: EntryView<'_>) {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        entry.write_canonical(&mut |bytes| buffer.extend_from_slice(bytes));
        let digest = blake3::hash(&buffer);
        self.buffer = buffer;
        self.entries += 1;
        for (sum, lane) in self.sum.iter_mut().zip(digest.as_bytes().chunks_exact(8)) {
            let lane = lane.try_into().map_or(0, u64::from_le_bytes);
            *sum = sum.wrapping_add(lane);
        }
    }

    /// Names what the entries were asked for, and their sum.
    pub(crate) fn finish(&self, attributes: &[String], coverage: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        for attribute in attributes {
            hasher.update(&(attribute.len() as u64).to_le_bytes());
            hasher.update(attribute.as_bytes());
        }
        hasher.update(coverage.as_bytes());
        hasher.update(&self.entries.to_le_bytes());
        for sum in self.sum {
            hasher.update(&sum.to_le_bytes());
        }
        let mut text = String::from("blake3:");
        for byte in hasher.finalize().as_bytes() {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}
