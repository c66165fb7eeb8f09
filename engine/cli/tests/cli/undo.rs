//! A run, taken back.

use crate::support::{Folder, POLICY};
use serde_json::json;

/// The sample after a sync that has gone wrong: two people have left the file.
fn wronged() -> Folder {
    let folder = Folder::synced();
    let people = folder.read("people.csv");
    folder.remove_person("mateo.rivas");
    folder.edit("people.csv", "555 0101", "555 0999");
    folder
        .run(&["sync", POLICY])
        .exits(0)
        .prints("1 updated, 1 blocked");
    folder.write("people.before", &people);
    folder
}

#[test]
fn a_run_is_taken_back_and_the_record_says_so() {
    let folder = wronged();
    folder
        .run(&["run", "undo", "r2", "--yes"])
        .exits(0)
        .prints("Undo of run r2, staff")
        .prints("takes back what r2 did: no longer in the syncing groups")
        .prints("\"+46 8 555 0999\" → \"+46 8 555 0101\"")
        .prints("staff: 1 updated, 1 unblocked (run r3)")
        .tells("the next sync of `staff` does what the source and policy.yaml say");
    assert_eq!(folder.account("mateo.rivas")["status"], "active");
    assert_eq!(
        folder.account("hanna.lind")["fields"]["phone"],
        "+46 8 555 0101"
    );
    let run = folder.run(&["run", "show", "r3", "--format", "json"]);
    let run = run.exits(0).json();
    assert_eq!(run["undoes"], "r2");
    assert_eq!(run["actor"]["command"], "run undo");
    assert_eq!(run["directory"], "staff");
    assert_eq!(run["audit"][0]["reason"]["code"], "undo");
    folder
        .run(&["run", "show", "r3"])
        .exits(0)
        .prints("undoes   run r2");

    // The mistake at the source is mended: nothing is left to do.
    folder.write("people.csv", &folder.read("people.before"));
    folder
        .run(&["plan", POLICY, "--exit-code"])
        .exits(0)
        .prints("Nothing to change");
}

#[test]
fn an_undo_can_be_reviewed_first_and_is_applied_once() {
    let folder = wronged();
    folder
        .run(&["run", "undo", "r2", "--out", "undo.muster-plan"])
        .exits(0)
        .tells("to apply it: muster apply undo.muster-plan");
    assert_eq!(folder.account("mateo.rivas")["status"], "blocked");
    folder
        .run(&["apply", "undo.muster-plan"])
        .exits(0)
        .prints("1 updated, 1 unblocked");
    assert_eq!(folder.account("mateo.rivas")["status"], "active");
    folder.run(&["apply", "undo.muster-plan"]).exits(6);

    let stale = wronged();
    stale
        .run(&["run", "undo", "r2", "--out", "undo.muster-plan"])
        .exits(0);
    stale
        .run(&["account", "edit", "zoe.martin", "room=7"])
        .exits(0);
    stale
        .run(&["apply", "undo.muster-plan"])
        .exits(6)
        .tells("stale");
}

#[test]
fn only_who_is_named_is_taken_back() {
    let folder = wronged();
    folder
        .run(&["run", "undo", "r2", "--yes", "--only", "Mateo.Rivas"])
        .exits(0)
        .prints("staff: 1 unblocked");
    assert_eq!(
        folder.account("hanna.lind")["fields"]["phone"],
        "+46 8 555 0999"
    );
    folder
        .run(&["run", "undo", "r2", "--only", "nobody"])
        .exits(3)
        .tells("run r2 has changed nothing of `nobody`");
}

#[test]
fn what_cannot_be_undone_is_named() {
    let folder = Folder::synced();
    folder
        .run(&["run", "undo", "r1", "--yes"])
        .exits(5)
        .prints("Nothing to change")
        .prints("no run deletes one");
    folder
        .run(&[
            "run",
            "undo",
            "r1",
            "--yes",
            "--block-created",
            "--override",
            "block=a wrong file",
            "--override",
            "protect=a wrong file",
        ])
        .exits(0)
        .prints("8 blocked");
    assert_eq!(
        folder.account("zoe.martin")["block_reasons"],
        json!(["manual"])
    );
    folder
        .run(&["run", "undo", "r9"])
        .exits(1)
        .tells("there is no run `r9`");
    folder.run(&["sync", POLICY]).exits(0);
    folder
        .run(&["run", "undo", "r3"])
        .exits(3)
        .tells("run r3 has changed nothing");
}

#[test]
fn what_an_administrator_did_is_taken_back_as_well() {
    let folder = Folder::synced();
    folder
        .run(&["account", "block", "zoe.martin", "--reason", "a mistake"])
        .exits(0);
    folder.run(&["account", "detach", "hanna.lind"]).exits(0);
    folder
        .run(&["run", "undo", "r2", "--yes"])
        .exits(0)
        .prints("1 unblocked");
    assert_eq!(folder.account("zoe.martin")["status"], "active");
    folder
        .run(&["run", "undo", "r3", "--yes"])
        .exits(0)
        .prints("1 adopted");
    let hanna = folder.account("hanna.lind");
    assert_eq!(hanna["directory"], "staff");
    assert_ne!(hanna["external_id"], json!(null));
    folder
        .run(&["plan", POLICY, "--exit-code"])
        .exits(0)
        .prints("Nothing to change");
    folder
        .run(&["account", "delete", "zoe.martin", "--yes"])
        .exits(0);
    folder
        .run(&["run", "undo", "r6"])
        .exits(5)
        .prints("it was deleted, and that cannot be undone");
}

#[test]
fn without_a_terminal_and_a_yes_nothing_happens() {
    let folder = wronged();
    folder
        .run(&["run", "undo", "r2"])
        .exits(3)
        .tells("there is no terminal to ask on");
    assert_eq!(folder.account("mateo.rivas")["status"], "blocked");
}

#[test]
fn what_has_become_sensitive_since_is_not_shown() {
    let folder = Folder::synced();
    folder.edit("people.csv", "555 0101", "555 0999");
    folder.run(&["sync", POLICY]).exits(0);
    folder.edit(
        POLICY,
        "default: \"not known\"}",
        "default: \"not known\", sensitive: true}",
    );
    folder.run(&["sync", POLICY]).exits(0);
    let text = folder.run(&["run", "undo", "r2", "--out", "u.muster-plan"]);
    let json = folder.run(&["run", "undo", "r2", "--format", "json"]);
    for shown in [&text.stdout, &json.stdout, &folder.read("u.muster-plan")] {
        assert!(!shown.contains("555 0"), "{shown}");
    }
    text.exits(0).prints("••• → •••");
    // And what is not shown is put back all the same.
    folder.run(&["apply", "u.muster-plan"]).exits(0);
    let shown = folder.run(&["account", "show", "hanna.lind", "--reveal"]);
    shown.exits(0).prints("555 0101");
}

#[test]
fn an_undo_that_a_guard_stops_is_in_the_history() {
    let folder = Folder::synced();
    let call = [
        "run",
        "undo",
        "r1",
        "--block-created",
        "--out",
        "u.muster-plan",
    ];
    folder.run(&call).exits(4);
    folder.run(&["apply", "u.muster-plan"]).exits(4);
    folder
        .run(&["run", "show", "r2"])
        .exits(0)
        .prints("Run r2 stopped")
        .prints("undoes   run r1");
    assert_eq!(folder.account("zoe.martin")["status"], "active");
}
