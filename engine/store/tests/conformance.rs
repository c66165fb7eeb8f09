//! Every implementation passes the one suite.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use muster_store::conformance;
use muster_store::{MemoryStore, Opening, SledStore};

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
        Box::new(SledStore::open_or_create(&state, &Opening::by("test")).unwrap())
    });
}
