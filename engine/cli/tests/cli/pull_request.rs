//! The story of a pull request: what the workflows of `policies/ci` run, with the
//! real `git`.

use crate::policy_diff::{commit, git};
use crate::support::Folder;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// A workflow: its commands in order, with those that run in any case.
struct Workflow {
    /// Each with whether it runs after a failure, too.
    commands: Vec<(String, bool)>,
    variables: Vec<(String, String)>,
}

fn read(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../policies/ci")
        .join(name);
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn variables(map: &Value) -> Vec<(String, String)> {
    let map = map.as_object().unwrap().iter();
    map.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

fn github() -> Workflow {
    let file = read("github-actions.yaml");
    let steps = file["jobs"]["policies"]["steps"].as_array().unwrap();
    let runs = steps.iter().filter_map(|step| {
        let always = step["if"] == "always()";
        Some((step["run"].as_str()?.to_owned(), always))
    });
    Workflow {
        commands: runs.collect(),
        variables: variables(&file["env"]),
    }
}

/// All lines of a job run in one shell.
fn gitlab() -> Workflow {
    let file = read("gitlab-ci.yaml");
    let lines = |key: &str| -> String {
        let lines = file["policies"][key].as_array().unwrap().iter();
        lines
            .map(|line| format!("{}\n", line.as_str().unwrap()))
            .collect()
    };
    Workflow {
        commands: vec![(lines("script"), false), (lines("after_script"), true)],
        variables: variables(&file["policies"]["variables"]),
    }
}

/// A clone of a repository whose `main` has a policy, its tests and what was
/// recorded, on a branch of its own.
struct Clone {
    folder: Folder,
}

impl Clone {
    fn new() -> Self {
        let folder = Folder::synced();
        for name in ["policies", "snapshots", "bin"] {
            std::fs::create_dir(folder.path(name)).unwrap();
        }
        let recorded = "snapshots/staff.snapshot";
        folder
            .run(&["snapshot", "record", "policy.yaml", "--out", recorded])
            .exits(0);
        folder
            .run(&["state", "export", "snapshots/accounts.jsonl"])
            .exits(0);
        for (from, to) in [
            ("policy.yaml", "policies/staff.yaml"),
            ("policy.test.yaml", "policies/staff.test.yaml"),
            ("people.csv", "policies/people.csv"),
        ] {
            std::fs::rename(folder.path(from), folder.path(to)).unwrap();
        }
        folder.edit(
            "policies/staff.test.yaml",
            "policy: policy.yaml",
            "policy: staff.yaml",
        );
        std::fs::remove_dir_all(folder.path(".muster")).unwrap();
        // What a code host would do with the comment.
        folder.write("bin/gh", "#!/bin/sh\necho \"$@\" > comment.txt\n");
        std::fs::set_permissions(
            folder.path("bin/gh"),
            std::fs::Permissions::from_mode(0o755),
        )
        .unwrap();
        git(&folder, &["init", "-q", "-b", "main", "."]);
        commit(&folder, "policies");
        git(&folder, &["clone", "-q", "--bare", ".", "origin.git"]);
        git(&folder, &["remote", "add", "origin", "./origin.git"]);
        git(&folder, &["fetch", "-q", "origin"]);
        git(&folder, &["checkout", "-q", "-b", "edit"]);
        Self { folder }
    }

    fn sh(&self, command: &str, variables: &[(String, String)]) -> Output {
        let muster = Path::new(env!("CARGO_BIN_EXE_muster")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let bin = self.folder.path("bin");
        let path = format!("{}:{}:{path}", bin.display(), muster.display());
        let mut sh = self.folder.command(&[]);
        let environment: Vec<(std::ffi::OsString, std::ffi::OsString)> = sh
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        sh = Command::new("sh");
        sh.args(["-e", "-c", command])
            .current_dir(self.folder.path("."))
            .env_clear()
            .envs(environment)
            .env("PATH", path)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GITHUB_BASE_REF", "main")
            .env("GITHUB_STEP_SUMMARY", self.folder.path("summary.md"))
            .env("PULL_REQUEST", "17")
            .env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")
            .env("BOT_TOKEN", "")
            .envs(variables.iter().map(|(name, value)| (name, value)));
        sh.output().unwrap()
    }

    /// Runs a workflow as its host does; gives the first failure's code and all that
    /// was said.
    fn run(&self, workflow: &Workflow, most: &str) -> (Option<i32>, String) {
        let mut variables = workflow.variables.clone();
        for (name, value) in &mut variables {
            if name == "MAX_AFFECTED" {
                *value = most.to_owned();
            }
        }
        let (mut code, mut said) = (Some(0), String::new());
        for (command, always) in &workflow.commands {
            if code != Some(0) && !always {
                continue;
            }
            let output = self.sh(command, &variables);
            said.push_str(&String::from_utf8_lossy(&output.stdout));
            said.push_str(&String::from_utf8_lossy(&output.stderr));
            if code == Some(0) {
                code = output.status.code();
            }
        }
        (code, said)
    }
}

fn workflows() -> [Workflow; 2] {
    let workflows = [github(), gitlab()];
    for workflow in &workflows {
        let all: String = workflow
            .commands
            .iter()
            .map(|(command, _)| command.as_str())
            .collect();
        for command in [
            "muster check ",
            "muster policy test ",
            "muster policy diff ",
        ] {
            assert!(all.contains(command), "{command} in {all}");
        }
        assert!(
            workflow
                .variables
                .iter()
                .any(|(name, _)| name == "MAX_AFFECTED")
        );
    }
    workflows
}

#[test]
fn an_edit_that_affects_few_passes_and_the_page_says_whom() {
    for workflow in workflows() {
        let clone = Clone::new();
        let folder = &clone.folder;
        folder.edit(
            "policies/staff.yaml",
            "entry.kind != \"service\"",
            "entry.kind != \"service\" && entry.department != \"People\"",
        );
        commit(folder, "a filter");
        let (code, said) = clone.run(&workflow, "1");
        assert_eq!(code, Some(0), "{said}");
        let page = folder.read("effect.md");
        assert!(page.contains("| staff | 1 | 1 |"), "{page}");
        assert!(page.contains("fatima.zahra"), "{page}");
        assert!(page.contains("`policies/staff.yaml:17`"), "{page}");
        assert!(folder.read("tests.xml").contains("failures=\"0\""));
    }
}

#[test]
fn a_bad_edit_is_stopped_and_the_page_names_who_and_why() {
    for workflow in workflows() {
        let clone = Clone::new();
        let folder = &clone.folder;
        // A filter that its author took for complete: the tests know of no others.
        folder.edit(
            "policies/staff.yaml",
            "where: entry.kind != \"service\"",
            "where: entry.kind != \"service\" && entry.department in [\"IT\", \"Sales\", \"Finance\"]",
        );
        commit(folder, "a filter");
        let (code, said) = clone.run(&workflow, "3");
        assert_eq!(code, Some(4), "{said}");
        assert!(
            said.contains("are affected by the edit, and at most 3 may be"),
            "{said}"
        );
        let page = folder.read("effect.md");
        for part in [
            "newly blocked</b>: 4",
            "entry.department in",
            "fatima.zahra",
            "`policies/staff.yaml:17`",
            "guard `block.max` would stop",
        ] {
            assert!(page.contains(part), "`{part}` in {page}");
        }
    }
    let clone = Clone::new();
    let (code, said) = clone.run(&github(), "0");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        clone.folder.read("comment.txt"),
        "pr comment 17 --body-file effect.md --edit-last --create-if-none\n"
    );
    assert_eq!(
        clone.folder.read("summary.md"),
        clone.folder.read("effect.md")
    );
}

#[test]
fn an_edit_without_its_tests_and_one_with_a_mistake_go_no_further() {
    for workflow in workflows() {
        let clone = Clone::new();
        let folder = &clone.folder;
        folder.edit(
            "policies/staff.yaml",
            "{from: phone, default: \"not known\"}",
            "phone",
        );
        commit(folder, "no default");
        let (code, said) = clone.run(&workflow, "100");
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains("a telephone number that is missing is called so"),
            "{said}"
        );
        folder.edit(
            "policies/staff.yaml",
            "username: username",
            "usrname: username",
        );
        let (code, said) = clone.run(&workflow, "100");
        assert_eq!(code, Some(3), "{said}");
        assert!(!folder.path("effect.md").exists(), "{said}");
    }
}
