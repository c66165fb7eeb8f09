//! The People administrator's work.

use crate::support::{Folder, POLICY};
use serde_json::json;

#[test]
fn an_accounts_json_has_its_stable_names() {
    let folder = Folder::synced();
    let hanna = folder.account("Hanna.LIND");
    assert!(hanna["id"].as_str().unwrap().starts_with('a'));
    assert_eq!(hanna["username"], "hanna.lind");
    assert_eq!(hanna["directory"], "staff");
    assert_eq!(hanna["external_id"], "1001");
    assert_eq!(hanna["status"], "active");
    assert_eq!(hanna["block_reasons"], json!([]));
    assert_eq!(hanna["fields"]["surname"], "Lind");
    assert_eq!(hanna.as_object().unwrap().len(), 7, "{hanna}");
}

#[test]
fn listings_are_filtered() {
    let folder = Folder::synced();
    folder.run(&["account", "create", "reception"]).exits(0);
    folder.run(&["account", "block", "zoe.martin"]).exits(0);
    folder.remove_person("jan.novak");
    folder.run(&["sync", POLICY]).exits(0);
    assert_eq!(folder.listed(&["--directory", "local"]), ["reception"]);
    assert_eq!(
        folder.listed(&["--status", "blocked"]),
        ["jan.novak", "zoe.martin"]
    );
    assert_eq!(folder.listed(&["--reason", "left-scope"]), ["jan.novak"]);
    assert_eq!(folder.listed(&["--reason", "manual"]), ["zoe.martin"]);
    assert_eq!(
        folder.listed(&["--reason", "rule:none"]),
        Vec::<String>::new()
    );
    folder
        .run(&["account", "list", "--status", "blocked"])
        .exits(0)
        .prints("2 accounts, 2 blocked");
    folder
        .run(&["account", "list", "--reason", "tired"])
        .exits(3)
        .tells("left-scope");
}

#[test]
fn local_accounts_are_made_and_edited() {
    let folder = Folder::synced();
    folder
        .run(&[
            "account",
            "create",
            "reception",
            "room=0.01",
            "tags=b",
            "tags=a",
        ])
        .exits(0)
        .prints("+ create  reception");
    assert_eq!(
        folder.account("reception")["fields"],
        json!({"room": "0.01", "tags": ["a", "b"]})
    );
    folder
        .run(&["account", "edit", "reception", "room=", "--unset", "tags"])
        .exits(0)
        .prints("\"0.01\" → \"\"");
    assert_eq!(folder.account("reception")["fields"], json!({"room": ""}));
    folder
        .run(&["account", "edit", "reception", "room="])
        .exits(0)
        .tells("Nothing to change");
    folder
        .run(&["account", "create", "HANNA.lind"])
        .exits(1)
        .tells("of the directory `staff`");
    folder
        .run(&["account", "edit", "reception", "status=blocked"])
        .exits(3)
        .tells("muster account block");
    folder.run(&["account", "edit", "reception"]).exits(3);
    folder
        .run(&["account", "edit", "reception", "room=1", "--unset", "room"])
        .exits(3);
}

#[test]
fn a_mapped_field_names_the_directory_and_the_line_that_controls_it() {
    let folder = Folder::synced();
    let line = 1 + folder
        .read(POLICY)
        .lines()
        .position(|line| line.trim_start().starts_with("email:"))
        .unwrap();
    folder
        .run(&["account", "edit", "hanna.lind", "email=x@example.org"])
        .exits(1)
        .tells("`email` of `hanna.lind` is controlled by the directory `staff`")
        .tells(&format!("policy.yaml:{line} maps it"))
        .tells("muster account detach hanna.lind");
    assert_eq!(
        folder.account("hanna.lind")["fields"]["email"],
        "hanna.lind@example.org"
    );
}

#[test]
fn under_external_id_the_source_decides_names() {
    let folder = Folder::synced();
    folder
        .run(&["account", "rename", "hanna.lind", "hanna.berg"])
        .exits(1)
        .tells("muster account detach hanna.lind");
}

#[test]
fn under_username_a_rename_carries_a_person_over() {
    let folder = Folder::sample();
    folder.edit(POLICY, "key: external_id ", "key: username ");
    folder.run(&["sync", POLICY]).exits(0);
    let before = folder.account("priya.nair");
    folder.edit("people.csv", "1006,priya.nair,", "1006,priya.sharma,");
    folder
        .run(&["plan", POLICY])
        .prints("muster account rename priya.nair priya.sharma");
    folder
        .run(&["account", "rename", "priya.nair", "HANNA.lind"])
        .exits(1)
        .tells("of the directory `staff`");
    folder
        .run(&["account", "rename", "priya.nair", "priya.sharma"])
        .exits(0)
        .prints("→ rename  priya.sharma")
        .tells("the next sync of `staff`");
    assert!(folder.changes().is_empty(), "{:?}", folder.changes());
    assert_eq!(folder.account("priya.sharma")["id"], before["id"]);
}

#[test]
fn a_manual_block_outlives_every_sync() {
    let folder = Folder::synced();
    folder
        .run(&["account", "block", "zoe.martin", "--reason", "lost laptop"])
        .exits(0)
        .prints("lost laptop");
    folder.run(&["sync", POLICY]).exits(0);
    assert_eq!(
        folder.account("zoe.martin")["block_reasons"],
        json!(["manual"])
    );
    folder
        .run(&["account", "unblock", "zoe.martin"])
        .exits(0)
        .never_says("detach");
    assert_eq!(folder.account("zoe.martin")["status"], "active");
    folder
        .run(&["account", "unblock", "zoe.martin"])
        .exits(0)
        .tells("Nothing to change");
}

#[test]
fn who_is_let_in_against_the_policy_is_told_what_will_come() {
    let folder = Folder::synced();
    folder.remove_person("zoe.martin");
    folder.run(&["sync", POLICY]).exits(0);
    let line = 1 + folder
        .read(POLICY)
        .lines()
        .position(|line| line.starts_with("scope:"))
        .unwrap();
    folder
        .run(&["account", "unblock", "zoe.martin"])
        .exits(0)
        .tells(&format!("left-scope (policy.yaml:{line})"))
        .tells("muster account detach zoe.martin");
    assert_eq!(folder.changes(), ["block zoe.martin"]);
    folder.run(&["account", "detach", "zoe.martin"]).exits(0);
    assert!(folder.changes().is_empty());
    let zoe = folder.account("zoe.martin");
    assert_eq!(
        (&zoe["directory"], &zoe["status"]),
        (&json!("local"), &json!("active"))
    );
}

#[test]
fn detached_accounts_can_be_given_back() {
    let folder = Folder::synced();
    folder
        .run(&["account", "detach", "zoe.martin"])
        .exits(0)
        .tells("muster account attach zoe.martin --directory staff --external-id 1004");
    folder
        .run(&["plan", POLICY])
        .exits(5)
        .prints("username-clash");
    folder
        .run(&["account", "attach", "zoe.martin", "--directory", "staff"])
        .exits(1)
        .tells("--external-id");
    folder
        .run(&["account", "attach", "zoe.martin", "--directory", "stuff"])
        .exits(1)
        .tells("known directories: `staff`");
    folder
        .run(&[
            "account",
            "attach",
            "zoe.martin",
            "--directory",
            "staff",
            "--external-id",
            "1004",
        ])
        .exits(0);
    assert!(folder.changes().is_empty(), "{:?}", folder.changes());
    assert_eq!(folder.account("zoe.martin")["external_id"], "1004");
}

#[test]
fn deleting_warns_and_asks() {
    let folder = Folder::synced();
    folder
        .run(&["account", "delete", "zoe.martin"])
        .exits(3)
        .tells("It cannot be undone")
        .tells("--yes");
    folder
        .run(&["account", "delete", "zoe.martin", "nobody", "--yes"])
        .exits(1)
        .tells("there is no account `nobody`");
    assert_eq!(folder.listed(&[]).len(), 8, "all or nothing");
    folder.write("left.txt", "# gone for good\nzoe.martin\n\nJAN.novak\n");
    folder
        .run(&["account", "delete", "--from", "left.txt", "--yes"])
        .exits(0)
        .prints("delete  zoe.martin");
    assert_eq!(folder.listed(&[]).len(), 6);
    let runs = folder.run(&["run", "list", "--format", "json"]).json();
    assert_eq!(
        runs[1]["actor"],
        json!({"name": "petra", "command": "account delete"})
    );
    let run = folder
        .run(&["run", "show", "r2", "--format", "json"])
        .json();
    let deleted: Vec<&str> = run["audit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["username"].as_str().unwrap())
        .collect();
    assert_eq!(deleted, ["jan.novak", "zoe.martin"]);
    folder.run(&["account", "delete"]).exits(3);
}

#[test]
fn nobody_resets_a_password_here() {
    let folder = Folder::synced();
    folder
        .run(&["account", "reset-password", "zoe.martin"])
        .exits(1)
        .tells("controlled by the directory `staff` (`policy.yaml`)");
    folder.run(&["account", "create", "reception"]).exits(0);
    folder
        .run(&["account", "reset-password", "reception"])
        .exits(1)
        .tells("Muster stores no passwords");
}

#[test]
fn an_unknown_user_is_named() {
    let folder = Folder::synced();
    for command in [
        &["account", "show", "nobody"][..],
        &["account", "edit", "nobody", "room=1"],
        &["account", "rename", "nobody", "somebody"],
        &["account", "detach", "nobody"],
        &["account", "block", "nobody"],
        &["account", "unblock", "nobody"],
        &["account", "delete", "nobody", "--yes"],
        &["account", "reset-password", "nobody"],
    ] {
        folder
            .run(command)
            .exits(1)
            .tells("there is no account `nobody`");
    }
}
