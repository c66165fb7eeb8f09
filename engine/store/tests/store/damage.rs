//! Damaged files: an error that says what to do, or nothing lost; never a
//! panic, and never less than there was without a word.

use super::child;
use super::folder::files;
use super::generations::{by, commit, open, whole};
use muster_store::{SledStore, StoreError};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Flip(usize),
    Cut(usize),
    Remove,
    Append,
}

/// The child's task: looks at a folder that was harmed.
pub fn look(folder: &Path, _: u64) {
    let seen = open(folder).and_then(|store| whole(&store));
    match seen {
        Ok(generation) => println!("generation {generation}"),
        Err(StoreError::Damaged { what, .. }) => println!("damaged: {what}"),
        Err(StoreError::NotAState { .. } | StoreError::Newer { .. }) => println!("damaged: format"),
        Err(other) => panic!("{other:?}"),
    }
}

/// A folder with three generations, the last of which is in the last log alone.
fn three_generations() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        commit(&mut open(dir.path()).unwrap()).unwrap();
    }
    dir
}

/// Writes files to another folder.
pub fn copy(from: &Path, files: &BTreeMap<PathBuf, Vec<u8>>, to: &Path) {
    for (path, bytes) in files {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }
}

fn harms(bytes: &[u8]) -> Vec<Harm> {
    let length = bytes.len();
    let mut harms = vec![Harm::Remove, Harm::Append];
    if length > 0 {
        harms.extend([
            Harm::Flip(0),
            Harm::Flip(length - 1),
            Harm::Flip(length / 2),
        ]);
        harms.extend([Harm::Flip(length / 3), Harm::Cut(0), Harm::Cut(length / 2)]);
        harms.push(Harm::Cut(length - 1));
    }
    harms
}

fn harm(path: &Path, bytes: &[u8], harm: Harm) {
    let mut bytes = bytes.to_vec();
    match harm {
        Harm::Flip(at) => bytes[at] ^= 0x41,
        Harm::Cut(at) => bytes.truncate(at),
        Harm::Append => bytes.extend([0x5a; 40]),
        Harm::Remove => return fs::remove_file(path).unwrap(),
    }
    fs::write(path, bytes).unwrap();
}

/// Harms every file of a state in many ways, one at a time, and returns what
/// was seen then.
fn harm_all(original: &Path) -> Vec<(String, Harm, String)> {
    let originals = files(original);
    let mut seen = Vec::new();
    for (path, bytes) in &originals {
        let name = path
            .strip_prefix(original)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        if bytes.is_empty() && name.contains("slabs") {
            continue;
        }
        for done in harms(bytes) {
            let dir = tempfile::tempdir().unwrap();
            copy(original, &originals, dir.path());
            harm(&dir.path().join(&name), bytes, done);
            println!("{name} {done:?}");
            let output = child::run(child::command("look at damage", dir.path(), 0));
            let text = child::text(&output);
            assert!(output.status.success(), "{name} {done:?}: {text}");
            let outcome = text.lines().find_map(|line| {
                let at = line
                    .find("generation ")
                    .or_else(|| line.find("damaged: "))?;
                Some(line[at..].to_owned())
            });
            seen.push((name.clone(), done, outcome.expect(&text)));
        }
    }
    seen
}

#[test]
fn damage_to_a_closed_state_is_never_silent() {
    let dir = three_generations();
    let seen = harm_all(dir.path());
    let mut noticed = 0;
    for (name, harm, outcome) in &seen {
        if outcome.starts_with("damaged: ") {
            noticed += 1;
        } else {
            assert_eq!(outcome, "generation 3", "{name} {harm:?}");
        }
    }
    println!(
        "{noticed} of {} harms were noticed, the others did none",
        seen.len()
    );
    assert!(noticed > 40, "{seen:#?}");
    for (name, harm, outcome) in seen {
        let matters =
            name.contains("slabs/") || name.contains("snapshot_") || name.contains("log_");
        if matters && matches!(harm, Harm::Cut(_) | Harm::Remove) {
            assert!(
                outcome.starts_with("damaged: "),
                "{name} {harm:?}: {outcome}"
            );
        }
    }
}

/// After a crash the last log may end in the middle of a commit, which then was
/// never made: a bad end is taken for that, and for nothing worse.
#[test]
fn damage_after_a_crash_takes_back_the_last_commit_at_most() {
    let dir = three_generations();
    fs::remove_file(dir.path().join("clean")).unwrap();
    for (name, harm, outcome) in harm_all(dir.path()) {
        let last_commit = name.contains("log_") && outcome == "generation 2";
        let whole = outcome == "generation 3" || outcome.starts_with("damaged: ");
        assert!(whole || last_commit, "{name} {harm:?}: {outcome}");
    }
}

#[test]
fn the_error_says_what_to_do() {
    let dir = three_generations();
    let slab = files(dir.path()).into_iter().find(|(path, bytes)| {
        path.parent()
            .is_some_and(|folder| folder.ends_with("slabs"))
            && bytes.len() > 1000
    });
    let (path, bytes) = slab.unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let before = files(dir.path());
    let text = open(dir.path()).map(drop).unwrap_err().to_string();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    for part in [
        name.as_str(),
        "damaged",
        "muster state check",
        "muster state import",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let report = SledStore::check(dir.path(), &by()).unwrap();
    assert!(
        !report.is_well() && report.problems[0].contains(&name),
        "{report:?}"
    );
    let mut after = files(dir.path());
    after.retain(|path, _| !path.ends_with("lock"));
    assert!(
        before
            .iter()
            .all(|(path, bytes)| path.ends_with("lock") || after[path] == *bytes)
    );
}
