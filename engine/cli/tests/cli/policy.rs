//! `muster policy`: the canonical form, and the schema.

use crate::support::{Folder, POLICY};
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;

#[test]
fn the_sample_is_in_its_canonical_form_and_names_its_schema() {
    let folder = Folder::sample();
    let before = folder.read(POLICY);
    folder.run(&["policy", "fmt", POLICY, "--check"]).exits(0);
    folder
        .run(&["policy", "fmt", POLICY])
        .exits(0)
        .never_says("formatted");
    assert_eq!(folder.read(POLICY), before);
    let first = before.lines().next().unwrap();
    let schema = first
        .strip_prefix("# yaml-language-server: $schema=")
        .unwrap();
    let shipped: Value = serde_json::from_str(&folder.read(schema)).unwrap();
    let printed = folder.run(&["policy", "schema"]).exits(0).json();
    assert_eq!(shipped, printed);
    assert_eq!(
        printed["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
}

#[test]
fn untidy_policies_are_named_or_written() {
    let folder = Folder::sample();
    let tidy = folder.read(POLICY);
    folder.edit(POLICY, "directory: staff  #", "directory:    'staff' #");
    let untidy = folder.read(POLICY);
    let checked = folder.run(&["policy", "fmt", POLICY, "--check"]).exits(1);
    assert_eq!(checked.stdout, "policy.yaml\n");
    assert_eq!(folder.read(POLICY), untidy, "nothing is written");
    folder
        .run(&["policy", "fmt", POLICY])
        .exits(0)
        .tells("formatted policy.yaml");
    assert_eq!(
        folder.read(POLICY),
        tidy.replace("directory: staff  #", "directory: \"staff\"  #")
    );
    folder.run(&["policy", "fmt", POLICY, "--check"]).exits(0);
}

#[test]
fn what_cannot_be_read_is_told_and_the_others_go_on() {
    let folder = Folder::sample();
    folder.write("wrong.yaml", "a: [\n");
    folder.edit(POLICY, "directory: staff  #", "directory: staff #");
    folder
        .run(&["policy", "fmt", "wrong.yaml", "none.yaml", POLICY])
        .exits(3)
        .tells("`wrong.yaml` cannot be formatted")
        .tells("none.yaml")
        .tells("formatted policy.yaml");
    assert_eq!(folder.read("wrong.yaml"), "a: [\n");
}

#[test]
fn an_editor_gets_the_form_of_what_it_holds() {
    let folder = Folder::empty();
    let through = |arguments: &[&str], text: &str| {
        let mut child = folder
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let fmt = ["policy", "fmt", "--stdin"];
    assert_eq!(
        through(&fmt, "muster:   1\n"),
        (Some(0), "muster: 1\n".to_owned())
    );
    assert_eq!(through(&fmt, "muster: [\n"), (Some(3), String::new()));
    let check = ["policy", "fmt", "--stdin", "--check"];
    assert_eq!(through(&check, "muster:   1\n"), (Some(1), String::new()));
    assert_eq!(through(&check, "muster: 1\n"), (Some(0), String::new()));
    folder.run(&["policy", "fmt"]).exits(3);
    folder.run(&["policy", "fmt", "--stdin", "a.yaml"]).exits(3);
}
