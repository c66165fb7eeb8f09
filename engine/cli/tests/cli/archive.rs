//! What runs were made from, kept in the state folder.

use crate::support::{Folder, POLICY};
use std::fs;

fn kept(folder: &Folder, room: &str) -> Vec<String> {
    let found = fs::read_dir(folder.path(".muster/archive").join(room));
    let entries = found.into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_run_keeps_what_it_read_and_proves_that_nothing_is_left() {
    let folder = Folder::synced();
    let run = folder
        .run(&["run", "show", "r1", "--format", "json"])
        .exits(0)
        .json();
    let read = run["read"].as_str().unwrap().replace(':', "-");
    assert_eq!(kept(&folder, "reads"), [format!("{read}.snapshot")]);
    assert_eq!(kept(&folder, "plans"), ["r1.json.zst"]);
    assert_eq!(kept(&folder, "runs"), ["r1.json"]);
    let policy = run["policy"].as_str().unwrap();
    assert_eq!(kept(&folder, "policies"), [format!("{policy}.json")]);
    assert_eq!(run["proof"]["unsettled"], serde_json::Value::Null);
    assert_eq!(run["proof"]["at"], "2026-11-23T08:00:00Z");
    folder
        .run(&["run", "show", "r1"])
        .exits(0)
        .prints("the same read, planned again, asks for nothing more");

    let snapshot = format!(".muster/archive/reads/{read}.snapshot");
    folder
        .run(&["snapshot", "show", &snapshot])
        .exits(0)
        .prints("11 people read, complete");
}

#[test]
fn a_plan_that_is_only_looked_at_keeps_nothing_and_a_written_one_its_read() {
    let folder = Folder::sample();
    folder.run(&["plan", POLICY]).exits(0);
    assert!(!folder.path(".muster").exists());
    folder
        .run(&["plan", POLICY, "--out", "p.muster-plan"])
        .exits(0);
    assert_eq!(kept(&folder, "reads").len(), 1);
    assert!(kept(&folder, "runs").is_empty());
    folder.run(&["apply", "p.muster-plan"]).exits(0);
    folder
        .run(&["run", "show", "r1"])
        .exits(0)
        .prints("the same read, planned again, asks for nothing more");
    assert_eq!(kept(&folder, "reads").len(), 1);
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_for_its_owners_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::synced();
    for room in ["reads", "plans", "policies", "runs"] {
        let path = folder.path(".muster/archive").join(room);
        let mode =
            |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700, "{room}");
        for name in kept(&folder, room) {
            assert_eq!(mode(&path.join(&name)), 0o600, "{name}");
        }
    }
}

#[test]
fn only_so_many_runs_are_kept_as_the_policy_says() {
    let folder = Folder::sample();
    folder.edit(POLICY, "  plugin:", "  keep_reads: 2\n  plugin:");
    folder.run(&["sync", POLICY]).exits(0);
    for (old, new) in [
        ("555 0101", "555 0201"),
        ("555 0201", "555 0301"),
        ("555 0301", "555 0401"),
    ] {
        folder.edit("people.csv", old, new);
        folder.run(&["sync", POLICY]).exits(0);
    }
    assert_eq!(kept(&folder, "runs"), ["r3.json", "r4.json"]);
    assert_eq!(kept(&folder, "plans"), ["r3.json.zst", "r4.json.zst"]);
    // A run that changes nothing is kept as long as it is the newest.
    folder.run(&["sync", POLICY]).exits(0);
    folder.run(&["sync", POLICY]).exits(0);
    assert_eq!(kept(&folder, "runs"), ["r3.json", "r4.json", "r6.json"]);

    let none = Folder::sample();
    none.edit(POLICY, "  plugin:", "  keep_reads: 0\n  plugin:");
    none.run(&["sync", POLICY]).exits(0);
    assert!(!none.path(".muster/archive").exists());
    let run = none.run(&["run", "show", "r1", "--format", "json"]);
    assert_eq!(run.exits(0).json()["proof"], serde_json::Value::Null);
}

#[test]
fn a_read_that_cannot_be_kept_stops_no_run() {
    let folder = Folder::sample();
    fs::create_dir(folder.path(".muster")).unwrap();
    folder.write(".muster/archive", "in the way");
    folder
        .run(&["sync", POLICY])
        .exits(0)
        .prints("8 created")
        .tells("what was read could not be kept");
}
