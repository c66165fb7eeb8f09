//! Where everything lies in the one tree that all of it shares: a batch on one
//! tree is atomic, one over several would not be.

use crate::record::Block;
use muster_model::{DirectoryName, RunId};

/// The counters and the store's own identity.
pub(super) const META: &[u8] = b"m";
/// Accounts: `a`, block.
pub(super) const ACCOUNTS: &[u8] = b"a";
/// Directories: `d`, name.
pub(super) const DIRECTORIES: &[u8] = b"d";
/// Applied plans: `p`, digest.
pub(super) const PLANS: &[u8] = b"p";
/// Runs: `r`, number.
pub(super) const RUNS: &[u8] = b"r";
/// Audit: `t`, run, part.
pub(super) const AUDIT: &[u8] = b"t";
/// Index of usernames: `u`, bucket.
pub(super) const USERNAMES: u8 = b'u';
/// Index of directories' people: `x`, bucket.
pub(super) const PEOPLE: u8 = b'x';

pub(super) fn accounts(block: Block) -> Vec<u8> {
    join(ACCOUNTS, &block.0.to_be_bytes())
}

pub(super) fn directory(name: &DirectoryName) -> Vec<u8> {
    join(DIRECTORIES, name.as_str().as_bytes())
}

pub(super) fn plan(digest: &str) -> Vec<u8> {
    join(PLANS, digest.as_bytes())
}

pub(super) fn run(id: RunId) -> Vec<u8> {
    join(RUNS, &id.0.to_be_bytes())
}

pub(super) fn audit(run: RunId) -> Vec<u8> {
    join(AUDIT, &run.0.to_be_bytes())
}

pub(super) fn audit_part(run: RunId, part: u32) -> Vec<u8> {
    join(&audit(run), &part.to_be_bytes())
}

/// Reads a block's number back from the end of its key.
pub(super) fn block(rest: &[u8]) -> Option<Block> {
    Some(Block(u64::from_be_bytes(rest.try_into().ok()?)))
}

fn join(front: &[u8], back: &[u8]) -> Vec<u8> {
    [front, back].concat()
}
