//! What the vendors' own words say of the emulators.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use muster_emulators::okta::{self, App, Okta};
use muster_tests::judges;
use muster_tests::program::{self, find};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The frame itself: a judge that cannot be asked must not look content.
#[test]
fn the_judges_are_there() {
    judges::python("specification.py", &[]).ok();
    let okta = judges::specification("okta_specification.py");
    let text = std::fs::read_to_string(okta).unwrap();
    assert!(text.contains("/api/v1/groups/{groupId}/users"), "{text}");
    let google = judges::specification("google_specification.py");
    let text = std::fs::read_to_string(google).unwrap();
    let path = "/admin/directory/v1/users/{userKey}";
    assert!(text.contains(path), "{text}");
    let graph = judges::specification("graph_specification.py");
    let text = std::fs::read_to_string(graph).unwrap();
    let path = "/v1.0/groups/{group-id}/transitiveMembers/microsoft.graph.user";
    assert!(text.contains(path), "{text}");
}

/// A key pair of an app: the file of the private key, and the public key.
fn key_pair(folder: &Path) -> (PathBuf, String) {
    let file = folder.join("private.pem");
    let openssl = |arguments: &[&str]| {
        let mut command = Command::new(find("openssl"));
        command.args(arguments).arg(&file);
        program::run(&mut command, "", Duration::from_secs(60))
            .ok()
            .stdout
    };
    openssl(&[
        "genpkey",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:2048",
        "-out",
    ]);
    let public = openssl(&["pkey", "-pubout", "-in"]);
    (file, public)
}

#[test]
fn oktas_library_is_content_with_the_emulator() {
    let org = Okta::default();
    let group = org.crowd(120, "Intranet");
    let gone = org.user("gone@example.com", "Gerd", "Gone");
    org.deactivate(&gone);
    let folder = tempfile::tempdir().unwrap();
    let (private, public_key) = key_pair(folder.path());
    org.app(App {
        client_id: "0oaMuster".to_owned(),
        key_id: "key-1".to_owned(),
        public_key,
        scopes: okta::SCOPES.map(str::to_owned).into(),
        needs_dpop: true,
    });
    let private = private.to_string_lossy();
    let arguments = [
        &org.url(),
        okta::TOKEN,
        &group,
        "120",
        "0oaMuster",
        "key-1",
        &private,
    ];
    judges::python("okta_sdk.py", &arguments).ok();
    assert!(org.tokens_given() >= 1, "the library logged in by its key");
}
