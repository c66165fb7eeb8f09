//! A source with a feed: what a run reads, and what its operator sees.

use crate::components::JOURNAL;
use crate::support::{Folder, POLICY};
use std::fs;

/// Three people, synced once.
fn folder(provider: &str) -> Folder {
    let folder = Folder::empty();
    fs::copy(&*JOURNAL, folder.path("journal.wasm")).unwrap();
    folder.write(
        "people.log",
        "1 anna anna@example.org\n2 ben ben@example.org\n3 cleo cleo@example.org\n",
    );
    folder.write(
        POLICY,
        &format!(
            "muster: 1\ndirectory: staff\nprovider:\n  plugin: ./journal.wasm\n  config: {{path: people.log}}\n{provider}identity: {{key: external_id, username: uid}}\nfields: {{email: mail}}\nguards: {{block: none}}\n"
        ),
    );
    folder.accept(POLICY);
    folder
        .run(&["sync", POLICY])
        .exits(0)
        .prints("3 created")
        .tells("everything was read: there is no place in the feed to go on from");
    folder
}

fn append(folder: &Folder, line: &str) {
    let text = folder.read("people.log") + line + "\n";
    folder.write("people.log", &text);
}

#[test]
fn a_run_reads_what_has_changed() {
    let folder = folder("");
    let plan = folder.plan();
    assert_eq!(plan["read"]["kind"], "delta");
    assert_eq!(plan["coverage"]["evidence"]["entries"], 0);
    folder
        .run(&["plan", POLICY])
        .exits(0)
        .prints("0 changed people read, a delta since the last sync")
        .prints("Nothing to change.");
    append(&folder, "2 benjamin ben@example.org");
    append(&folder, "3 -");
    append(&folder, "4 dora dora@example.org");
    append(&folder, "77 -");
    assert_eq!(
        folder.changes(),
        ["create dora", "rename benjamin", "block cleo"]
    );
    folder.run(&["sync", POLICY]).exits(0);
    assert_eq!(folder.account("cleo")["block_reasons"][0], "left-scope");
    assert_eq!(folder.plan()["coverage"]["evidence"]["entries"], 0);
    append(&folder, "3 cleo cleo@example.org");
    assert_eq!(folder.changes(), ["unblock cleo"]);
}

#[test]
fn the_plan_says_why_everything_is_read() {
    let mut folder = folder("");
    let why = |folder: &Folder, more: &[&str]| {
        let arguments = [&["plan", POLICY, "--format", "json"], more].concat();
        let plan = folder.run(&arguments).json();
        plan["read"]["why"].as_str().unwrap().to_owned()
    };
    assert_eq!(why(&folder, &["--reset"]), "reset");
    assert_eq!(why(&folder, &["--only", "anna"]), "only");
    folder
        .run(&["plan", POLICY, "--reset"])
        .exits(0)
        .prints("Everything was read: a reset was asked for");
    append(&folder, "lost");
    folder
        .run(&["sync", POLICY])
        .exits(0)
        .tells("the source no longer knows the place in its feed: plugin `journal` cannot begin to read: the journal was begun anew");
    folder.write(
        "people.log",
        &folder.read("people.log").replace("lost\n", ""),
    );
    folder.edit(POLICY, "  plugin:", "  full_read: 2h\n  plugin:");
    assert_eq!(why(&folder, &[]), "policy-changed");
    folder.run(&["sync", POLICY]).exits(0);
    assert_eq!(why(&folder, &[]), "feed");
    folder.at("2026-11-23T10:00:00Z");
    assert_eq!(why(&folder, &[]), "due");
}

#[test]
fn a_complete_read_reports_what_the_feed_has_not_told() {
    let mut folder = folder("  full_read: 12h\n");
    // Changed where no feed looks: in a line that was read before.
    folder.edit("people.log", "ben@example.org", "b@example.org");
    assert!(folder.changes().is_empty());
    folder.at("2026-11-23T20:00:00Z");
    folder
        .run(&["sync", POLICY])
        .exits(0)
        .prints("feed-drift (1)")
        .prints("changes of 1 person whom the source's feed has not told of: `ben`")
        .prints("1 updated");
}

#[test]
fn a_plan_file_moves_the_place_in_the_feed_only_when_it_is_applied() {
    let folder = folder("");
    append(&folder, "2 ben b@example.org");
    folder
        .run(&["plan", POLICY, "--out", "p.plan", "--quiet"])
        .exits(0);
    assert_eq!(folder.changes(), ["update ben"]);
    folder.run(&["apply", "p.plan"]).exits(0);
    assert!(folder.changes().is_empty());
    assert_eq!(folder.plan()["coverage"]["evidence"]["entries"], 0);
}

#[test]
fn whoever_is_held_is_told_of_again() {
    let folder = folder("");
    append(&folder, "5 anna other@example.org");
    append(&folder, "2 ben b@example.org");
    folder
        .run(&["sync", POLICY])
        .exits(5)
        .prints("1 updated")
        .tells("the place in the source's feed stays where it is: somebody is held back");
    assert_eq!(folder.plan()["findings"][0]["code"], "username-clash");
    append(&folder, "1 anna-old anna@example.org");
    assert_eq!(folder.changes(), ["create anna", "rename anna-old"]);
}

#[test]
fn an_administrator_who_unblocks_somebody_has_them_looked_at_again() {
    let folder = folder("");
    append(&folder, "3 -");
    folder.run(&["sync", POLICY]).exits(0);
    folder.run(&["account", "unblock", "cleo"]).exits(0);
    assert_eq!(folder.changes(), ["block cleo"]);
    assert_eq!(folder.plan()["read"]["why"], "no-cursor");
}

#[test]
fn a_check_warns_where_nobody_would_be_in_scope() {
    let folder = folder("");
    folder
        .run(&["provider", "check", POLICY])
        .exits(0)
        .prints("the first 3 in scope as they would be mapped")
        .prints("anna@example.org");
    folder.edit(
        POLICY,
        "identity:",
        "scope: {where: 'entry.uid == \"nobody\"'}\nidentity:",
    );
    for command in [["check", "--online"], ["provider", "check"]] {
        folder
            .run(&[&command[..], &[POLICY]].concat())
            .exits(5)
            .tells("nobody would be in scope of all 3 people that the source has");
    }
    folder.write("people.log", "");
    folder
        .run(&["check", "--online", POLICY])
        .exits(5)
        .tells("the source delivered nobody");
}

#[test]
fn a_read_of_changes_is_recorded_and_moves_nothing() {
    let folder = folder("");
    append(&folder, "4 dora dora@example.org");
    let record = ["provider", "record", POLICY, "--out", "calls", "--changes"];
    folder
        .run(&record)
        .exits(0)
        .prints("1 person on 1 page, changes only");
    // The next run reads the same.
    assert_eq!(folder.changes(), ["create dora"]);
    fs::remove_file(folder.path("people.log")).unwrap();
    folder
        .run(&["provider", "replay", "calls", "--plugin", "./journal.wasm"])
        .exits(0)
        .prints("the same as was recorded");
    folder
        .run(&["provider", "replay", "calls"])
        .exits(3)
        .tells("name the plugin's file with `--plugin FILE`");
}

#[test]
fn there_are_no_changes_without_a_cursor() {
    let folder = Folder::sample();
    folder
        .run(&["provider", "record", POLICY, "--changes"])
        .exits(3)
        .tells("no run of `staff` has left a cursor to read changes from");
}
