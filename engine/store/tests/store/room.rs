//! A full disk: a clear error, and the state as it was.

use super::child;
use super::generations::{commit, open, whole};
use muster_store::StoreError;
use std::path::Path;

/// The child's task: commits until there is no room.
pub fn fill(folder: &Path, _: u64) {
    let mut store = open(folder).unwrap();
    for _ in 0..200 {
        let done = whole(&store).unwrap();
        if let Err(error) = commit(&mut store) {
            assert!(matches!(error, StoreError::NoRoom { .. }), "{error:?}");
            println!("no room after {done}: {error}");
            return;
        }
    }
    panic!("there was room for everything");
}

/// A limit to the size of any file stands for a disk that is full: it needs no
/// rights, and the operating system refuses in the same place.
#[test]
fn a_full_disk_is_said_and_does_no_harm() {
    for blocks in [40, 60, 100, 200, 400] {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path()).unwrap());
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
        let output = child::run(child::command_after(&limit, "fill the disk", dir.path(), 0));
        let text = child::text(&output);
        assert!(output.status.success(), "{blocks}: {text}");
        let said = text
            .lines()
            .find_map(|line| line.split_once("no room after "));
        let (done, message) = said.unwrap().1.split_once(": ").unwrap();
        assert!(message.contains("make room"), "{message}");
        let mut store = open(dir.path()).unwrap();
        assert_eq!(whole(&store).unwrap().to_string(), done, "{blocks}");
        // With room again, it goes on.
        commit(&mut store).unwrap();
    }
}
