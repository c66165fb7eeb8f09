//! What a source returned, in a file.

use crate::support::{Folder, POLICY};
use serde_json::Value;
use std::fs;

const SNAPSHOT: &str = ".muster/snapshots/staff.snapshot";

#[test]
fn a_snapshot_holds_what_the_source_returned() {
    let folder = Folder::sample();
    let said = folder.run(&["snapshot", "record", POLICY]).exits(0);
    assert!(
        said.stderr
            .contains("wrote .muster/snapshots/staff.snapshot: 11 people of `staff`")
    );
    assert!(said.stderr.contains("it holds personal data"));
    assert!(
        !folder.path(".muster/format").exists(),
        "no state was made for it"
    );

    let shown = folder
        .run(&["snapshot", "show", SNAPSHOT, "--format", "json"])
        .exits(0);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    let header = &shown["header"];
    assert_eq!(header["format"], "muster.snapshot/1");
    assert_eq!(header["directory"], "staff");
    assert_eq!(header["plugin"]["name"], "files");
    assert_eq!(header["recorded"], "2026-11-23T08:00:00Z");
    assert_eq!(header["coverage"]["kind"], "complete");
    assert_eq!(header["scope"]["groups"][0], "intranet");
    let known: Vec<&str> = header["known"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert!(
        known.contains(&"employee_id") && known.contains(&"email"),
        "{known:?}"
    );
    let records = shown["records"].as_array().unwrap();
    assert_eq!(records.len(), 11);
    let zoe = records
        .iter()
        .find(|one| one["entry"]["attributes"]["username"][0] == "zoe.martin");
    let zoe = &zoe.unwrap()["entry"];
    assert_eq!(zoe["status"], "active");
    assert_eq!(zoe["attributes"]["first_name"][0], "Zoë");

    let text = folder.run(&["snapshot", "show", SNAPSHOT]).exits(0);
    for part in [
        "Snapshot of staff",
        "11 people read, complete",
        "by          files",
        "in intranet",
        "\"Zoë\"",
    ] {
        assert!(
            text.stdout.contains(part),
            "`{part}` is not in:\n{}",
            text.stdout
        );
    }
}

#[cfg(unix)]
#[test]
fn a_snapshot_is_for_its_owners_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::sample();
    folder.write("mine", "an old file that all can read");
    folder
        .run(&["snapshot", "record", POLICY, "--out", "mine"])
        .exits(0);
    folder.run(&["snapshot", "record", POLICY]).exits(0);
    let mode = |name: &str| {
        fs::metadata(folder.path(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("mine"), 0o600);
    assert_eq!(mode(SNAPSHOT), 0o600);
    assert_eq!(mode(".muster/snapshots"), 0o700);
    let left: Vec<_> = fs::read_dir(folder.path(".muster/snapshots"))
        .unwrap()
        .collect();
    assert_eq!(left.len(), 1, "nothing is left beside it");
    let help = folder.run(&["snapshot", "record", "--help"]).exits(0);
    assert!(help.stdout.contains("personal data") && help.stdout.contains("0600"));
    // A state can be made in the same folder afterwards.
    folder.run(&["sync", POLICY]).exits(0);
    folder.run(&["state", "check"]).exits(0);
}

#[test]
fn a_read_that_fell_short_is_kept_and_says_so() {
    let folder = Folder::sample();
    let people = folder.read("people.csv");
    folder.write("people.csv", people.split_once("#END").unwrap().0);
    let said = folder.run(&["snapshot", "record", POLICY]).exits(5);
    assert!(
        said.stderr.contains("not everybody was read"),
        "{}",
        said.stderr
    );
    let shown = folder.run(&["snapshot", "show", SNAPSHOT]).exits(0);
    assert!(
        shown.stdout.contains("incomplete (truncated)"),
        "{}",
        shown.stdout
    );
}

#[test]
fn a_source_that_fails_leaves_the_old_snapshot() {
    let folder = Folder::sample();
    folder.run(&["snapshot", "record", POLICY]).exits(0);
    let before = fs::read(folder.path(SNAPSHOT)).unwrap();
    fs::remove_file(folder.path("people.csv")).unwrap();
    let said = folder.run(&["snapshot", "record", POLICY]).exits(1);
    assert!(
        said.stderr.contains("no snapshot was written"),
        "{}",
        said.stderr
    );
    assert_eq!(fs::read(folder.path(SNAPSHOT)).unwrap(), before);
    let left: Vec<_> = fs::read_dir(folder.path(".muster/snapshots"))
        .unwrap()
        .collect();
    assert_eq!(left.len(), 1, "nothing is left beside it");
}

#[test]
fn half_a_snapshot_is_none() {
    let folder = Folder::sample();
    folder.run(&["snapshot", "record", POLICY]).exits(0);
    let whole = fs::read(folder.path(SNAPSHOT)).unwrap();
    fs::write(folder.path("half"), &whole[..whole.len() / 2]).unwrap();
    for format in ["text", "json"] {
        let said = folder
            .run(&["snapshot", "show", "half", "--format", format])
            .exits(1);
        assert!(said.stderr.contains("cut short"), "{}", said.stderr);
    }
    let said = folder.run(&["snapshot", "show", "people.csv"]).exits(1);
    assert!(
        said.stderr.contains("this is no snapshot"),
        "{}",
        said.stderr
    );
    assert!(
        said.stderr.contains("muster snapshot record"),
        "{}",
        said.stderr
    );
}

#[test]
fn what_is_sensitive_is_not_shown() {
    let folder = Folder::sample();
    folder.edit(
        POLICY,
        "email: email",
        "email: {from: email, sensitive: true}",
    );
    folder.run(&["snapshot", "record", POLICY]).exits(0);
    for format in ["text", "json"] {
        let shown = folder
            .run(&["snapshot", "show", SNAPSHOT, "--all", "--format", format])
            .exits(0);
        assert!(!shown.stdout.contains("@example.org"), "{}", shown.stdout);
        assert!(shown.stdout.contains("•••"), "{}", shown.stdout);
    }
}
