//! The service account's key: made by openssl when it is first needed, once
//! for a process. It opens nothing but emulators.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// An RSA key, as PEM.
#[derive(Debug)]
pub struct Key {
    pub private: String,
    pub public: String,
}

/// The key.
pub fn key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| {
        let kind = [
            "genpkey",
            "-quiet",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
        ];
        let private = openssl(&kind, "");
        let public = openssl(&["pkey", "-pubout"], &private);
        Key { private, public }
    })
}

fn openssl(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(input.as_bytes()).expect("to write to it");
    drop(stdin);
    let output = child.wait_with_output().expect("its end");
    assert!(output.status.success(), "openssl {arguments:?} failed");
    String::from_utf8(output.stdout).expect("PEM")
}
