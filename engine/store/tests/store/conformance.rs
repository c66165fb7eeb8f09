//! Every implementation passes the one suite.

use super::generations::by;
use muster_store::conformance;
use muster_store::{MemoryStore, SledStore};

#[test]
fn memory() {
    conformance::run(|| Box::new(MemoryStore::new()));
}

#[test]
fn folder() {
    let mut dirs = Vec::new();
    conformance::run(|| {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        dirs.push(dir);
        Box::new(SledStore::open_or_create(&state, &by()).unwrap())
    });
}
