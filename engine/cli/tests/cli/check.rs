//! `muster check`: what is wrong with policies, in every form, and put right.

use crate::schema::wrong;
use crate::support::{Folder, POLICY};
use muster_policy::{Code, Severity};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/check")
}

/// Three policies: one whose text is wrong, one whose settings are, a good one.
fn three() -> Folder {
    let folder = Folder::empty();
    for name in ["staff.yaml", "guests.yaml", "good.yaml"] {
        folder.write(name, &fs::read_to_string(golden().join(name)).unwrap());
    }
    folder
}

const THREE: [&str; 4] = ["check", "staff.yaml", "guests.yaml", "good.yaml"];

fn in_format(format: &str) -> String {
    let folder = three();
    let call: Vec<&str> = THREE.iter().copied().chain(["--format", format]).collect();
    let printed = folder.run(&call).exits(3);
    if format != "text" {
        assert_eq!(printed.stderr, "", "talk has no place beside a document");
    }
    // A version is no part of what is told.
    printed.stdout.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

/// `MUSTER_BLESS=1` writes the expected text anew.
#[track_caller]
fn is_golden(format: &str) {
    let found = in_format(format);
    let file = golden().join(format!("expected.{format}"));
    if env::var_os("MUSTER_BLESS").is_some() {
        fs::write(&file, &found).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), found);
}

#[test]
fn text_is_for_people() {
    is_golden("text");
}

#[test]
fn json_is_for_programs() {
    is_golden("json");
    let document: Value = serde_json::from_str(&in_format("json")).unwrap();
    assert_eq!(document["format"], "muster.check/1");
    assert_eq!(document["summary"]["policies"], 3);
    assert_eq!(document["summary"]["valid"], 1);
}

#[test]
fn github_shows_it_beside_the_lines_of_a_pull_request() {
    is_golden("github");
    for line in in_format("github").lines() {
        assert!(
            line.starts_with("::error file=") || line.starts_with("::warning file="),
            "{line}"
        );
        let (properties, _) = line.trim_start_matches("::").split_once("::").unwrap();
        assert_eq!(
            properties.split_once(' ').unwrap().1.matches(',').count(),
            4,
            "{line}"
        );
    }
}

#[test]
fn sarif_is_what_its_schema_says_and_what_code_hosts_take() {
    is_golden("sarif");
    let log: Value = serde_json::from_str(&in_format("sarif")).unwrap();
    let schema = include_str!("../data/sarif-schema-2.1.0.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    assert_eq!(wrong(&schema, &log), Vec::<String>::new());
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 5 && rules.len() >= 5);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# "));
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            !uri.starts_with('/') && !uri.contains(':'),
            "{uri} is relative"
        );
        for part in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(place["region"][part].as_u64().unwrap() >= 1, "{result}");
        }
        assert!(result["partialFingerprints"].is_object());
    }
    let mut prints: Vec<&Value> = results
        .iter()
        .map(|one| &one["partialFingerprints"])
        .collect();
    prints.sort_by_key(|one| one.to_string());
    prints.dedup();
    assert_eq!(
        prints.len(),
        results.len(),
        "each result has a fingerprint of its own"
    );
}

#[test]
fn a_good_policy_gives_an_empty_document() {
    let folder = three();
    let json = folder
        .run(&["check", "good.yaml", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(json["diagnostics"], serde_json::json!([]));
    assert_eq!(json["policies"][0]["directory"], "good");
    assert_eq!(json["policies"][0]["valid"], true);
    let github = folder
        .run(&["check", "good.yaml", "--format", "github"])
        .exits(0);
    assert_eq!(github.stdout, "");
    let sarif = folder
        .run(&["check", "good.yaml", "--format", "sarif"])
        .exits(0)
        .json();
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn addresses_are_relative_to_the_repository() {
    let folder = three();
    let root = folder.path("..").canonicalize().unwrap();
    let here = folder.path(".").canonicalize().unwrap();
    let below = here.strip_prefix(&root).unwrap().display().to_string();
    let found = folder.run_with(
        &[("GITHUB_WORKSPACE", root.to_str().unwrap())],
        &["check", "./staff.yaml", "--format", "github"],
    );
    found
        .exits(3)
        .prints(&format!("file={below}/staff.yaml,line=10"));
}

#[test]
fn what_cannot_be_read_is_told_in_every_form() {
    let folder = Folder::empty();
    folder.write("latin.yaml", "");
    fs::write(folder.path("latin.yaml"), b"muster: 1 # caf\xe9\n").unwrap();
    fs::create_dir(folder.path("folder.yaml")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("gone", folder.path("link.yaml")).unwrap();
    let call = [
        "check",
        "none.yaml",
        "latin.yaml",
        "folder.yaml",
        "link.yaml",
    ];
    folder
        .run(&call)
        .exits(3)
        .prints("The policy cannot be read: No such file or directory")
        .prints("it is not text in UTF-8")
        .prints("it is a folder")
        .prints("it is a link to `gone`, which is not there");
    let json = folder
        .run(&[&call[..], &["--format", "json"]].concat())
        .exits(3)
        .json();
    let codes: Vec<&str> = json["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["unreadable-file"; 4]);
    assert_eq!(json["diagnostics"][3]["line"], 1);
}

#[test]
fn two_policies_of_one_directory_are_told_at_the_second() {
    let folder = three();
    folder.write("again.yaml", &folder.read("good.yaml"));
    let json = folder
        .run(&["check", "good.yaml", "again.yaml", "--format", "json"])
        .exits(3)
        .json();
    let found = &json["diagnostics"][0];
    assert_eq!(found["code"], "directory-twice");
    assert_eq!(
        (found["file"].as_str(), found["line"].as_u64()),
        (Some("again.yaml"), Some(2))
    );
    assert_eq!(json["diagnostics"].as_array().unwrap().len(), 1);
}

#[test]
fn what_can_only_be_meant_in_one_way_is_put_right() {
    let folder = Folder::sample();
    let good = folder.read(POLICY);
    folder.edit(POLICY, "fields:", "feilds:");
    folder.edit(POLICY, "key: external_id", "key: extrenal_id");
    folder.edit(
        POLICY,
        "entry.kind != \"service\"",
        "not entry.kind = \"service\"",
    );
    folder
        .run(&["check", POLICY, "--fix"])
        .exits(0)
        .tells("fixed policy.yaml:23: Write `fields` [unknown-key]")
        .tells("fixed policy.yaml:20: Write `external_id` [unknown-word]")
        .prints("policy.yaml: valid");
    let fixed = folder.read(POLICY);
    assert_eq!(
        fixed,
        good.replace(
            "entry.kind != \"service\"",
            "'!(entry.kind == \"service\")'"
        )
    );
}

#[test]
fn what_may_be_meant_in_two_ways_stays_as_it_is() {
    let folder = three();
    folder.edit("staff.yaml", "extrenal_id", "id");
    folder.edit("staff.yaml", "feilds", "things");
    let before = folder.read("staff.yaml");
    let modified = fs::metadata(folder.path("staff.yaml"))
        .unwrap()
        .modified()
        .unwrap();
    folder
        .run(&["check", "staff.yaml", "--fix"])
        .exits(3)
        .never_says("fixed");
    assert_eq!(folder.read("staff.yaml"), before);
    let after = fs::metadata(folder.path("staff.yaml"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(modified, after, "nothing is written");
}

#[test]
fn files_that_a_policy_includes_are_put_right_too() {
    let folder = three();
    fs::create_dir(folder.path("shared")).unwrap();
    folder.write(
        "shared/names.yaml",
        "muster: 1\nfeilds:\n  # as it is spoken\n  surname: sn\n",
    );
    folder.edit(
        "good.yaml",
        "fields:",
        "include: shared/names.yaml\nfields:",
    );
    let policy = folder.read("good.yaml");
    folder
        .run(&["check", "good.yaml"])
        .exits(3)
        .prints("shared/names.yaml:2:1");
    folder
        .run(&["check", "good.yaml", "--fix"])
        .exits(0)
        .tells("fixed shared/names.yaml:2: Write `fields` [unknown-key]");
    assert_eq!(
        folder.read("shared/names.yaml"),
        "muster: 1\nfields:\n  # as it is spoken\n  surname: sn\n"
    );
    assert_eq!(folder.read("good.yaml"), policy);
}

#[test]
fn a_diagnostic_is_explained() {
    let folder = Folder::empty();
    folder
        .run(&["check", "--explain", "unknown-key"])
        .exits(0)
        .prints("There is no such key.")
        .prints("\nWrong\n")
        .prints("      exlude: {usernames: [helpdesk]}")
        .never_says("```");
    folder
        .run(&["check", "--explain", "unknwon-key"])
        .exits(3)
        .tells("there is no diagnostic `unknwon-key`")
        .tells("did you mean `unknown-key`?");
    let all = folder.run(&["check", "--explain"]).exits(0);
    assert_eq!(all.stdout.lines().count(), Code::ALL.len());
    assert!(all.stdout.contains("never-holds"), "{all:?}");
    folder.run(&["check", "--explain", "tab", "--fix"]).exits(3);
    folder.run(&["check"]).exits(3).tells("POLICY");
}

#[test]
fn the_online_check_is_told_in_words_only() {
    let folder = Folder::sample();
    folder
        .run(&["check", POLICY, "--online", "--format", "json"])
        .exits(3)
        .tells("leave `--format` or `--online` out");
}

/// An example of a page: files of one case.
fn write_example(folder: &Folder, page: &str, heading: &str) {
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    for block in section.split("\n```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        let Some((_, file)) = kind.split_once('=') else {
            folder.write("policy.yaml", &whole(text));
            continue;
        };
        let path = folder.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn whole(part: &str) -> String {
    let mut policy = String::new();
    for (section, filler) in [
        ("muster:", "muster: 1\n"),
        ("directory:", "directory: staff\n"),
        ("identity:", "identity: {username: login}\n"),
    ] {
        if !part.lines().any(|line| line.starts_with(section)) {
            policy.push_str(filler);
        }
    }
    policy + part
}

/// The diagnostics that no policy's text shows, by the examples of their pages.
#[test]
fn what_the_text_alone_does_not_show_is_as_its_page_says() {
    let beyond = Code::ALL.iter().filter(|code| !code.is_of_the_text());
    let mut seen = 0;
    for code in beyond {
        let said = |heading: &str| -> Vec<String> {
            let folder = Folder::empty();
            write_example(&folder, code.page(), heading);
            let mut call = vec!["check", "policy.yaml", "--format", "json"];
            if folder.path("other.yaml").exists() {
                call.insert(2, "other.yaml");
            }
            if folder.path("policy.test.yaml").exists() {
                call.insert(2, "policy.test.yaml");
            }
            let json = folder.run(&call).json();
            let all = json["diagnostics"].as_array().unwrap().iter();
            all.map(|one| one["code"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(said("Wrong"), [code.as_str()]);
        assert_eq!(said("Right"), Vec::<String>::new(), "{code}");
        assert_eq!(code.severity(), Severity::Error);
        seen += 1;
    }
    assert!(seen >= 5);
}
