//! The bundled CSV plugin reads three formats, and means the same by them.

use crate::common::{HOST, bind_in, read, request};
use muster_host::{BindError, Bound, Delivery, FailureKind, Plugin, Scope, SettingProblem};
use muster_model::{BlockCause, Coverage, ExternalId, PartialReason, SourceStatus, Subject};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn plugin() -> Plugin {
    Plugin::load(&HOST, "csv", Path::new("")).unwrap()
}

fn folder(name: &str, people: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), people).unwrap();
    folder
}

fn bound(folder: &TempDir, config: Value) -> Bound {
    bind_in(&plugin(), config, folder.path()).unwrap()
}

#[test]
fn it_can_use_files_and_nothing_else() {
    let plugin = plugin();
    let about = plugin.about();
    let mut imports: Vec<&str> = about
        .imports
        .iter()
        .filter_map(|name| name.split(['/', '@']).nth(1))
        .filter(|name| !["types", "people"].contains(name))
        .collect();
    imports.sort_unstable();
    assert_eq!(imports, ["files", "host"]);
    assert_eq!(about.needs.files.keys().collect::<Vec<_>>(), ["people"]);
    assert!(about.needs.ldap.is_empty() && about.needs.http.is_empty());
}

#[test]
fn three_formats_tell_the_same() {
    let files = [
        (
            "people.csv",
            "\u{feff}id;uid;mail;state;groups\r\n\
             1;anna;\"a@x;y\";yes;staff,all\r\n2;bo;;suspended;STAFF\r\n3;cy;c@x;;none\r\n",
        ),
        (
            "people.jsonl",
            "{\"id\": 1, \"uid\": \"anna\", \"mail\": \"a@x;y\", \"state\": true, \"groups\": [\"staff\", \"all\"]}\n\
             {\"id\": 2, \"uid\": \"bo\", \"mail\": \"\", \"state\": \"suspended\", \"groups\": \"STAFF\"}\n\
             {\"id\": 3, \"uid\": \"cy\", \"mail\": \"c@x\", \"state\": null, \"groups\": \"none\"}\n",
        ),
        (
            "people.ldif",
            "version: 1\n\ndn: uid=anna\nid: 1\nuid:: YW5uYQ==\nmail: a@x;\n y\nstate: TRUE\ngroups: staff\ngroups: all\n\n\
             dn: uid=bo\nid: 2\nuid: bo\nmail:\nstate: suspended\ngroups: STAFF\n\n\
             dn: uid=cy\nid: 3\nuid: cy\nmail: c@x\nstate:\ngroups: none\n",
        ),
    ];
    for (name, text) in files {
        let folder = folder(name, text.as_bytes());
        let config = match name.ends_with("csv") {
            true => {
                json!({"path": name, "id": "id", "status": "state", "groups": "groups", "groups_separator": ","})
            }
            false => json!({"path": name, "id": "id", "status": "state", "groups": "groups"}),
        };
        let mut request = request(&["mail", "uid"]);
        request.scope.groups = vec!["Staff".to_owned()];
        request.page_size = 1;
        let read = read(&bound(&folder, config), request).unwrap();
        let people: Vec<_> = read
            .rows
            .iter()
            .map(|row| {
                (
                    row.id.as_deref().unwrap(),
                    row.status,
                    row.groups.join("+"),
                    row.values.clone(),
                )
            })
            .collect();
        let text = |mail: &str, uid: &str| vec![vec![mail.to_owned()], vec![uid.to_owned()]];
        assert_eq!(
            people,
            [
                (
                    "1",
                    SourceStatus::Active,
                    "Staff".to_owned(),
                    text("a@x;y", "anna")
                ),
                (
                    "2",
                    SourceStatus::Blocked(BlockCause::Suspended),
                    "Staff".to_owned(),
                    text("", "bo")
                ),
            ],
            "{name}"
        );
        assert!(
            read.coverage.proves_absence(),
            "{name}: {:?}",
            read.coverage
        );
        assert_eq!(
            read.coverage
                .evidence()
                .facts
                .get("out of scope")
                .map(String::as_str),
            Some("1")
        );
    }
}

#[test]
fn broken_and_repeated_records_hold_their_people() {
    let file = "id,uid\n1,anna\n2\n3,\"c\"y\n1,other\n,dee\n";
    let folder = folder("people.csv", file.as_bytes());
    let read = read(
        &bound(&folder, json!({"path": "people.csv", "id": "id"})),
        request(&["uid"]),
    )
    .unwrap();
    let subjects: Vec<_> = read
        .problems
        .iter()
        .map(|p| (p.place.as_str(), p.subject.clone()))
        .collect();
    let id = |id: &str| Subject::Id(ExternalId::from(id));
    assert_eq!(
        subjects,
        [
            ("people.csv line 3", id("2")),
            ("people.csv line 4", id("3")),
            ("people.csv line 5", id("1")),
            (
                "people.csv line 6",
                Subject::Attribute {
                    name: "uid".into(),
                    value: "dee".into()
                }
            ),
        ]
    );
    assert_eq!(read.rows.len(), 1);
    assert!(read.coverage.proves_absence());
}

#[test]
fn half_a_file_proves_nothing() {
    for (name, text, marker) in [
        ("people.csv", "id,uid\n1,anna\n2,\"b", None),
        ("people.csv", "id,uid\n1,anna\n", Some("#END")),
        (
            "people.jsonl",
            "{\"id\": 1, \"uid\": \"anna\"}\n{\"id\": 2, \"ui",
            None,
        ),
        (
            "people.ldif",
            "dn: uid=anna\nid: 1\nuid: anna\n\ndn: uid=b",
            None,
        ),
    ] {
        let folder = folder(name, text.as_bytes());
        let mut config = json!({"path": name, "id": "id"});
        if let Some(marker) = marker {
            config["end_marker"] = marker.into();
        }
        let read = read(&bound(&folder, config), request(&["uid"])).unwrap();
        let Coverage::Partial { reason, text, .. } = &read.coverage else {
            panic!("{name}: {:?}", read.coverage)
        };
        assert_eq!(*reason, PartialReason::Truncated, "{text}");
        assert_eq!(read.rows.len(), 1, "{name}");
    }
}

#[test]
fn bytes_become_base64() {
    let folder = folder(
        "people.ldif",
        b"dn: cn=a\nobjectGUID:: MyIRAFVEd2aImaq7zN3u/w==\njpegPhoto:: /9j/\ncn: a\n",
    );
    let config = json!({"path": "people.ldif", "id": "objectGUID"});
    let read = read(&bound(&folder, config), request(&["cn", "jpegPhoto"])).unwrap();
    assert_eq!(
        read.rows[0].id.as_deref(),
        Some("00112233-4455-6677-8899-aabbccddeeff")
    );
    assert_eq!(read.rows[0].values, [["a"], ["/9j/"]]);
}

#[test]
fn settings_are_strict() {
    let folder = folder("people.csv", b"id\n1\n");
    let problems = |config: Value| match bind_in(&plugin(), config, folder.path()) {
        Err(BindError::Settings { problems, .. }) => {
            let line = |problem: &SettingProblem| format!("{problem} {:?}", problem.hint);
            problems.iter().map(line).collect::<Vec<_>>().join("; ")
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the settings were taken"),
    };
    assert!(problems(json!({"path": "people.csv", "delimeter": ";"})).contains("`delimiter`"));
    assert!(problems(json!({"path": "people.csv", "format": "xml"})).contains("format"));
    assert!(problems(json!({"path": "people.csv", "rows": 0})).contains("rows"));
    assert!(problems(json!({"path": "people.csv", "multi": {"a": 1}})).contains('a'));
    let nowhere = bind_in(&plugin(), json!({}), folder.path()).err().unwrap();
    let text = "neither `path` nor `url` says where the file is";
    assert_eq!(nowhere.to_string(), text);

    let odd = bound(&folder, json!({"path": "people.csv", "binary": ["photo"]}));
    let failure = read(&odd, request(&["id"]))
        .unwrap_err()
        .failure()
        .cloned()
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(
        failure.message.contains("`binary` is for LDIF"),
        "{failure}"
    );
}

#[test]
fn a_scope_that_the_file_cannot_serve_is_refused() {
    let folder = folder("people.csv", b"id,unit\n1,Staff/Sales\n2,Temps\n");
    let under = |config: Value| {
        let mut request = request(&["id"]);
        request.scope = Scope {
            under: vec!["staff".to_owned()],
            ..Scope::default()
        };
        read(&bound(&folder, config), request)
    };
    let failure = under(json!({"path": "people.csv", "id": "id"}))
        .unwrap_err()
        .failure()
        .cloned()
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Config);
    assert_eq!(
        failure.hint.as_deref(),
        Some("add `unit: COLUMN` to the provider's config, or use groups")
    );
    let people = under(json!({"path": "people.csv", "id": "id", "unit": "unit"})).unwrap();
    assert_eq!(people.rows.len(), 1);
}

#[test]
#[ignore = "takes half a minute"]
fn a_million_people_fit_in_the_plugins_memory() {
    use std::fmt::Write as _;
    let mut file = "id,uid,mail,groups\n".to_owned();
    for at in 0..1_000_000 {
        writeln!(file, "{at:032},person{at},person{at}@example.org,staff;all").unwrap();
    }
    let folder = folder("people.csv", file.as_bytes());
    drop(file);
    let mut people = 0;
    for delivery in bound(&folder, json!({"path": "people.csv", "id": "id"}))
        .read(request(&["uid", "mail"]))
        .unwrap()
    {
        match delivery.unwrap() {
            Delivery::Page { page, .. } => people += page.len(),
            Delivery::End { coverage, .. } => assert!(coverage.proves_absence()),
        }
    }
    assert_eq!(people, 1_000_000);
}
