//! `muster provider login`.

use crate::components::LOGS_IN;
use crate::support::{Folder, POLICY};
use std::fs;
use std::io::Write;
use std::process::{Output, Stdio};

/// The synced sample, and a policy of its directory whose plugin verifies logins.
fn folder() -> Folder {
    let folder = Folder::synced();
    fs::copy(&*LOGS_IN, folder.path("logs_in.wasm")).unwrap();
    folder.write(
        "login.yaml",
        "muster: 1\ndirectory: staff\nprovider: {plugin: ./logs_in.wasm}\nidentity: {key: external_id, username: uid}\n",
    );
    folder.accept("login.yaml");
    folder
}

/// Runs a login with this standard input.
fn login(folder: &Folder, typed: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let arguments = [&["provider", "login"], arguments].concat();
    let mut child = folder
        .command(&arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A refusal may come before anything is read.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let text = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
    assert!(!text.contains("S3cret"), "{text}");
    (status.code(), text)
}

#[test]
fn the_source_says_whether_a_password_is_right() {
    let folder = folder();
    let said = |typed: &str, id: &str| login(&folder, typed, &["login.yaml", "anna", "--id", id]);
    let (code, text) = said("S3cret\n", "1");
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(text, "anna: accepted: the password is right\n");
    let (code, text) = said("S3cret\r\nmore\n", "2");
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("refused: the source's account is locked"),
        "{text}"
    );
    for empty in ["", "\n", "\r\n"] {
        let (code, text) = said(empty, "1");
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("no password was given"), "{text}");
    }
}

#[test]
fn the_person_is_found_by_their_account() {
    let folder = folder();
    let (code, text) = login(&folder, "S3cret\n", &["login.yaml", "nobody"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("there is no account `nobody`"), "{text}");
    folder.run(&["account", "create", "desk"]).exits(0);
    let (code, text) = login(&folder, "S3cret\n", &["login.yaml", "desk"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("belongs to `local`"), "{text}");
    // The plugin knows two people; about others it would ask a server.
    let username = folder.listed(&["--directory", "staff"])[0].clone();
    let (code, text) = login(&folder, "S3cret\n", &["login.yaml", &username]);
    assert_eq!(code, Some(1), "{text}");
    assert!(!text.contains("no account"), "{text}");
}

#[test]
fn a_plugin_without_a_login_check_says_so_with_a_reason() {
    let folder = Folder::synced();
    let (code, text) = login(&folder, "S3cret\n", &[POLICY, "anna"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("files offers no login check: a file of people holds no passwords"),
        "{text}"
    );
}
