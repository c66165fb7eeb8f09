//! `muster policy test`.

use crate::support::{Folder, POLICY};

const TESTS: &str = "policy.test.yaml";

#[test]
fn the_sample_has_tests_that_pass_and_meet_every_rule() {
    let folder = Folder::sample();
    folder
        .run(&["policy", "test"])
        .exits(0)
        .prints("sides of its rules met (100 %)")
        .prints("7 tests passed");
    folder
        .run(&[
            "policy",
            "test",
            POLICY,
            "--require-tests",
            "--min-coverage",
            "100",
        ])
        .exits(0);
    assert!(!folder.path(".muster").exists(), "nothing is written");
}

#[test]
fn a_changed_rule_fails_with_the_person_the_reason_and_the_line() {
    let folder = Folder::sample();
    folder.edit(
        POLICY,
        "entry.kind != \"service\"",
        "entry.kind == \"service\"",
    );
    let failed = folder
        .run(&["policy", "test", "--junit", "tests.xml"])
        .exits(1);
    failed
        .prints("FAILED somebody new gets an account (policy.test.yaml:")
        .prints("`hanna`, is (policy.test.yaml:")
        .prints("    expected  create\n    found     none\n")
        .prints("in the plan: create `backup.robot`: ");
    let xml = folder.read("tests.xml");
    assert!(
        xml.contains("<failure message=\"hanna, is: expected create, found none\">"),
        "{xml}"
    );
    let json = folder
        .run(&["policy", "test", "--format", "json"])
        .exits(1)
        .json();
    assert_eq!(json["format"], "muster.test/1");
    assert_eq!(json["summary"]["tests"], 7);
}

#[test]
fn wrong_tests_are_told_like_wrong_policies() {
    let folder = Folder::sample();
    folder.edit(TESTS, "department: Finance}}}", "departmnt: Finance}}}");
    for command in [&["policy", "test"][..], &["check", TESTS]] {
        let wrong = folder.run(command).exits(3);
        let said = format!("{}{}", wrong.stdout, wrong.stderr);
        for part in [
            "does not read the attribute `departmnt`",
            "Did you mean `department`?",
            "policy.test.yaml:",
            "the tests `policy.test.yaml` have 1 mistake",
        ] {
            assert!(said.contains(part), "`{part}` in {wrong:#?}");
        }
    }
}

#[test]
fn a_wrong_policy_is_told_before_its_tests() {
    let folder = Folder::sample();
    folder.edit(POLICY, "username: username", "usernam: username");
    folder
        .run(&["policy", "test"])
        .exits(3)
        .tells("Did you mean `username`?")
        .tells("the policy `policy.yaml` has")
        .tells("The policy `policy.yaml` cannot be used: it has mistakes");
}

#[test]
fn a_policy_without_tests_and_rules_without_tests_can_be_refused() {
    let folder = Folder::sample();
    std::fs::create_dir(folder.path("more")).unwrap();
    let policy = folder
        .read(POLICY)
        .replace("directory: staff", "directory: others");
    folder.write("more/others.yaml", &policy);
    folder.run(&["policy", "test"]).exits(0);
    folder
        .run(&["policy", "test", "--require-tests"])
        .exits(1)
        .tells("there is no test of `more/others.yaml`");
    std::fs::create_dir(folder.path("more/tests")).unwrap();
    folder.write(
        "more/tests/others.test.yaml",
        "muster: 1\npolicy: ../others.yaml\ntests:\n  - {name: nobody, people: [], expect: {}}\n",
    );
    folder.run(&["policy", "test", "--require-tests"]).exits(0);
    folder
        .run(&["policy", "test", "more/others.yaml", "--min-coverage", "1"])
        .exits(1)
        .prints("1 test passed")
        .tells("tests of `more/others.yaml` meet 0 % of its rules, and 1 % are asked for");
    folder
        .run(&["policy", "test", "nowhere"])
        .exits(3)
        .tells("`nowhere`");
    let empty = Folder::empty();
    empty
        .run(&["policy", "test"])
        .exits(0)
        .tells("no test was found");
    empty
        .run(&["policy", "test", "--require-tests"])
        .exits(1)
        .tells("no test was found");
}

#[test]
fn tests_beside_policies_are_checked_with_them_and_not_synced() {
    let folder = Folder::sample();
    folder
        .run(&["check", POLICY, TESTS])
        .exits(0)
        .prints("policy.test.yaml: tests that can be run");
    folder.run(&["sync", POLICY, TESTS]).exits(0);
    folder.run(&["policy", "fmt", TESTS, "--check"]).exits(0);
}

#[test]
fn a_recorded_snapshot_is_tested_with_counts() {
    let folder = Folder::sample();
    folder
        .run(&["snapshot", "record", POLICY, "--out", "people.snapshot"])
        .exits(0);
    let tests = |block: &str| {
        format!(
            "muster: 1\npolicy: policy.yaml\nnow: 2026-11-23\ntests:\n  - name: the whole read\n    snapshot: people.snapshot\n    accounts: {{gone: {{id: \"99\"}}, zoe.old: {{id: \"1004\"}}}}\n    counts: {{create: 7, block: {block}}}\n    expect: {{gone: block, zoe.old: [rename, update], zoe.martin: {{username: zoe.martin}}, \"1005\": skipped, hanna.lind: {{is: create, fields: {{department: IT}}}}}}\n"
        )
    };
    folder.write("recorded.test.yaml", &tests("at most 1"));
    folder
        .run(&["policy", "test", "recorded.test.yaml"])
        .exits(0)
        .prints("1 test passed");
    folder.write("recorded.test.yaml", &tests("0"));
    folder
        .run(&["policy", "test", "recorded.test.yaml"])
        .exits(1)
        .prints("the plan, counts.block (recorded.test.yaml:8)\n    expected  0\n    found     1");
}
