//! Tokens: by secret, by certificate, and refused.

use crate::{CLIENT, FAILED, SECRET, Staff, VARIABLE};
use muster_emulators::graph::Client;
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::program::{self, find};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(find("openssl"));
    command.args(arguments).current_dir(folder);
    program::run(&mut command, "", Duration::from_secs(60))
        .ok()
        .stdout
}

#[test]
fn a_wrong_secret_blocks_nobody_and_is_explained() {
    let staff = Staff::start();
    let mut intranet = staff.synced();
    intranet.muster_mut().set(VARIABLE, "the id of the secret");
    intranet
        .sync()
        .exits(FAILED)
        .says("AADSTS7000215")
        .never_says("the id of the secret");
    intranet.nobody_is_blocked(3);
}

#[test]
fn an_unknown_application_and_an_unknown_tenant_are_told() {
    let staff = Staff::start();
    for (setting, value, number) in [
        (
            "client_id",
            "99999999-2222-4333-8444-555555555555",
            "AADSTS700016",
        ),
        ("tenant", "nowhere.example", "AADSTS90002"),
    ] {
        let intranet = staff.intranet(&staff.policy().set(setting, value));
        intranet.sync().exits(FAILED).says(number);
    }
}

#[test]
fn the_secret_is_never_printed() {
    let staff = Staff::start();
    let intranet = staff.synced();
    for arguments in [
        &["-vv", "plan", POLICY][..],
        &["-vv", "check", "--online", POLICY],
        &["state", "export"],
    ] {
        intranet.run(arguments).never_says(SECRET);
    }
}

#[test]
fn a_certificate_logs_in_by_ps256() {
    let staff = Staff::start();
    let folder = tempfile::tempdir().unwrap();
    openssl(
        folder.path(),
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "app.key",
            "-out",
            "app.pem",
            "-days",
            "2",
            "-subj",
            "/CN=muster",
        ],
    );
    let public = openssl(
        folder.path(),
        &["x509", "-in", "app.pem", "-noout", "-pubkey"],
    );
    let certificate = std::fs::read_to_string(folder.path().join("app.pem")).unwrap();
    let key = std::fs::read_to_string(folder.path().join("app.key")).unwrap();
    let app = "77777777-2222-4333-8444-555555555555";
    assert_ne!(app, CLIENT);
    let client = Client::certificate(app, &certificate, &public);
    staff.graph.tenant().client(client);
    let path = folder.path().join("app.pem");
    let mut policy = staff
        .policy()
        .set("client_id", app)
        .set("certificate", &path.to_string_lossy());
    policy.secrets = format!("private_key: {{env: {VARIABLE}}}");
    let intranet = Intranet::of(&policy.yaml(), &[(VARIABLE, &key)]);
    intranet.sync().ok();
    intranet.nobody_is_blocked(3);
    let seen = staff.graph.server.seen();
    let login = seen
        .iter()
        .find(|seen| seen.target.ends_with("/token"))
        .unwrap();
    assert!(login.body.contains("client_assertion="), "{}", login.body);
    // Another certificate is not the application's.
    openssl(
        folder.path(),
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "app.key",
            "-out",
            "app.pem",
            "-days",
            "2",
            "-subj",
            "/CN=muster",
        ],
    );
    let key = std::fs::read_to_string(folder.path().join("app.key")).unwrap();
    let intranet = Intranet::of(&policy.yaml(), &[(VARIABLE, &key)]);
    intranet.sync().exits(FAILED).says("AADSTS700027");
}

#[test]
fn a_login_of_another_cloud_is_explained() {
    let staff = Staff::start();
    let other = Staff::start();
    let policy = staff.policy().set("login_url", &other.graph.url());
    let intranet = staff.intranet(&policy);
    intranet.sync().exits(FAILED).says("AADSTS70011");
}

#[test]
fn check_goes_through_all_steps() {
    let staff = Staff::start();
    let intranet = staff.intranet(&staff.policy());
    intranet
        .run(&["check", "--online", POLICY])
        .ok()
        .says("Fabrikam")
        .says("3 users in it");
    staff.graph.tenant().revoke("GroupMember.Read.All");
    let output = intranet.run(&["check", "--online", POLICY]);
    assert_ne!(output.code(), Some(0), "{output}");
    output.says("GroupMember.Read.All");
}
