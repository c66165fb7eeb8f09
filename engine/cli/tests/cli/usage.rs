//! Wrong usage, wrong policies, and the manners of a terminal program.

use crate::support::{Folder, POLICY};
use std::process::Stdio;

#[test]
fn wrong_usage_has_its_exit_code_and_help_has_none() {
    let folder = Folder::empty();
    for wrong in [
        &[][..],
        &["plam"],
        &["plan"],
        &["plan", POLICY, "--format", "xml"],
        &["account"],
        &["--color", "sometimes", "run", "list"],
    ] {
        let finished = folder.run(wrong).exits(3);
        assert!(!finished.stderr.is_empty(), "{finished:?}");
    }
    folder.run(&["--help"]).exits(0).prints("Exit codes:");
    folder.run(&["plan", "--help"]).exits(0).prints("Examples:");
    folder
        .run(&["account", "delete", "--help"])
        .exits(0)
        .prints("cannot be undone");
    folder.run(&["--version"]).exits(0).prints("muster ");
}

#[test]
fn all_mistakes_of_a_policy_are_shown_with_their_lines() {
    let folder = Folder::sample();
    folder.edit(POLICY, "fields:", "feilds:");
    folder.edit(POLICY, "key: external_id", "key: extrenal_id");
    for command in ["plan", "apply", "sync"] {
        folder
            .run(&[command, POLICY])
            .exits(3)
            .tells("has 2 mistakes")
            .tells("policy.yaml:23")
            .tells("Did you mean `fields`");
    }
    // What a check finds is what it was asked for.
    folder
        .run(&["check", POLICY])
        .exits(3)
        .tells("has 2 mistakes")
        .prints("policy.yaml:23")
        .prints("Did you mean `fields`");
    folder
        .run(&["plan", "nothing.yaml"])
        .exits(3)
        .tells("nothing.yaml");
}

#[test]
fn wrong_settings_are_shown_with_their_line() {
    let folder = Folder::sample();
    folder.edit(POLICY, "end_marker:", "end_markr:");
    folder
        .run(&["plan", POLICY])
        .exits(3)
        .tells("policy.yaml:13")
        .tells("end_marker")
        .tells("muster provider show csv");
    folder
        .run(&["check", POLICY])
        .exits(3)
        .prints("policy.yaml:13")
        .prints("end_marker")
        .prints("muster provider show csv");
}

#[test]
fn a_secret_is_named_and_never_shown() {
    let folder = Folder::sample();
    folder.edit(
        POLICY,
        "scope:",
        "  secrets: {pin: {env: SAMPLE_TOKEN}}\n\nscope:",
    );
    folder
        .run(&["check", POLICY])
        .exits(3)
        .prints("secret `pin`")
        .prints("SAMPLE_TOKEN");
    folder
        .run_with(&[("SAMPLE_TOKEN", "horse-battery")], &["check", POLICY])
        .exits(3)
        .prints("no secret `pin`")
        .never_says("horse-battery");
}

#[test]
fn an_unknown_plugin_is_named() {
    let folder = Folder::sample();
    folder.edit(POLICY, "plugin: csv", "plugin: cvs");
    folder
        .run(&["check", POLICY])
        .exits(3)
        .prints("`cvs`")
        .prints("bundled are");
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let folder = Folder::sample();
    folder.run(&["plan", POLICY]).never_says("\u{1b}");
    folder
        .run(&["plan", POLICY, "--color", "always"])
        .prints("\u{1b}[32m");
    folder
        .run_with(&[("NO_COLOR", "1")], &["plan", POLICY])
        .never_says("\u{1b}");
    folder
        .run(&["plan", POLICY, "--color", "never"])
        .never_says("\u{1b}");
    folder
        .run(&["plan", POLICY, "--format", "json", "--color", "always"])
        .never_says("\u{1b}");
}

#[test]
fn quiet_leaves_results_and_errors() {
    let folder = Folder::sample();
    let applied = folder.run(&["apply", POLICY, "--yes", "--quiet"]).exits(0);
    assert!(applied.stdout.contains("8 created"), "{applied:?}");
    assert_eq!(applied.stderr, "");
    folder
        .run(&["account", "show", "nobody", "--quiet"])
        .exits(1)
        .tells("nobody");
}

#[test]
fn text_of_people_cannot_steer_a_terminal() {
    let folder = Folder::sample();
    folder.edit(
        "people.csv",
        "Facilities, Stockholm",
        "Facilities\u{1b}[2J\u{202e}",
    );
    folder
        .run(&["plan", POLICY])
        .exits(0)
        .never_says("\u{1b}")
        .prints("\\u{1b}[2J\\u{202e}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::synced();
    let mut child = folder
        .command(&["account", "list", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn an_odd_instant_is_refused() {
    let mut folder = Folder::sample();
    folder.at("yesterday");
    folder.run(&["plan", POLICY]).exits(3).tells("MUSTER_NOW");
}
