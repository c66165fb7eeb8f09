//! A state folder: who may enter, and what is not entered.

use super::child;
use super::generations::{by, commit, open, whole};
use muster_store::{Opening, SledStore, Store, StoreError};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Every file and its bytes.
pub fn files(dir: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for item in std::fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    found
}

/// The child's task: holds the state until its input ends.
pub fn hold(folder: &Path, _: u64) {
    let opening = Opening::by("muster sync");
    let mut store = SledStore::open_or_create(folder, &opening).unwrap();
    println!("holding");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    commit(&mut store).unwrap();
}

#[test]
fn a_second_process_is_told_and_does_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    commit(&mut open(dir.path()).unwrap()).unwrap();
    let mut child = child::command("hold", dir.path(), 0).spawn().unwrap();
    let rest = child::await_word(&mut child, "holding");
    let at_once = Opening::by("muster plan");
    for _ in 0..3 {
        for refused in [
            SledStore::open_or_create(dir.path(), &at_once).map(drop),
            SledStore::open_for_reading(dir.path(), &at_once).map(drop),
            SledStore::check(dir.path(), &at_once).map(drop),
        ] {
            let error = refused.unwrap_err();
            assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
            let text = error.to_string();
            let pid = format!("process {} (`muster sync`", child.id());
            assert!(text.contains(&pid) && text.contains("try again"), "{text}");
        }
    }
    drop(child.stdin.take());
    let patient = by().waiting(std::time::Duration::from_secs(30));
    let store = SledStore::open_existing(dir.path(), &patient).unwrap();
    assert_eq!(whole(&store).unwrap(), 2, "the first went on undisturbed");
    drop(rest);
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_state_outlives_its_process() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("a/b/state");
    let first = open(&folder).unwrap();
    let (identity, key) = (first.identity(), first.seal_key());
    assert_eq!(identity.len(), 32);
    assert_ne!(key, [0; 32]);
    drop(first);
    let mut second = SledStore::open_existing(&folder, &by()).unwrap();
    assert_eq!(
        (second.identity(), second.seal_key()),
        (identity.clone(), key)
    );
    commit(&mut second).unwrap();
    drop(second);
    let third = SledStore::open_for_reading(&folder, &by()).unwrap();
    assert_eq!(third.identity(), identity);
    assert_eq!(third.version().unwrap().0, 1);
    let other = open(&dir.path().join("other")).unwrap();
    assert_ne!(other.identity(), identity);
    assert_ne!(other.seal_key(), key);
}

#[cfg(unix)]
#[test]
fn only_its_owner_looks_in() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("state");
    drop(open(&folder).unwrap());
    let mode = folder.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[test]
fn reading_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("state");
    let store = SledStore::open_for_reading(&folder, &by()).unwrap();
    assert_eq!(store.count().unwrap(), 0);
    let missing = SledStore::open_existing(&folder, &by()).map(drop);
    assert!(
        matches!(missing, Err(StoreError::Missing { .. })),
        "{missing:?}"
    );
    assert!(!folder.exists());
}

#[test]
fn a_newer_state_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    commit(&mut open(dir.path()).unwrap()).unwrap();
    let format = dir.path().join("format");
    let text = std::fs::read_to_string(&format).unwrap();
    assert!(text.starts_with("muster state 1\nneeds muster "), "{text}");
    std::fs::write(&format, "muster state 2\nneeds muster 9.1.0 or later\n").unwrap();
    std::fs::remove_file(dir.path().join("lock")).unwrap();
    let before = files(dir.path());
    for refused in [
        open(dir.path()).map(drop),
        SledStore::open_existing(dir.path(), &by()).map(drop),
        SledStore::open_for_reading(dir.path(), &by()).map(drop),
    ] {
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("needs muster 9.1.0 or later"), "{text}");
        assert!(text.contains("nothing was changed"), "{text}");
    }
    assert!(files(dir.path()) == before);
}

#[test]
fn a_foreign_folder_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("format"), "PNG\n").unwrap();
    let before = files(dir.path());
    let refused = open(dir.path()).map(drop);
    assert!(
        matches!(refused, Err(StoreError::NotAState { .. })),
        "{refused:?}"
    );
    assert!(files(dir.path()) == before);
}

#[test]
fn a_state_that_was_never_finished_is_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("db.new/slabs")).unwrap();
    std::fs::write(dir.path().join("db.new/slabs/64"), "half").unwrap();
    commit(&mut open(dir.path()).unwrap()).unwrap();
    // The last step of making one is the file `format`.
    std::fs::remove_file(dir.path().join("format")).unwrap();
    assert_eq!(whole(&open(dir.path()).unwrap()).unwrap(), 1);
}
