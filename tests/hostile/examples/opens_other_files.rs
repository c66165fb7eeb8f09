//! Opens a file that the policy does not name.
use muster_sdk::files;

muster_hostile::hostile!(
    "opens-other-files",
    "[needs.files.people]\npath = \"path\"\n",
    |_, _| {
        let wanted = files::open("people").and_then(|_| files::open("/etc/passwd"));
        Err(wanted
            .err()
            .unwrap_or_else(|| muster_sdk::Failure::internal("it was let in")))
    }
);
