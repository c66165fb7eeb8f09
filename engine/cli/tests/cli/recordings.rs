//! What a plugin asked and was answered, kept in a file and played again.

use crate::support::{Folder, POLICY};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

const CALLS: &str = "staff.calls";

#[test]
fn a_replay_gives_the_same_snapshot_byte_for_byte() {
    let folder = Folder::sample();
    let record = ["snapshot", "record", POLICY];
    folder
        .run(&[&record[..], &["--calls", CALLS, "--out", "live"]].concat())
        .exits(0)
        .tells("wrote staff.calls: what the plugin asked, and was answered");
    fs::remove_file(folder.path("people.csv")).unwrap();
    let replay = |out| [&record[..], &["--replay", CALLS, "--out", out]].concat();
    folder.run(&replay("replayed")).exits(0);
    let bytes = |name| fs::read(folder.path(name)).unwrap();
    assert_eq!(bytes("live"), bytes("replayed"));
    folder
        .run(&["provider", "replay", CALLS])
        .exits(0)
        .prints("11 people on 1 page, complete\nthe same as was recorded\n");
    // The replay does see the recording: one letter is another snapshot.
    let edited = folder.read(CALLS).replace("Zoë", "Zoé");
    folder.write(CALLS, &edited);
    folder
        .run(&["provider", "replay", CALLS])
        .exits(1)
        .prints("but not the same as was recorded");
    folder.run(&replay("edited")).exits(0);
    assert_ne!(bytes("live"), bytes("edited"));
}

#[test]
fn a_read_that_fails_is_recorded_and_fails_again() {
    let folder = Folder::sample();
    let people = folder.read("people.csv");
    folder.write("people.csv", "a,b\n\"an open quote\n");
    let recorded = folder
        .run(&["provider", "record", POLICY, "--out", CALLS])
        .exits(1);
    assert!(recorded.stdout.contains("then it failed"), "{recorded:?}");
    folder.write("people.csv", &people);
    let replayed = folder.run(&["provider", "replay", CALLS]).exits(0);
    let told = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    assert_eq!(told(&replayed.stdout), told(&recorded.stdout));
    let json = folder.run(&["provider", "replay", CALLS, "--format", "json"]);
    let json = json.exits(0).json();
    assert_eq!(json["same"], true);
    assert_eq!(json["unasked"], 0);
    assert!(json["recorded"]["ending"]["failed"].is_string(), "{json}");
}

#[test]
fn a_recording_answers_its_own_question_alone() {
    let folder = Folder::sample();
    let record = ["provider", "record", POLICY, "--out", CALLS];
    folder.run(&record).exits(0);
    folder.edit(POLICY, "surname: surname", "surname: site");
    folder
        .run(&["snapshot", "record", POLICY, "--replay", CALLS])
        .exits(3)
        .tells("`staff.calls` was recorded for another question");
    folder
        .run(&["provider", "replay", CALLS, "--plugin", "scim"])
        .exits(1)
        .tells("recorded with files 0.1.0, replayed with another build: scim")
        .prints("recorded: 11 people on 1 page, complete");
    folder
        .run(&["provider", "replay", POLICY])
        .exits(3)
        .tells("it is no recording of calls in the form `muster.calls/1`");
    folder
        .run(&["provider", "replay", "none.calls"])
        .exits(1)
        .tells("the recording `none.calls` cannot be used");
    let text = folder.read(CALLS);
    let cut: Vec<&str> = text.lines().take(2).collect();
    folder.write("cut.calls", &cut.join("\n"));
    folder
        .run(&["provider", "replay", "cut.calls"])
        .exits(3)
        .tells("its end is missing");
}

#[cfg(unix)]
#[test]
fn a_recording_is_for_its_owners_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::sample();
    folder.run(&["provider", "record", POLICY]).exits(0);
    let made = folder.path(".muster/recordings/staff.calls");
    let mode = fs::metadata(made).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left = fs::read_dir(folder.path(".muster/recordings")).unwrap();
    assert_eq!(left.count(), 1, "nothing is left beside it");
}

/// A SCIM service with one person in it, which repeats in each answer what it was
/// shown.
fn echoing_service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(&stream);
            let mut head = String::new();
            while reader.read_line(&mut head).is_ok_and(|count| count > 2) {}
            let shown = head
                .lines()
                .find_map(|line| line.strip_prefix("authorization: "))
                .unwrap_or_default();
            let is_list = head.starts_with("GET /Users");
            let token = shown.trim_start_matches("Bearer ");
            let body = match is_list {
                true => format!(
                    r#"{{"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                    "totalResults": 1, "itemsPerPage": 1, "startIndex": 1, "Resources":
                    [{{"id": "1", "userName": "anna", "active": true, "title": "x {token}",
                    "displayName": "Anna {token}"}}]}}"#
                ),
                false => "{}".to_owned(),
            };
            let status = if is_list { "200 OK" } else { "404 Not Found" };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/scim+json\r\nX-Echo: {shown}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            // A client that went away needs no answer.
            let _ = (&stream).write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn a_service_that_repeats_the_secret_gives_it_to_nobody() {
    let url = echoing_service();
    let folder = Folder::empty();
    folder.write(
        POLICY,
        &format!(
            "muster: 1\ndirectory: app\nprovider:\n  plugin: scim\n  config: {{url: \"{url}\", allow_plaintext: true}}\n  secrets: {{token: {{env: TOKEN}}}}\nidentity:\n  key: external_id\n  username: {{from: userName}}\nfields:\n  display_name: {{from: displayName}}\n  title: {{from: title}}\n"
        ),
    );
    let secret = [("TOKEN", "canary-4711")];
    folder
        .run_with(
            &secret,
            &[
                "snapshot", "record", POLICY, "--calls", CALLS, "--out", "live",
            ],
        )
        .exits(0)
        .never_says("canary");
    let recorded = folder.read(CALLS);
    assert!(!recorded.contains("canary"), "{recorded}");
    assert!(recorded.contains("Anna [credential]"), "{recorded}");
    // Without the secret, and with nobody to ask.
    folder
        .run(&[
            "snapshot", "record", POLICY, "--replay", CALLS, "--out", "replayed",
        ])
        .exits(0);
    let bytes = |name| fs::read(folder.path(name)).unwrap();
    assert_eq!(bytes("live"), bytes("replayed"));
}
