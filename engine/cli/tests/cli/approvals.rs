//! Plans that somebody has to approve of: by whom, with which key, and what makes an
//! approval worth nothing.

use crate::support::{Folder, POLICY};

const PLAN: &str = "staff.muster-plan";

/// The synced sample, in which a plan is waiting. `approval` is the policy's.
fn planned(approval: impl Fn(&Folder) -> String) -> Folder {
    let folder = Folder::synced();
    let text = folder.read(POLICY);
    folder.write(POLICY, &format!("{text}\n{}", approval(&folder)));
    folder.edit("people.csv", "+46 8 555 0101", "+46 8 555 0999");
    folder.remove_person("aiko.tanaka");
    folder.run(&["plan", POLICY, "--out", PLAN]).exits(0);
    folder
}

/// A new key, as the policy lists it.
fn key(folder: &Folder, name: &str) -> String {
    folder.run(&["plan", "key", name]).exits(0).stdout
}

/// Mara and Paul have keys.
fn by_two(folder: &Folder, required: u64, more: &str) -> String {
    let (mara, paul) = (key(folder, "mara"), key(folder, "paul"));
    format!("approval:\n  required: {required}\n{more}  keys:\n    {mara}    {paul}")
}

#[track_caller]
fn approve(folder: &Folder, name: &str) {
    let key = format!("{name}.key");
    folder
        .run(&["plan", "approve", PLAN, "--as", name, "--key", &key])
        .exits(0)
        .prints(&format!("approved by {name}"));
}

#[test]
fn a_plan_is_applied_once_enough_people_have_approved_of_it() {
    let folder = planned(|folder| by_two(folder, 2, ""));
    folder
        .run(&["apply", PLAN])
        .exits(4)
        .tells("this plan needs 2 approvals (policy.yaml:")
        .tells("has none; who may still approve: mara, paul");
    approve(&folder, "mara");
    folder
        .run(&["apply", PLAN])
        .exits(4)
        .tells("has 1 (mara); who may still approve: paul");
    folder
        .run(&["plan", "show", PLAN])
        .exits(0)
        .prints("Approved by mara at 2026-11-23T08:00:00Z (signed, as petra)")
        .prints("who may still approve: paul");
    // The same person does not count twice.
    approve(&folder, "mara");
    folder.run(&["apply", PLAN]).exits(4);
    folder
        .run(&[
            "plan", "approve", PLAN, "--as", "paul", "--key", "paul.key", "--note", "HR-118",
        ])
        .exits(0)
        .tells("2 approvals: enough");
    folder.run(&["apply", PLAN]).exits(0);
    let runs = folder.run(&["run", "list", "--format", "json"]).json();
    let last = runs.as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["approvals"][1]["note"], "HR-118");
    folder
        .run(&["run", "show", last["id"].as_str().unwrap()])
        .exits(0)
        .prints("approved mara")
        .prints("(signed, as petra): HR-118");
    for refused in ["stopped", "stopped", "stopped"] {
        assert!(runs.to_string().contains(refused));
    }
}

#[test]
fn nothing_is_changed_without_a_saved_plan() {
    let folder = planned(|_| "approval: {required: 1}".to_owned());
    for command in [&["sync", POLICY][..], &["apply", POLICY, "--yes"]] {
        folder
            .run(command)
            .exits(4)
            .tells("this plan needs 1 approval (policy.yaml:")
            .tells("muster plan approve FILE --as NAME");
    }
    folder
        .run(&["plan", "approve", PLAN, "--as", "somebody"])
        .exits(0)
        .prints("not signed, as petra");
    folder.run(&["apply", PLAN]).exits(0);
    // Where nothing is to be changed, nobody is asked.
    folder.run(&["sync", POLICY]).exits(0);
    folder.run(&["run", "undo", "r2", "--yes"]).exits(3);
}

#[test]
fn an_approval_is_of_this_very_plan() {
    let folder = planned(|folder| by_two(folder, 1, ""));
    approve(&folder, "mara");
    folder
        .run(&["plan", "hold", PLAN, "aiko.tanaka"])
        .exits(0)
        .tells("what mara approved of counts no longer");
    folder.run(&["apply", PLAN]).exits(4).tells("has none");
    approve(&folder, "paul");
    folder.run(&["apply", PLAN]).exits(5);
}

#[test]
fn an_approval_cannot_be_moved_to_another_plan_or_edited() {
    let folder = planned(|folder| by_two(folder, 1, ""));
    folder
        .run(&[
            "plan",
            "hold",
            PLAN,
            "aiko.tanaka",
            "--out",
            "other.muster-plan",
        ])
        .exits(0);
    approve(&folder, "mara");
    let approved = folder.read(PLAN);
    let (_, approvals) = approved.split_once(",\n  \"approvals\"").unwrap();
    let other = folder.read("other.muster-plan");
    let other = other.strip_suffix("\n}\n").unwrap();
    folder.write(
        "other.muster-plan",
        &format!("{other},\n  \"approvals\"{approvals}"),
    );
    folder
        .run(&["apply", "other.muster-plan"])
        .exits(6)
        .tells("the approval of `mara` does not fit");
    folder.edit(PLAN, "\"name\":\"mara\"", "\"name\":\"paul\"");
    folder
        .run(&["apply", PLAN])
        .exits(6)
        .tells("the approval of `paul` does not fit");
}

#[test]
fn only_who_is_listed_may_approve_and_with_their_own_key() {
    let folder = planned(|folder| by_two(folder, 1, ""));
    key(&folder, "eve");
    let approve =
        |name: &str, key: &str| folder.run(&["plan", "approve", PLAN, "--as", name, "--key", key]);
    approve("eve", "eve.key")
        .exits(3)
        .tells("`eve` is no approver");
    approve("mare", "mara.key")
        .exits(3)
        .tells("did you mean `mara`?");
    approve("mara", "eve.key")
        .exits(3)
        .tells("not the key of `mara`");
    approve("mara", "people.csv")
        .exits(3)
        .tells("no private ed25519 key");
    folder
        .run(&["plan", "approve", PLAN, "--as", "mara"])
        .exits(3)
        .tells("approvals have to be signed");
    folder.run(&["apply", PLAN]).exits(4);
}

#[test]
fn an_approval_by_key_can_be_given_where_the_state_is_not() {
    let folder = planned(|folder| by_two(folder, 1, ""));
    folder
        .run(&[
            "--state",
            "elsewhere",
            "plan",
            "approve",
            PLAN,
            "--as",
            "mara",
            "--key",
            "mara.key",
        ])
        .exits(0)
        .tells("whether the plan was edited is not checked here");
    folder.run(&["apply", PLAN]).exits(0);
}

#[test]
fn what_was_signed_unseen_and_edited_is_refused() {
    let folder = planned(|folder| by_two(folder, 1, ""));
    let genuine = folder.read(PLAN);
    folder.edit(PLAN, "+46 8 555 0999", "+46 8 555 0998");
    folder
        .run(&[
            "--state",
            "elsewhere",
            "plan",
            "approve",
            PLAN,
            "--as",
            "mara",
            "--key",
            "mara.key",
        ])
        .exits(0);
    let edited = folder.read(PLAN);
    let (_, approvals) = edited.split_once(",\n  \"approvals\"").unwrap();
    let genuine = genuine.strip_suffix("\n}\n").unwrap();
    folder.write(PLAN, &format!("{genuine},\n  \"approvals\"{approvals}"));
    folder
        .run(&["apply", PLAN])
        .exits(4)
        .tells("that of `mara` does not count: the signature is not by the key");
}

#[test]
fn whoever_made_a_plan_may_be_told_to_ask_others() {
    let folder = planned(|folder| by_two(folder, 1, "  by_others: true\n"));
    // Petra made the plan, and approves of it under the name of somebody else.
    approve(&folder, "mara");
    folder
        .run(&["apply", PLAN])
        .exits(4)
        .tells("that of `mara` does not count: they made this plan, or let it past a guard");
    folder
        .run_with(
            &[("MUSTER_ACTOR", "paul")],
            &["plan", "approve", PLAN, "--as", "paul", "--key", "paul.key"],
        )
        .exits(0);
    folder.run(&["apply", PLAN]).exits(0);
}

#[test]
fn what_cannot_be_applied_is_not_approved_of() {
    let folder = planned(|_| "approval: {required: 1}".to_owned());
    folder.run(&["account", "create", "reception"]).exits(0);
    folder
        .run(&["plan", "approve", PLAN, "--as", "mara"])
        .exits(6)
        .tells("there is nothing to approve of: the state moved");
}

#[test]
fn a_key_is_for_its_owner_and_never_overwritten() {
    let folder = Folder::empty();
    let line = key(&folder, "mara");
    assert!(
        line.starts_with("\"mara\": \"ed25519:") && line.ends_with("=\"\n"),
        "{line}"
    );
    let private = folder.read("mara.key");
    assert!(private.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(!line.contains(private.lines().nth(1).unwrap()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path("mara.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    folder
        .run(&["plan", "key", "mara"])
        .exits(3)
        .tells("is there already");
    assert_eq!(folder.read("mara.key"), private);
    folder
        .run(&["plan", "key", "../mara"])
        .exits(3)
        .tells("--out FILE");
    folder
        .run(&["plan", "key", "Mara Müller", "--out", "m.key"])
        .exits(0)
        .prints("\"Mara Müller\": ");
}
