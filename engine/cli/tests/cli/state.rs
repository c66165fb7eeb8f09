//! The state folder, the history, the plugins.

use crate::support::{Folder, NOW, POLICY};

#[test]
fn a_state_that_is_not_there_is_named() {
    let folder = Folder::sample();
    for command in [
        &["account", "list"][..],
        &["account", "show", "x"],
        &["account", "edit", "x", "y=z"],
        &["run", "list"],
        &["state", "check"],
        &["state", "export"],
    ] {
        folder
            .run(command)
            .exits(1)
            .tells("there is no state at `.muster`")
            .tells("--state");
    }
    assert!(!folder.path(".muster").exists());
}

#[test]
fn the_state_folder_can_be_named_in_two_ways() {
    let folder = Folder::sample();
    folder
        .run_with(&[("MUSTER_STATE", "elsewhere")], &["sync", POLICY])
        .exits(0);
    folder
        .run(&["account", "list", "--state", "elsewhere"])
        .exits(0)
        .prints("8 accounts");
    assert!(!folder.path(".muster").exists());
}

#[test]
fn an_export_makes_the_same_state_again() {
    let folder = Folder::synced();
    folder.run(&["account", "block", "zoe.martin"]).exits(0);
    folder
        .run(&["state", "export", "backup.jsonl"])
        .exits(0)
        .tells("8 accounts");
    folder
        .run(&["--state", "restored", "state", "import", "backup.jsonl"])
        .exits(0);
    folder
        .run(&["--state", "restored", "state", "check"])
        .exits(0)
        .prints("all is well");
    let list = |state| {
        folder
            .run(&["--state", state, "account", "list", "--format", "json"])
            .stdout
    };
    assert_eq!(list(".muster"), list("restored"));
    folder
        .run(&["--state", "restored", "plan", POLICY, "--exit-code"])
        .exits(0);
    folder
        .run(&["--state", "restored", "state", "import", "backup.jsonl"])
        .exits(1)
        .tells("not empty");
}

#[test]
fn a_cut_export_is_not_imported() {
    let folder = Folder::synced();
    let export = folder.run(&["state", "export"]).exits(0).stdout;
    let cut: Vec<&str> = export.lines().take(5).collect();
    folder.write("cut.jsonl", &cut.join("\n"));
    folder
        .run(&["--state", "new", "state", "import", "cut.jsonl"])
        .exits(1);
    folder
        .run(&["state", "import", "nothing.jsonl"])
        .exits(1)
        .tells("nothing.jsonl");
}

#[test]
fn a_second_process_is_told_who_is_first() {
    let folder = Folder::synced();
    let held = std::fs::File::options()
        .write(true)
        .open(folder.path(".muster/lock"))
        .unwrap();
    held.lock().unwrap();
    folder.run(&["account", "list"]).exits(1).tells("in use");
    drop(held);
    folder.run(&["account", "list"]).exits(0);
}

#[test]
fn history_tells_who_did_what() {
    let folder = Folder::synced();
    folder
        .run(&["account", "edit", "zoe.martin", "room=4.12"])
        .exits(0);
    folder
        .run(&["run", "list"])
        .exits(0)
        .prints("8 created")
        .prints("account edit");
    folder
        .run(&["run", "show", "r2"])
        .exits(0)
        .prints("by       petra (account edit)")
        .prints("(none) → \"4.12\"");
    let run = folder
        .run(&["run", "show", "r1", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!((&run["id"], &run["at"]), (&"r1".into(), &NOW.into()));
    assert_eq!(run["directory"], "staff");
    assert_eq!(run["summary"]["create"], 8);
    assert_eq!(run["audit"].as_array().unwrap().len(), 8);
    assert!(run["audit"][0]["reason"]["policy"]["line"].is_u64());
    folder
        .run(&["run", "show", "r9"])
        .exits(1)
        .tells("there is no run `r9`");
    folder.run(&["run", "show", "nine"]).exits(3);
}

#[test]
fn plugins_say_what_they_may_reach() {
    let folder = Folder::empty();
    let list = folder
        .run(&["provider", "list", "--format", "json"])
        .exits(0)
        .json();
    let names: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|plugin| plugin["name"].as_str().unwrap())
        .collect();
    let bundled = ["entra", "files", "google", "ldap", "okta", "scim", "sql"];
    assert_eq!(names, bundled);
    folder
        .run(&["provider", "show", "csv"])
        .exits(0)
        .prints("the file in the setting `path`")
        .prints("end_marker");
    let csv = folder
        .run(&["provider", "show", "csv", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(csv["name"], "files");
    assert_eq!(csv["settings"]["properties"]["path"]["type"], "string");
    assert_eq!(csv["digest"].as_str().unwrap().len(), 64);
    folder
        .run(&["provider", "show", "cvs"])
        .exits(3)
        .tells("bundled are");
    folder.write("no.wasm", "not a component");
    folder
        .run(&["provider", "show", "no.wasm"])
        .exits(3)
        .tells("no plugin");
}
