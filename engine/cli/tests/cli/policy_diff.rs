//! `muster policy diff`, with the program `git`.

use crate::support::{Finished, Folder, POLICY};
use std::process::Command;

/// A repository with the sample, recorded and synced.
fn repository() -> Folder {
    let folder = Folder::synced();
    folder.run(&["snapshot", "record", POLICY]).exits(0);
    git(&folder, &["init", "-q", "-b", "main", "."]);
    commit(&folder, "the sample");
    folder
}

#[track_caller]
pub fn git(folder: &Folder, arguments: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=petra",
            "-c",
            "user.email=petra@example.org",
        ])
        .args(arguments)
        .current_dir(folder.path("."))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {output:#?}");
}

pub fn commit(folder: &Folder, message: &str) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", message]);
}

const FILTER: (&str, &str) = (
    "entry.kind != \"service\"",
    "entry.department != \"Research\"",
);

#[track_caller]
fn edit(folder: &Folder) {
    folder.edit(POLICY, FILTER.0, FILTER.1);
}

#[track_caller]
fn diff(folder: &Folder, arguments: &[&str]) -> Finished {
    folder.run(&[&["policy", "diff"], arguments].concat())
}

#[test]
fn an_edit_tells_whom_it_affects_why_and_by_which_line() {
    let folder = repository();
    diff(&folder, &["main"])
        .exits(0)
        .prints("staff (policy.yaml): nothing was edited");
    edit(&folder);
    let state = folder.run(&["account", "list"]).stdout;
    for arguments in [
        &["main"][..],
        &["HEAD", "."],
        &["main", POLICY],
        &["main:policy.yaml", POLICY],
        &["main:./policy.yaml", POLICY],
    ] {
        diff(&folder, arguments)
            .exits(0)
            .prints("staff (policy.yaml): 3 people are affected: 2 newly blocked, 1 newly created")
            .prints("2 × blocked: `where` is not true of them: entry.department != \"Research\" (policy.yaml:17)")
            .prints("liam.oconnor, priya.nair")
            .prints("and 8 accounts of `.muster`");
    }
    diff(&folder, &["main", "--exit-code"]).exits(2);
    diff(&folder, &["main", "--max-affected", "3"]).exits(0);
    diff(&folder, &["main", "--max-affected", "2"])
        .exits(4)
        .tells("3 people are affected by the edit, and at most 2 may be");
    assert_eq!(
        folder.run(&["account", "list"]).stdout,
        state,
        "nothing was written"
    );
    commit(&folder, "an edit");
    diff(&folder, &["HEAD~1", "HEAD"])
        .exits(0)
        .prints("staff (HEAD:policy.yaml): 3 people are affected")
        .prints("(HEAD:policy.yaml:17)");
    diff(&folder, &["HEAD", "HEAD~1"])
        .exits(0)
        .prints("2 no longer blocked, 1 no longer created");
}

#[test]
fn what_a_snapshot_does_not_tell_is_not_guessed() {
    let folder = repository();
    folder.edit(POLICY, "groups: [intranet]", "groups: [intranet, partners]");
    folder.edit(POLICY, "email: email", "email: emails");
    diff(&folder, &["main"])
        .exits(5)
        .prints("nobody can know what the edit does")
        .prints("for the new policy, the snapshot lacks the attribute `emails`; who is in the group `partners` (scope.groups)")
        .prints("`muster snapshot record policy.yaml --with main:policy.yaml`")
        .never_says("affected");
    let json = diff(&folder, &["main", "--format", "json"]).exits(5).json();
    assert_eq!(json["format"], "muster.effect/1");
    assert_eq!(json["known"], false);
    assert_eq!(json["directories"][0]["lacks"][0], "the attribute `emails`");
}

#[test]
fn files_that_are_named_stand_for_the_state() {
    let folder = repository();
    edit(&folder);
    folder.run(&["state", "export", "accounts.jsonl"]).exits(0);
    let snapshot = ".muster/snapshots/staff.snapshot";
    std::fs::rename(folder.path(snapshot), folder.path("staff.snapshot")).unwrap();
    let elsewhere = ["--state", "elsewhere"];
    diff(&folder, &[&["main"], &elsewhere[..]].concat())
        .exits(5)
        .prints("there is no snapshot to compare with");
    let named = ["main", "--snapshot", "staff.snapshot"];
    diff(&folder, &[&named[..], &elsewhere].concat())
        .exits(0)
        .prints("as for an empty intranet")
        .prints("1 newly created, 2 no longer created");
    let with = ["--accounts", "accounts.jsonl"];
    diff(&folder, &[&named[..], &elsewhere, &with].concat())
        .exits(0)
        .prints("8 accounts of `accounts.jsonl`")
        .prints("2 newly blocked");
    assert!(!folder.path("elsewhere").exists());
    folder.write("accounts.jsonl", "{}");
    diff(&folder, &[&named[..], &with].concat())
        .exits(1)
        .tells("line 1 is no account");
}

#[test]
fn included_files_values_and_exceptions_are_those_of_the_revision() {
    let folder = repository();
    std::fs::create_dir(folder.path("shared")).unwrap();
    folder.write(
        "shared/rules.yaml",
        "muster: 1\nblock:\n  - {name: robots, when: entry.kind == \"robot\"}\n",
    );
    folder.write("values.yaml", "muster: 1\nvalues: {department: Legal}\n");
    let policy = folder.read(POLICY).replace(
        "directory: staff",
        "include: [shared/rules.yaml]\nexceptions: exceptions.yaml\nvalues: {department: none}\ndirectory: staff",
    );
    let policy = policy.replace(
        FILTER.0,
        "entry.kind != \"service\" && entry.department != values.department",
    );
    folder.write(POLICY, &policy);
    folder.write("exceptions.yaml", "muster: 1\nexceptions: []\n");
    folder.run(&["snapshot", "record", POLICY]).exits(0);
    commit(&folder, "several files");
    let values = ["main", "--values", "values.yaml"];
    diff(&folder, &values).exits(0).prints("nothing was edited");
    folder.write(
        "shared/rules.yaml",
        "muster: 1\nblock:\n  - {name: robots, when: entry.department == \"Finance\"}\n",
    );
    diff(&folder, &values)
        .exits(0)
        .prints("2 newly blocked")
        .prints("rule `robots` holds (shared/rules.yaml:3)")
        .prints("aiko.tanaka, mateo.rivas");
    folder.write("values.yaml", "muster: 1\nvalues: {department: Sales}\n");
    folder.write("exceptions.yaml", "muster: 1\nexceptions:\n  - {exclude: jan.novak, owner: kim, reason: away, expires: 2027-01-01}\n");
    diff(&folder, &values)
        .exits(0)
        .prints("4 newly blocked")
        .prints("zoe.martin")
        .prints("jan.novak");
    std::fs::remove_file(folder.path("exceptions.yaml")).unwrap();
    diff(&folder, &values)
        .exits(3)
        .tells("the policy `policy.yaml` has 1 mistake");
}

#[test]
fn policies_that_come_and_go_are_told() {
    let folder = repository();
    std::fs::create_dir(folder.path("policies")).unwrap();
    git(&folder, &["mv", POLICY, "policies/staff.yaml"]);
    folder.edit(
        "policies/staff.yaml",
        "path: people.csv",
        "path: ../people.csv",
    );
    // The same directory at another place is the same policy.
    diff(&folder, &["main:policy.yaml", "policies/staff.yaml"])
        .exits(0)
        .prints("the edit changes nothing for anybody");
    diff(&folder, &["main", "policies"])
        .exits(0)
        .prints("the policy is new");
    commit(&folder, "moved");
    std::fs::remove_file(folder.path("policies/staff.yaml")).unwrap();
    diff(&folder, &["HEAD", "policies"])
        .exits(0)
        .prints("the policy is gone: nothing is synced any more");
}

#[test]
fn what_is_no_version_is_wrong_usage() {
    let folder = repository();
    for arguments in [
        &["nowhere", POLICY][..],
        &["--", "--output=x", POLICY],
        &["main:../x", POLICY],
    ] {
        diff(&folder, arguments)
            .exits(3)
            .tells("is no file, no folder, and no revision of git");
    }
    diff(&folder, &["main:people.csv", POLICY]).exits(3);
    let plain = Folder::sample();
    diff(&plain, &["main", POLICY]).exits(3);
    diff(&plain, &[POLICY, POLICY])
        .exits(0)
        .prints("nothing was edited");
}

#[test]
fn values_are_shown_only_if_asked_for_and_sensitive_ones_never() {
    let folder = repository();
    folder.edit(
        POLICY,
        "surname: surname",
        "surname: {from: surname, transform: [{map: {table: {Lind: Canary}}}]}",
    );
    folder.edit(
        POLICY,
        "  email: email",
        "  email: {from: email, sensitive: true, transform: upper}",
    );
    for format in ["text", "markdown", "json"] {
        diff(&folder, &["main", "--format", format])
            .exits(0)
            .prints("hanna.lind")
            .never_says("Canary")
            .never_says("HANNA.LIND");
        diff(&folder, &["main", "--format", format, "--show-values"])
            .exits(0)
            .prints("Canary")
            .never_says("HANNA.LIND");
    }
}

#[test]
fn people_under_pseudonyms_are_compared_with_accounts_under_pseudonyms() {
    let folder = repository();
    let record = ["snapshot", "record", POLICY, "--pseudonyms"];
    let into = ["--out", "staff.snapshot", "--accounts", "accounts.jsonl"];
    folder.run(&[&record[..], &into].concat()).exits(0);
    folder.edit(POLICY, FILTER.0, "entry.kind == \"service\"");
    let named = ["main", "--snapshot", "staff.snapshot"];
    diff(&folder, &named)
        .exits(3)
        .tells("are under pseudonyms, and the accounts are not")
        .tells("--accounts");
    let named = [&named[..], &["--accounts", "accounts.jsonl"]].concat();
    diff(&folder, &named)
        .exits(0)
        .prints("9 people are affected: 8 newly blocked, 1 newly created")
        .never_says("liam")
        .never_says("priya");
    // A word of which the policy did not speak is another one now.
    folder.edit(POLICY, "entry.kind == \"service\"", FILTER.1);
    diff(&folder, &named)
        .exits(5)
        .prints("people are under pseudonyms, and so may be `Research`");
    // Words that have stayed may be put together anew, in any letters.
    folder.edit(
        POLICY,
        FILTER.1,
        "'!(entry.kind in [\"Service\", \"INTRANET\"])'",
    );
    diff(&folder, &named).exits(0);
}

#[test]
fn one_read_is_recorded_for_both_policies() {
    let folder = repository();
    folder.edit(
        POLICY,
        "email: email",
        "email: {from: username, transform: upper}",
    );
    folder.edit(POLICY, "groups: [intranet]", "groups: [partners, intranet]");
    folder.edit(POLICY, FILTER.0, "entry.department != \"Research\"");
    diff(&folder, &["main"]).exits(5);
    let record = ["snapshot", "record", POLICY, "--with", "main:policy.yaml"];
    folder.run(&record).exits(0);
    diff(&folder, &["main"])
        .exits(0)
        .prints("2 newly blocked")
        .prints("2 newly created")
        .prints("liam.oconnor, priya.nair")
        .prints("backup.robot, ines.costa");
    let into = [
        "--pseudonyms",
        "--out",
        "both.snapshot",
        "--accounts",
        "accounts.jsonl",
    ];
    folder.run(&[&record[..], &into].concat()).exits(0);
    diff(
        &folder,
        &[
            "main",
            "--snapshot",
            "both.snapshot",
            "--accounts",
            "accounts.jsonl",
        ],
    )
    .exits(0)
    .prints("2 newly blocked")
    .prints("2 newly created")
    .never_says("liam");
    folder
        .run(&["snapshot", "record", POLICY, "--with", "main:people.csv"])
        .exits(3);
}

#[test]
fn folders_below_and_hooks_find_the_same_files() {
    let folder = repository();
    let below = "Richtlinien für alle";
    std::fs::create_dir(folder.path(below)).unwrap();
    let policy = format!("{below}/staff.yaml");
    git(&folder, &["mv", POLICY, &policy]);
    folder.edit(&policy, "path: people.csv", "path: ../people.csv");
    commit(&folder, "moved");
    folder.edit(&policy, FILTER.0, FILTER.1);
    let affected = "3 people are affected: 2 newly blocked, 1 newly created";
    let old = format!("HEAD:{policy}");
    for arguments in [
        ["HEAD", below],
        ["HEAD", &policy],
        [&old, &policy],
        ["HEAD", "."],
    ] {
        diff(&folder, &arguments).exits(0).prints(affected);
    }
    let call = ["policy", "diff", "HEAD", below];
    folder
        .run_with(&[("GIT_DIR", ".git")], &call)
        .exits(0)
        .prints(affected);
    let mut command = folder.command(&["policy", "diff", "HEAD", "--state", "../.muster"]);
    let output = command.current_dir(folder.path(below)).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(affected), "{said}");
}
