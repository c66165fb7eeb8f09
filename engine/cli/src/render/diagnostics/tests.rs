//! What other programs would stumble over.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::{Base, Report, github, json, sarif};
use muster_policy::{Code, Diagnostic};

fn base() -> Base {
    Base {
        here: "/repo".into(),
        root: "/repo".into(),
    }
}

fn report(file: &str, message: &str) -> Report {
    let text = "muster: 1\nprovider: {plugin: x}\n";
    let diagnostic = Diagnostic::at_key(
        Code::UnusablePlugin,
        (file, text),
        &["provider", "plugin"],
        message,
    );
    Report {
        file: file.to_owned(),
        directory: None,
        diagnostics: vec![diagnostic.with_help("Do: this, 100 %.\nThen that.")],
    }
}

#[test]
fn nothing_ends_a_workflow_command_early() {
    let reports = [report("a,b: 50%\n.yaml", "no `x`::y, 5 %\r\nnext")];
    assert_eq!(
        github::annotations(&reports, &base()),
        "::error file=a%2Cb%3A 50%25%0A.yaml,line=2,col=12,endColumn=18,title=muster unusable-plugin\
         ::no `x`::y, 5 %25%0D%0Anext%0ADo: this, 100 %25.%0AThen that.\n"
    );
}

#[test]
fn files_outside_of_the_repository_have_absolute_addresses() {
    let log = sarif::log(&[report("/etc/a b.yaml", "wrong")], &base());
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "file:///etc/a%20b.yaml");
    assert!(place["artifactLocation"].get("uriBaseId").is_none());
    assert_eq!(place["region"]["startLine"], 2);
    assert_eq!(place["region"]["endColumn"], 18);
}

#[test]
fn a_fingerprint_is_that_of_what_is_said_and_not_of_its_line() {
    let prints = |reports: &[Report]| -> Vec<String> {
        let log = sarif::log(reports, &base());
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let print = |one: &serde_json::Value| {
            one["partialFingerprints"]["musterDiagnostic/v1"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        results.iter().map(print).collect()
    };
    let mut moved = report("a.yaml", "x");
    moved.diagnostics[0].line = 40;
    assert_eq!(prints(&[report("a.yaml", "x")]), prints(&[moved]));
    assert_ne!(
        prints(&[report("a.yaml", "x")]),
        prints(&[report("a.yaml", "y")])
    );
    let twice = prints(&[report("a.yaml", "x"), report("a.yaml", "x")]);
    assert!(
        twice[0].ends_with(":1") && twice[1].ends_with(":2"),
        "{twice:?}"
    );
}

#[test]
fn an_empty_call_gives_a_document_all_the_same() {
    let document = serde_json::to_value(json::document(&[])).unwrap();
    assert_eq!(document["summary"]["policies"], 0);
    assert_eq!(document["diagnostics"], serde_json::json!([]));
    assert_eq!(github::annotations(&[], &base()), "");
}
