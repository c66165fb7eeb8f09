//! Plan files that are refused, each with what moved. All of them end with exit
//! code 6, and nothing is changed.

use crate::components::JOURNAL;
use crate::support::{Folder, POLICY};

const PLAN: &str = "staff.muster-plan";

/// The synced sample with a plan that changes Hanna's phone and blocks Aiko.
fn planned() -> Folder {
    let folder = Folder::synced();
    folder.edit("people.csv", "+46 8 555 0101", "+46 8 555 0999");
    folder.remove_person("aiko.tanaka");
    folder.run(&["plan", POLICY, "--out", PLAN]).exits(0);
    folder
}

/// The plan is refused, and whoever looks at it is told the same.
#[track_caller]
fn refused(folder: &Folder, why: &[&str]) {
    let before = folder.run(&["account", "list", "--format", "json"]).stdout;
    let applied = folder.run(&["apply", PLAN]).exits(6);
    let shown = folder.run(&["plan", "show", PLAN]);
    for text in why {
        assert!(applied.stderr.contains(text), "no `{text}` in {applied:#?}");
        assert!(shown.stdout.contains(text), "no `{text}` in {shown:#?}");
    }
    shown.exits(6);
    let after = folder.run(&["account", "list", "--format", "json"]).stdout;
    assert_eq!(before, after, "nothing was changed");
}

#[test]
fn edited() {
    let folder = planned();
    folder.edit(PLAN, "+46 8 555 0999", "+46 8 555 0998");
    refused(
        &folder,
        &["the seal does not fit", "edited after it was made"],
    );
}

#[test]
fn of_another_state() {
    let folder = planned();
    folder.run(&["--state", "other", "sync", POLICY]).exits(0);
    folder
        .run(&["--state", "other", "apply", PLAN])
        .exits(6)
        .tells("it was made for another state folder")
        .tells("--state DIR");
}

#[test]
fn used() {
    let folder = planned();
    folder.run(&["apply", PLAN]).exits(0);
    refused(
        &folder,
        &["already applied, in run r2 by petra at 2026-11-23T08:00:00Z"],
    );
}

#[test]
fn expired() {
    let mut folder = planned();
    folder.at("2026-11-24T08:00:01Z");
    refused(&folder, &["expired at 2026-11-24T08:00:00Z"]);
}

#[test]
fn its_policy_was_edited() {
    let folder = planned();
    folder.edit(POLICY, "  department: department\n", "");
    refused(
        &folder,
        &["the policy `policy.yaml` was changed since (lines were taken out behind line 27)"],
    );
    folder.edit(
        POLICY,
        "  surname: surname\n",
        "  surname: first_name\n  department: department\n",
    );
    refused(&folder, &["policy.yaml` was changed since (line 25)"]);
}

#[test]
fn a_file_of_its_policy_was_edited() {
    let folder = Folder::sample();
    folder.write(
        "guards.yaml",
        "muster: 1\nguards:\n  block: {max: 3}\n  rename: {max: 3}\n",
    );
    let text = folder.read(POLICY);
    let (head, _) = text.split_once("guards:").unwrap();
    folder.write(
        POLICY,
        &head.replace(
            "directory: staff",
            "include: [guards.yaml]\ndirectory: staff",
        ),
    );
    folder.run(&["plan", POLICY, "--out", PLAN]).exits(0);
    folder.edit("guards.yaml", "rename: {max: 3}", "rename: {max: 4}");
    folder
        .run(&["apply", PLAN])
        .exits(6)
        .tells("the file `guards.yaml` was changed since (line 4)")
        .never_says("the policy `policy.yaml` was changed");
}

#[test]
fn its_values_were_edited_or_are_others() {
    let folder = Folder::sample();
    folder.edit(POLICY, "path: people.csv", "path: ${{ file }}");
    folder.edit(
        POLICY,
        "provider:",
        "values:\n  file: nobody.csv\n\nprovider:",
    );
    folder.write("prod.yaml", "muster: 1\nvalues: {file: people.csv}\n");
    folder.write("test.yaml", "muster: 1\nvalues: {file: ./people.csv}\n");
    folder
        .run(&["--values", "prod.yaml", "plan", POLICY, "--out", PLAN])
        .exits(0);
    folder
        .run(&["--values", "test.yaml", "apply", PLAN])
        .exits(6)
        .tells("it was made with the values of `prod.yaml`, and is to be applied with the values of `test.yaml`");
    folder.write(
        "prod.yaml",
        "# moved\nmuster: 1\nvalues: {file: people.csv}\n",
    );
    folder
        .run(&["apply", PLAN])
        .exits(6)
        .tells("the values file `prod.yaml` was changed since (line 1)");
}

#[test]
fn its_plugin_is_another_one() {
    let folder = Folder::sample();
    let mut plugin = std::fs::read(&*JOURNAL).unwrap();
    std::fs::write(folder.path("journal.wasm"), &plugin).unwrap();
    folder.write("journal.jsonl", "");
    let policy = "muster: 1\ndirectory: staff\nprovider:\n  plugin: ./journal.wasm\n  config: {path: journal.jsonl}\n\
                  identity: {key: external_id, username: username}\nfields: {first_name: first_name}\n";
    folder.write(POLICY, policy);
    folder.accept(POLICY);
    let planned = folder.run(&["plan", POLICY, "--out", PLAN]);
    assert!(matches!(planned.code, Some(0 | 5)), "{planned:#?}");
    // A section that nobody reads.
    plugin.extend_from_slice(&[0, 2, 1, b'x']);
    std::fs::write(folder.path("journal.wasm"), &plugin).unwrap();
    for accepted in [false, true] {
        if accepted {
            folder.accept(POLICY);
        }
        folder
            .run(&["apply", PLAN])
            .exits(6)
            .tells("is another one since");
    }
}

#[test]
fn the_state_has_moved() {
    let folder = planned();
    folder
        .run_with(
            &[("MUSTER_ACTOR", "paul")],
            &["account", "create", "reception"],
        )
        .exits(0);
    refused(
        &folder,
        &[
            "the state moved from v1 to v2 since by r2 (account create by paul at",
            "none of which touched an account of this plan",
        ],
    );
    folder.run(&["account", "block", "hanna.lind"]).exits(0);
    refused(
        &folder,
        &[
            "r3 (account block by petra",
            "which touched accounts of this plan: `hanna.lind`",
        ],
    );
}

#[test]
fn everything_that_moved_is_told_at_once() {
    let folder = planned();
    folder.run(&["account", "create", "reception"]).exits(0);
    folder.edit(POLICY, "rename: {max: 3}", "rename: {max: 4}");
    refused(
        &folder,
        &[
            "policy.yaml` was changed since (line",
            "the state moved from v1 to v2",
        ],
    );
}
