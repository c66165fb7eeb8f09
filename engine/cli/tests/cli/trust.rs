//! `muster.lock`: a plugin that is a file runs only as it was accepted.

use crate::components::{JOURNAL, LOGS_IN};
use crate::support::{Folder, POLICY};
use std::fs;

const TEXT: &str = "muster: 1\ndirectory: staff\nprovider:\n  plugin: ./journal.wasm\n  config: {path: people.log}\n\
                    identity: {key: external_id, username: uid}\nfields: {email: mail}\n";

/// A policy whose plugin is a file that nobody has accepted.
fn folder() -> Folder {
    let folder = Folder::empty();
    fs::copy(&*JOURNAL, folder.path("journal.wasm")).unwrap();
    folder.write("people.log", "1 anna anna@example.org\n");
    folder.write(POLICY, TEXT);
    folder
}

/// A section that nobody reads: another component that does the same.
fn alter(folder: &Folder, name: &str) {
    let mut plugin = fs::read(folder.path(name)).unwrap();
    plugin.extend_from_slice(&[0, 2, 1, b'x']);
    fs::write(folder.path(name), plugin).unwrap();
}

const ACCEPT: &str = "muster provider accept policy.yaml";

#[test]
fn nothing_runs_that_nobody_has_accepted() {
    let folder = folder();
    for command in [
        &["plan", POLICY][..],
        &["sync", POLICY],
        &["apply", POLICY, "--yes"],
        &["explain", POLICY, "anna"],
        &["snapshot", "record", POLICY],
        &["provider", "check", POLICY],
        &["provider", "login", POLICY, "anna"],
        &["check", POLICY, "--online"],
        &["check", POLICY],
    ] {
        let refused = folder.run(command);
        let all = refused.stdout.clone() + &refused.stderr;
        assert!(
            all.contains("`./journal.wasm` has not been accepted"),
            "{refused:#?}"
        );
        assert!(all.contains("muster.lock"), "{refused:#?}");
        assert!(all.contains(ACCEPT), "{refused:#?}");
        refused.exits(3);
    }
    assert!(!folder.path("muster.lock").exists());
    folder
        .run(&["provider", "accept", POLICY, "--dry-run"])
        .exits(0)
        .prints("accepted for the first time")
        .tells("nothing was written");
    assert!(!folder.path("muster.lock").exists());
    folder
        .run(&["provider", "accept", POLICY])
        .exits(0)
        .prints("journal")
        .tells("accepted `./journal.wasm` in ");
    folder.run(&["check", POLICY]).exits(0);
    folder.run(&["sync", POLICY]).exits(0).prints("1 created");
    let lock = folder.read("muster.lock");
    folder
        .run(&["provider", "accept", POLICY])
        .exits(0)
        .prints("nothing is new");
    assert_eq!(folder.read("muster.lock"), lock);
}

#[test]
fn a_changed_plugin_is_refused_until_it_is_accepted() {
    let folder = folder();
    folder.accept(POLICY);
    let before = folder.read("muster.lock");
    alter(&folder, "journal.wasm");
    let refused = folder.run(&["sync", POLICY]).exits(3);
    let digest = |lock: &str| {
        let line = lock.lines().find(|line| line.starts_with("digest"));
        line.unwrap().split('"').nth(1).unwrap().to_owned()
    };
    let accepted = digest(&before);
    let refused = refused
        .tells("`./journal.wasm` is not the one that was accepted: nothing of it was run")
        .tells(&format!("accepts {accepted} (journal"))
        .tells("it is sha256:")
        .tells(ACCEPT)
        .tells("policy.yaml:3 names it");
    folder
        .run(&["provider", "accept", POLICY])
        .exits(0)
        .prints("was accepted")
        .prints(&accepted);
    let found = digest(&folder.read("muster.lock"));
    assert_ne!(found, accepted);
    refused.tells(&format!("it is {found}"));
    folder.run(&["sync", POLICY]).exits(0);
    // The way back is the lock of before, with the component of before.
    folder.write("muster.lock", &before);
    folder.run(&["sync", POLICY]).exits(3);
    fs::copy(&*JOURNAL, folder.path("journal.wasm")).unwrap();
    folder.run(&["sync", POLICY]).exits(0);
    // What is no component any more is first of all another one.
    fs::write(folder.path("journal.wasm"), "gone").unwrap();
    folder
        .run(&["sync", POLICY])
        .exits(3)
        .tells("is not the one that was accepted");
}

#[test]
fn another_plugin_under_the_same_name_is_another_one() {
    let folder = folder();
    folder.accept(POLICY);
    fs::create_dir(folder.path("other")).unwrap();
    fs::copy(&*LOGS_IN, folder.path("other/journal.wasm")).unwrap();
    folder.edit(POLICY, "./journal.wasm", "other/journal.wasm");
    folder
        .run(&["plan", POLICY])
        .exits(3)
        .tells("`other/journal.wasm` has not been accepted");
    // The same component elsewhere has been looked at, and not there.
    fs::copy(&*JOURNAL, folder.path("other/journal.wasm")).unwrap();
    folder
        .run(&["plan", POLICY])
        .exits(3)
        .tells("`./journal.wasm`, which was accepted, is the same");
    // A link leads to other bytes, whatever it is called.
    #[cfg(unix)]
    {
        folder.edit(POLICY, "other/journal.wasm", "./journal.wasm");
        fs::remove_file(folder.path("journal.wasm")).unwrap();
        std::os::unix::fs::symlink(&*LOGS_IN, folder.path("journal.wasm")).unwrap();
        folder
            .run(&["plan", POLICY])
            .exits(3)
            .tells("is not the one that was accepted");
    }
}

#[test]
fn the_lock_of_a_folder_above_counts() {
    let folder = folder();
    folder.accept(POLICY);
    fs::create_dir(folder.path("teams")).unwrap();
    folder.write(
        "teams/guests.yaml",
        &TEXT
            .replace("./journal", "../journal")
            .replace("people.log", "../people.log")
            .replace("staff", "guests"),
    );
    folder.run(&["sync", "teams/guests.yaml"]).exits(0);
    folder.write("teams/muster.lock", "format = 1\n");
    folder
        .run(&["sync", "teams/guests.yaml"])
        .exits(3)
        .tells("`../journal.wasm` has not been accepted");
    folder.accept("teams/guests.yaml");
    folder.run(&["sync", "teams/guests.yaml"]).exits(0);
    let text = folder.read("teams/muster.lock");
    assert!(text.contains("source = \"../journal.wasm\""), "{text}");
}

#[test]
fn a_lock_that_is_nonsense_stops_everything_and_says_where() {
    let folder = folder();
    folder.accept(POLICY);
    let lock = folder.read("muster.lock");
    folder.write("muster.lock", &lock.replace('\n', "\r\n"));
    folder.run(&["plan", POLICY]).exits(0);
    folder.write("muster.lock", &lock.replace("name = ", "nmae = "));
    folder
        .run(&["plan", POLICY])
        .exits(3)
        .tells("muster.lock` cannot be used")
        .tells("line 8: unknown field `nmae`");
    folder.write(
        "muster.lock",
        &lock.replace("digest = ", "<<<<<<< HEAD\ndigest = "),
    );
    for command in [&["plan", POLICY][..], &["provider", "accept", POLICY]] {
        folder
            .run(command)
            .exits(3)
            .tells("line 11 is a mark of a merge conflict");
    }
    folder.write("muster.lock", &lock.replace("format = 1", "format = 9"));
    folder
        .run(&["plan", POLICY])
        .exits(3)
        .tells("use a newer Muster");
}

#[test]
fn what_names_the_plugin_may_stand_elsewhere() {
    let folder = folder();
    let text = TEXT.replace("plugin: ./journal.wasm", "plugin: \"${{ plugin }}\"");
    folder.write(
        POLICY,
        &text.replace("provider:", "values: {plugin: files}\nprovider:"),
    );
    folder.write(
        "my values.yaml",
        "muster: 1\nvalues: {plugin: ./journal.wasm}\n",
    );
    let values = ["--values", "my values.yaml"];
    let with = |command: &[&str]| folder.run(&[command, &values].concat());
    let refused = with(&["plan", POLICY]).exits(3);
    refused.tells("muster provider accept policy.yaml --values 'my values.yaml'");
    with(&["provider", "accept", POLICY]).exits(0);
    with(&["plan", POLICY]).exits(0);
}

#[test]
fn what_is_part_of_the_program_needs_no_lock() {
    let folder = Folder::sample();
    folder
        .run(&["provider", "accept", POLICY])
        .exits(0)
        .tells("there is nothing to accept");
    assert!(!folder.path("muster.lock").exists());
    // Not even a broken one is looked at.
    folder.write("muster.lock", "nonsense");
    folder.run(&["plan", POLICY]).exits(0);
    folder.edit(POLICY, "plugin: csv", "plugin: cvs");
    folder
        .run(&["provider", "accept", POLICY])
        .exits(3)
        .tells("there is no plugin `cvs`");
}

#[test]
fn keys_are_for_packages() {
    let folder = folder();
    folder.write(
        "vendor.pub",
        include_str!("../../../registry/tests/keys/p256.pub"),
    );
    folder
        .run(&["provider", "accept", POLICY, "--key", "vendor.pub"])
        .exits(3)
        .tells("`./journal.wasm` is a file, and signatures are kept in registries");
    folder
        .run(&["provider", "accept", POLICY, "--key", "people.log"])
        .exits(3)
        .tells("it is no public key in PEM");
}

#[test]
fn an_address_that_is_none_is_told_at_its_line() {
    let folder = folder();
    folder.edit(POLICY, "./journal.wasm", "oci://idp/hris:1");
    folder
        .run(&["check", POLICY])
        .exits(3)
        .prints("its first part names no registry");
    folder.edit(POLICY, "oci://idp/hris:1", "oci://r.example.org/idp/hris:1");
    folder
        .run(&["check", POLICY])
        .exits(3)
        .prints("has not been accepted");
    folder
        .run(&["plan", POLICY])
        .exits(3)
        .tells("has not been accepted")
        .tells(ACCEPT);
}

#[test]
fn a_sheet_says_what_a_person_decides_by() {
    let folder = folder();
    folder
        .run(&["provider", "show", "okta"])
        .exits(0)
        .prints("the HTTP service in the setting")
        .prints("with the secret `token`: sent as `Authorization: SSWS`")
        .prints("private key, signs statements to {")
        .prints("it never sees a secret")
        .prints("memory: ")
        .prints("an HTTP body: 32 MiB");
    let shown = folder.run(&["provider", "show", "./journal.wasm", "--format", "json"]);
    let shown = shown.exits(0).json();
    assert_eq!(shown["asks"][0]["kind"], "files");
    assert_eq!(shown["asks"][0]["settings"][0], "path");
    assert!(
        shown["limits"]["memory"]
            .as_str()
            .unwrap()
            .contains("64 MiB")
    );
}

#[test]
fn a_sheet_says_what_a_policy_grants() {
    let folder = folder();
    // Nothing runs, so that nothing has to be accepted before.
    folder
        .run(&["provider", "show", "--policy", POLICY])
        .exits(0)
        .prints("journal 1.0.0, as policy.yaml has it")
        .prints("files journal")
        .prints("people.log");
    folder.write(
        "okta.yaml",
        "muster: 1\ndirectory: okta\nprovider:\n  plugin: okta\n  config: {url: \"https://acme.okta.com\", client_id: abc}\n  \
         secrets: {private_key: {env: NO_SUCH_VARIABLE}}\nidentity: {username: login}\n",
    );
    let show = ["provider", "show", "--policy", "okta.yaml"];
    folder
        .run(&show)
        .exits(0)
        .prints("https://acme.okta.com:443/")
        .prints("with the secret private_key: private key, signs statements")
        .prints("tokens are asked for at https://acme.okta.com:443/oauth2/v1/token")
        .never_says("Authorization: SSWS");
    let json = folder.run(&[&show[..], &["--format", "json"]].concat());
    let granted = json.exits(0).json()["granted"].clone();
    assert_eq!(granted["needs"][0]["answer"], "granted");
    assert_eq!(
        granted["needs"][0]["reaches"][0],
        "https://acme.okta.com:443/"
    );
    assert_eq!(granted["needs"][0]["uses"][0]["secret"], "private_key");
    folder.edit(
        "okta.yaml",
        "secrets: {private_key: {env: NO_SUCH_VARIABLE}}",
        "secrets: {password: {env: X}}",
    );
    folder
        .run(&show)
        .exits(0)
        .prints("not granted: a credential is missing")
        .prints("gives the secret `password`, which the plugin does not take");
    folder.run(&["provider", "show"]).exits(3);
}
