//! A newcomer's first minutes.

use crate::support::{Folder, POLICY};

#[test]
fn init_plan_apply_and_an_empty_second_plan() {
    let folder = Folder::sample();
    folder
        .run(&["plan", POLICY])
        .exits(0)
        .prints("+ create  hanna.lind")
        .prints("policy.yaml:")
        .prints("oskar.berg: suspended at the source");
    assert!(!folder.path(".muster").exists(), "a plan writes nothing");
    folder
        .run(&["apply", POLICY, "--yes"])
        .exits(0)
        .prints("staff: 8 created (run r1)");
    folder
        .run(&["plan", POLICY, "--exit-code"])
        .exits(0)
        .prints("Nothing to change.")
        .prints("11 people read, complete");
    folder
        .run(&["sync", POLICY])
        .exits(0)
        .prints("staff: nothing to change (run r2)");
    assert_eq!(folder.listed(&[]).len(), 8);
}

#[test]
fn init_makes_a_folder_and_says_what_is_next() {
    let folder = Folder::empty();
    folder
        .run(&["init", "a/demo"])
        .exits(0)
        .tells("cd a/demo")
        .tells("muster plan policy.yaml");
    for file in ["README.md", "policy.yaml", "people.csv", ".gitignore"] {
        assert!(folder.path("a/demo").join(file).is_file(), "{file}");
    }
}

#[test]
fn init_never_overwrites() {
    let folder = Folder::empty();
    folder.write("people.csv", "mine");
    folder
        .run(&["init"])
        .exits(1)
        .tells("`./people.csv`")
        .tells("muster init DIR");
    assert_eq!(folder.read("people.csv"), "mine");
    assert!(
        !folder.path("policy.yaml").exists(),
        "nothing at all is written"
    );
}

#[test]
fn the_sample_passes_its_checks() {
    let folder = Folder::sample();
    folder
        .run(&["check", POLICY])
        .exits(0)
        .prints("policy.yaml: valid, directory `staff`, plugin files");
    folder
        .run(&["check", POLICY, "--online"])
        .exits(0)
        .prints("✓ open the file")
        .prints("zoe.martin")
        .prints("Zoë Martin");
    assert!(!folder.path(".muster").exists(), "a check writes nothing");
    folder
        .run(&["provider", "check", POLICY])
        .exits(0)
        .prints("employee_id");
}

#[test]
fn what_the_samples_readme_tells_is_true() {
    let folder = Folder::synced();
    folder
        .run(&["account", "edit", "mateo.rivas", "start_page=Home"])
        .exits(0);
    folder
        .run(&["account", "edit", "mateo.rivas", "department=Home"])
        .exits(1);
    assert!(folder.changes().is_empty());
    folder.edit(
        "people.csv",
        "Rivas,mateo.rivas@example.org,Finance",
        "Rivas,mateo.rivas@example.org,Sales",
    );
    folder.edit("people.csv", "1006,priya.nair,", "1006,priya.sharma,");
    folder.edit(
        "people.csv",
        "active,intranet;works-council,person,\n1004",
        "active,works-council,person,\n1004",
    );
    folder.edit("people.csv", "0107,active", "0107,suspended");
    assert_eq!(
        folder.changes(),
        [
            "rename priya.sharma",
            "update mateo.rivas",
            "block aiko.tanaka",
            "block liam.oconnor"
        ]
    );
    folder.run(&["sync", POLICY]).exits(0);
    assert_eq!(
        folder.account("mateo.rivas")["fields"]["start_page"],
        "Home"
    );
    folder.edit("people.csv", "\n#END", "");
    folder.remove_person("zoe.martin");
    folder
        .run(&["sync", POLICY])
        .exits(5)
        .tells("nobody was blocked for being absent");
    assert_eq!(folder.account("zoe.martin")["status"], "active");
}
