//! Folders, checksums, files that are as they were, encodings, spreadsheets.

use super::{groups, read, read_again};
use crate::People;
use muster_sdk::prelude::*;
use muster_sdk::testing;

const FOLDER: &str = r#"{"path": "drop", "id": "id"}"#;

fn people(settings: &str) -> Vec<String> {
    let read = read_again(settings, &["id"], testing::everybody()).unwrap();
    read.rows
        .iter()
        .map(|row| row.id.clone().unwrap())
        .collect()
}

fn with(settings: &str, more: &str) -> String {
    settings.replace('}', &format!(", {more}}}"))
}

#[test]
fn the_newest_whole_file_of_a_folder_is_read() {
    testing::folder(
        "people",
        &[
            ("people-01.csv", 900, "id\n1\n"),
            ("people-02.csv", 100, "id\n2\n"),
            ("people-03.csv.part", 950, "id\n3\n"),
            ("people-04.tmp", 950, "id\n4\n"),
            (".people-05.csv", 950, "id\n5\n"),
            ("people-06.csv.sha256", 950, "x"),
            ("readme.md", 950, "hello"),
        ],
    );
    assert_eq!(people(FOLDER), ["2"]);
    assert_eq!(people(&with(FOLDER, r#""newest_by": "time""#)), ["1"]);
    assert_eq!(people(&with(FOLDER, r#""pattern": "*-01.csv""#)), ["1"]);
    assert_eq!(people(&with(FOLDER, r#""pick": "all""#)), ["1", "2"]);
    testing::now_ms(2_000);
    assert_eq!(people(&with(FOLDER, r#""settle_seconds": 1"#)), ["2"]);
    testing::now_ms(1_500);
    let settle = r#""settle_seconds": 1, "newest_by": "time""#;
    assert_eq!(people(&with(FOLDER, settle)), ["2"]);
}

#[test]
fn a_folder_without_people_is_a_failure() {
    testing::folder("people", &[("people.csv.part", 1, "id\n1\n")]);
    let failure = read_again(FOLDER, &["id"], testing::everybody())
        .err()
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Data);
    assert!(
        failure.message.contains("none of the 1 files"),
        "{}",
        failure.message
    );
}

#[test]
fn several_files_are_one_read() {
    let all = with(
        FOLDER,
        r##""pick": "all", "end_marker": "#END", "rows": 3"##,
    );
    let files = |second: &'static str| [("a.csv", 1, "id\n1\n2\n#END\n"), ("b.csv", 2, second)];
    testing::folder("people", &files("id\n3\n#END\n"));
    let read = || read_again(&all, &["id"], testing::everybody());
    assert!(read().unwrap().coverage.is_complete());
    assert_eq!(read().unwrap().fact("files"), Some("2"));
    testing::folder("people", &files("id\n2\n#END\n"));
    assert_eq!(
        read().unwrap().problems(),
        ["b.csv line 2: `id` is `2`, as in an earlier record (id 2)"]
    );
    testing::folder(
        "people",
        &[("a.csv", 1, "id\n1\n2\n"), ("b.csv", 2, "id\n3\n#END\n")],
    );
    let cut = read().unwrap();
    assert_eq!(cut.shortfall().0, PartialReason::Truncated);
    assert!(
        cut.shortfall().1.contains("is not in `a.csv`"),
        "{}",
        cut.shortfall().1
    );
    testing::folder(
        "people",
        &[("a.csv", 1, "id\n1\n"), ("b.jsonl", 2, "{\"id\": 2}\n")],
    );
    let plain = with(FOLDER, r#""pick": "all""#);
    let failure = read_again(&plain, &["id"], testing::everybody())
        .err()
        .unwrap();
    assert!(
        failure.message.contains("another format"),
        "{}",
        failure.message
    );
}

/// Reads, and returns the coverage and the cursor of the next read.
fn sync(settings: &str, from: ReadFrom) -> Result<(Coverage, Option<Vec<u8>>), Failure> {
    let mut people = People::open(serde_json::from_str(settings).unwrap())?;
    people.start(ReadRequest {
        start_at: from,
        ..testing::request(&["id"])
    })?;
    let batch = people.next()?;
    Ok((
        batch.coverage().unwrap().clone(),
        batch.next_delta().map(<[u8]>::to_vec),
    ))
}

#[test]
fn a_file_that_is_as_it_was_has_no_changes() {
    let settings = r#"{"path": "p.csv", "id": "id"}"#;
    testing::tagged_file("people", "id\n1\n", "v1");
    let (coverage, cursor) = sync(settings, ReadFrom::Start).unwrap();
    assert!(coverage.is_complete());
    let cursor = cursor.unwrap();

    let (coverage, again) = sync(settings, ReadFrom::Since(cursor.clone())).unwrap();
    assert!(
        !coverage.is_complete() && coverage.reason().is_none(),
        "a delta"
    );
    assert_eq!(again.as_ref(), Some(&cursor));

    let stale = |settings: &str| {
        let failure = sync(settings, ReadFrom::Since(cursor.clone())).unwrap_err();
        assert_eq!(failure.kind, FailureKind::StaleCursor);
        failure.message
    };
    assert!(stale(r#"{"path": "p.csv", "id": "id", "delimiter": ";"}"#).contains("the settings"));
    testing::tagged_file("people", "id\n1\n", "v2");
    assert!(stale(settings).contains("has changed since"));
    testing::file("people", "id\n1\n");
    assert!(stale(settings).contains("has changed since"));
}

#[test]
fn a_folder_is_as_it_was_only_with_the_same_files() {
    let all = with(FOLDER, r#""pick": "all""#);
    let (a, b) = (("a.csv", 1, "id\n1\n"), ("b.csv", 2, "id\n2\n"));
    testing::folder("people", &[a, b]);
    let (_, cursor) = sync(&all, ReadFrom::Start).unwrap();
    let since = || sync(&all, ReadFrom::Since(cursor.clone().unwrap()));
    assert!(since().is_ok());
    testing::folder("people", &[a, b, ("c.csv", 3, "id\n3\n")]);
    assert!(since().unwrap_err().message.contains("`c.csv` is new"));
    testing::folder("people", &[a]);
    assert!(since().unwrap_err().message.contains("a file is gone"));
    testing::folder("people", &[a, ("b.csv", 9, "id\n2\n")]);
    assert!(since().unwrap_err().message.contains("`b.csv` has changed"));
}

#[test]
fn what_is_odd_or_partial_is_read_again() {
    let settings = r#"{"path": "p.csv", "id": "id"}"#;
    for file in ["id\n", "id\n1\n1\n", "id,n\n1,2\n3\n"] {
        testing::tagged_file("people", file, "v1");
        let (_, cursor) = sync(settings, ReadFrom::Start).unwrap();
        assert_eq!(cursor, None, "{file:?}");
    }
    testing::file("people", "id\n1\n");
    assert_eq!(
        sync(settings, ReadFrom::Start).unwrap().1,
        None,
        "without a tag"
    );
}

/// SHA-256 of `id\n1\n`.
const DIGEST: &str = "7cde7fb64fd82bd152710cf238e017b9ab46c0592483edc067ba4f6c75fac108";

#[test]
fn a_checksum_must_be_right() {
    let declared = |digest: &str| format!(r#"{{"path": "p.csv", "checksum": "{digest}"}}"#);
    let wrong = read(&declared(&"0".repeat(64)), "id\n1\n", &["id"]).unwrap();
    let (reason, text) = wrong.shortfall();
    assert_eq!((reason, wrong.rows.len()), (PartialReason::Unproven, 1));
    assert!(text.contains("its SHA-256 is "), "{text}");
    let right = text.split("its SHA-256 is ").nth(1).unwrap()[..64].to_owned();
    let read_right = read(&declared(&right.to_uppercase()), "id\n1\n", &["id"]).unwrap();
    assert!(read_right.coverage.is_complete());

    let sidecar = declared("sidecar");
    let none = read(&sidecar, "id\n1\n", &["id"]).unwrap();
    assert!(
        none.shortfall()
            .1
            .contains("`people.txt.sha256` cannot be read")
    );
    testing::file_beside(
        "people",
        "people.txt.sha256",
        format!("{right}  people.txt\n"),
    );
    let beside = read_again(&sidecar, &["id"], testing::everybody()).unwrap();
    assert!(beside.coverage.is_complete(), "{:?}", beside.coverage);
    assert_eq!(right, DIGEST);
}

#[test]
fn other_encodings_are_read() {
    let utf16 = |text: &str, to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(to).collect()
    };
    let text = "id;name\r\n1;Jürgen 李\r\n";
    for file in [
        utf16(&format!("\u{feff}{text}"), u16::to_le_bytes),
        utf16(&format!("\u{feff}{text}"), u16::to_be_bytes),
        text.as_bytes().to_vec(),
    ] {
        let read = read(r#"{"path": "p.csv", "id": "id"}"#, file, &["name"]).unwrap();
        assert_eq!(read.lines(), ["1 active Jürgen 李"]);
    }
    let little = utf16(text, u16::to_le_bytes);
    let declared = r#"{"path": "p.csv", "encoding": "utf-16le"}"#;
    assert_eq!(
        read(declared, little, &["name"]).unwrap().lines(),
        ["- active Jürgen 李"]
    );
}

#[test]
fn tabs_are_a_format_of_their_own() {
    let file = "id\tname\n1\ta, b; c\n";
    for settings in [
        r#"{"path": "p.tsv", "id": "id"}"#,
        r#"{"path": "p", "format": "tsv", "id": "id"}"#,
    ] {
        assert_eq!(
            read(settings, file, &["name"]).unwrap().lines(),
            ["1 active a, b; c"]
        );
    }
}

#[test]
fn what_a_spreadsheet_does_is_told() {
    let settings = r#"{"path": "p.csv", "id": "id"}"#;
    let file = "id,card\n00042,1E+15\n117,2\n12345,3\n1.04858E+20,4\n";
    let read = read(settings, file, &["card"]).unwrap();
    assert_eq!(read.fact("identifiers that may lack a zero"), Some("1"));
    assert_eq!(read.fact("rounded numbers"), Some("1"));
    assert_eq!(read.problems().len(), 1);
    let log: Vec<String> = testing::take_log()
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert!(log[0].contains("may have cut zeros off"), "{log:?}");
    assert!(log[1].contains("has rounded"), "{log:?}");
}

#[test]
fn a_scope_is_part_of_the_question() {
    testing::tagged_file("people", "id,g\n1,staff\n", "v1");
    let settings = r#"{"path": "p.csv", "id": "id", "groups": "g"}"#;
    let start = |scope: Scope, start_at: ReadFrom| -> Result<Option<Vec<u8>>, Failure> {
        let mut people = People::open(serde_json::from_str(settings).unwrap())?;
        people.start(ReadRequest {
            scope,
            start_at,
            ..testing::request(&["id"])
        })?;
        Ok(people.next()?.next_delta().map(<[u8]>::to_vec))
    };
    let cursor = start(groups(&["staff"], &[]), ReadFrom::Start)
        .unwrap()
        .unwrap();
    let since = |scope| start(scope, ReadFrom::Since(cursor.clone()));
    assert!(since(groups(&["staff"], &[])).is_ok());
    assert!(since(testing::everybody()).is_err());
    let reported = Scope {
        report: vec!["editors".to_owned()],
        ..groups(&["staff"], &[])
    };
    assert!(since(reported).is_err());
}
