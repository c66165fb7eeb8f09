//! The language server with a client that is not ours: Neovim, without a window.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use muster_tests::Muster;
use muster_tests::muster::{binary, workspace};
use muster_tests::program::{self, eventually, find};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Longer than a session takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(180);

/// Runs Neovim with a script of `tests/lsp`, and gives what it said: a line of
/// JSON each, a name and a value.
fn session(muster: &Muster, script: &str) -> Vec<(String, Value)> {
    let script = workspace().join("tests/lsp").join(script);
    let mut command = Command::new(find("nvim"));
    let like = muster.command(&[]);
    command
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c"])
        .arg(format!("luafile {}", script.display()))
        .current_dir(muster.folder())
        .env_clear()
        .env("MUSTER", binary());
    for (name, value) in like.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let finished = program::run(&mut command, "", LIMIT).ok();
    let said = finished
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let said: Vec<(String, Value)> = said.collect();
    assert!(!said.is_empty(), "{finished}");
    said
}

fn of<'a>(said: &'a [(String, Value)], name: &str) -> &'a Value {
    let found = said.iter().find(|(known, _)| known == name);
    found.map_or_else(|| panic!("no `{name}` in {said:#?}"), |(_, value)| value)
}

fn labels(items: &Value) -> Vec<&str> {
    let items = items.as_array().expect("a list of items").iter();
    items.map(|item| item["label"].as_str().unwrap()).collect()
}

#[test]
fn an_editor_writes_a_policy() {
    let muster = Muster::new();
    muster.run(&["init"]).ok();
    muster.run(&["snapshot", "record", "policy.yaml"]).ok();
    let policy = muster.read("policy.yaml");
    let wrong = policy.replace("mode: create", "mode: creat");
    assert_ne!(policy, wrong);
    muster.write("policy.yaml", &wrong);
    let said = session(&muster, "session.lua");

    // A mistake, where it is.
    let found = of(&said, "diagnostics");
    let mut all = found.as_array().unwrap().iter();
    let wrong = all.find(|one| one["code"] == "unknown-word");
    let wrong = wrong.unwrap_or_else(|| panic!("{found}"));
    assert_eq!(wrong["text"], "creat");
    assert!(
        wrong["message"].as_str().unwrap().contains("create"),
        "{found}"
    );

    // What could be written: keys of a field, and attributes of the file.
    let keys = labels(of(&said, "keys"));
    for key in ["from", "expr", "default", "mode", "type"] {
        assert!(keys.contains(&key), "{key} in {keys:?}");
    }
    let attributes = labels(of(&said, "attributes"));
    for attribute in ["first_name", "employee_id", "contract_end"] {
        assert!(
            attributes.contains(&attribute),
            "{attribute} in {attributes:?}"
        );
    }

    // What a mapping gives for a person of the snapshot.
    let hover = of(&said, "hover").as_str().unwrap();
    assert!(hover.contains(r#"hanna.lind → "Hanna Lind""#), "{hover}");
    let rule = of(&said, "rule").as_str().unwrap();
    assert!(rule.contains("hanna.lind → false"), "{rule}");
    assert!(
        rule.contains("It holds for 1 of the first 11 people"),
        "{rule}"
    );

    // A fix, taken; and nothing is wrong any more.
    assert_eq!(of(&said, "action"), "Write `create`");
    assert_eq!(
        of(&said, "fixed"),
        &Value::from(policy.trim_end_matches('\n'))
    );
    assert_eq!(of(&said, "left"), &Value::Array(vec![]));

    // Edits of the editor's own, with letters of all lengths; then all is brought
    // into its form.
    assert_eq!(of(&said, "after-emoji")[0]["text"], "entri");
    assert_eq!(
        of(&said, "formatted"),
        &Value::from(policy.trim_end_matches('\n'))
    );

    // Nothing is left behind.
    let server = muster.read("lsp.pid");
    let process = Path::new("/proc").join(server.trim());
    assert!(
        eventually(Duration::from_secs(10), || !process.exists()),
        "the server lives on"
    );
}
