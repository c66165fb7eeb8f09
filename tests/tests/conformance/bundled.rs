//! The plugins that come with muster, and the first one of the kit, are green.

use crate::{Tried, component, muster};
use muster_tests::muster::workspace;

/// Tries a plugin with its own case: all is well, and only this is not tried.
#[track_caller]
fn green(plugin: &str, case: &str, people: &str, not_tried: &[&str]) {
    let case = workspace().join(case);
    let case = case.to_str().unwrap();
    let arguments = [
        "provider", "test", plugin, "--case", case, "--people", people,
    ];
    let output = muster().run(&[&arguments[..], &["--format", "json"]].concat());
    let tried = Tried::of(output.stdout());
    let failed = tried.all("failed");
    let findings: Vec<String> = failed.iter().map(|check| tried.findings(check)).collect();
    assert!(failed.is_empty(), "{failed:?}: {}", findings.join("\n"));
    assert_eq!(tried.all("not-tried"), not_tried);
    output.ok();
}

#[test]
fn hello() {
    green(
        &component("muster_plugin_hello"),
        "plugins/sdk/examples/hello/conformance.yaml",
        "100000",
        &["groups", "early-end", "delta", "delta-overlap"],
    );
}

#[test]
fn files() {
    green(
        "files",
        "plugins/files/conformance.yaml",
        "100000",
        &["foreign-cursor", "nonsense", "delta-overlap", "secrets"],
    );
}

#[test]
fn files_of_json_lines() {
    green(
        "files",
        "plugins/files/conformance-json.yaml",
        "10000",
        &["foreign-cursor", "nonsense", "delta-overlap", "secrets"],
    );
}

#[test]
fn scim() {
    green(
        "scim",
        "plugins/scim/conformance.yaml",
        "10000",
        &["groups", "early-end", "delta", "delta-overlap"],
    );
}

#[test]
fn sql() {
    green(
        "sql",
        "plugins/sql/conformance.yaml",
        "10000",
        &["nonsense", "early-end"],
    );
}

#[test]
fn ldap() {
    green(
        "ldap",
        "plugins/ldap/conformance.yaml",
        "2000",
        &["groups", "nonsense"],
    );
}

#[test]
fn okta() {
    green(
        "okta",
        "plugins/okta/conformance.yaml",
        "2000",
        &["groups", "early-end"],
    );
}

#[test]
fn entra() {
    green(
        "entra",
        "plugins/entra/conformance.yaml",
        "2000",
        &["groups", "early-end"],
    );
}

#[test]
fn google() {
    green(
        "google",
        "plugins/google/conformance.yaml",
        "2000",
        &["groups", "early-end", "delta", "delta-overlap"],
    );
}
