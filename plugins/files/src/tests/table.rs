//! CSV: delimiters, quotes, breaks, encodings, columns.

use super::{groups, read, read_scope};
use muster_sdk::{BlockCause, FailureKind, PartialReason, Status};

const CSV: &str = r#"{"path": "people.csv", "id": "id"}"#;

#[test]
fn cells_are_values_and_empty_is_not_absent() {
    let read = read(
        CSV,
        "id,name,mail\n1,Anna,a@x\n2,,\n3,Bo,b@x",
        &["mail", "name"],
    )
    .unwrap();
    assert_eq!(
        read.lines(),
        ["1 active a@x|Anna", "2 active |", "3 active b@x|Bo"]
    );
    assert!(read.problems.is_empty());
    assert!(read.coverage.is_complete());
    assert_eq!(read.fact("records"), Some("3"));
    assert_eq!(read.fact("bytes read"), Some("36"));
    assert_eq!(read.fact("last line"), Some("4"));
}

#[test]
fn quotes_hold_delimiters_quotes_and_breaks() {
    let file =
        "id,name\r\n1,\"Berg, Anna\"\r\n2,\"the \"\"Bo\"\"\"\r\n\"3\",\"two\r\nlines\"\r\n4,\r\n";
    let read = read(CSV, file, &["name"]).unwrap();
    assert_eq!(
        read.lines(),
        [
            "1 active Berg, Anna",
            "2 active the \"Bo\"",
            "3 active two\r\nlines",
            "4 active "
        ]
    );
    assert!(read.coverage.is_complete());
    assert_eq!(read.fact("last line"), Some("6"));
}

#[test]
fn the_header_tells_the_delimiter() {
    for (delimiter, name) in [(",", "a;b"), (";", "a,b"), ("\t", "a,b;c"), ("|", "a")] {
        let file = format!(
            "\u{feff}id{delimiter}\"x,;,;\"{delimiter}name\n1{delimiter}{delimiter}\"{name}\"\n"
        );
        let read = read(CSV, file, &["name"]).unwrap();
        assert_eq!(read.lines(), [format!("1 active {name}")], "{delimiter:?}");
    }
}

#[test]
fn the_delimiter_can_be_said() {
    let settings = r#"{"path": "p.csv", "id": "id,x", "delimiter": ";"}"#;
    let read = read(settings, "id,x;name\n1;Anna\n", &["name"]).unwrap();
    assert_eq!(read.lines(), ["1 active Anna"]);
}

#[test]
fn empty_rows_are_nobody() {
    let read = read(
        CSV,
        "\n\nid,name\n\n1,Anna\n , \n,\n\r\n2,Bo\n\n",
        &["name"],
    )
    .unwrap();
    assert_eq!(read.lines(), ["1 active Anna", "2 active Bo"]);
    assert!(read.coverage.is_complete());
    assert_eq!(read.fact("records"), Some("2"));
}

#[test]
fn without_an_id_column_nobody_has_an_id() {
    let settings = r#"{"path": "people.csv"}"#;
    let read = read(
        settings,
        "username,mail\nanna,a@x\nanna,b@x\n",
        &["username"],
    )
    .unwrap();
    assert_eq!(read.lines(), ["- active anna", "- active anna"]);
}

#[test]
fn a_name_in_another_case_is_the_same_column() {
    let read = read(CSV, "ID, Mail ,Größe\n1,a@x,L\n", &["mail", "grÖße"]).unwrap();
    assert_eq!(read.lines(), ["1 active a@x|L"]);
}

#[test]
fn a_column_that_is_not_there_is_named_before_anybody_is_read() {
    let failure = read(
        CSV,
        "id,e-mail,name\n1,a@x,Anna\n",
        &["name", "email", "xyz"],
    )
    .err()
    .unwrap();
    assert_eq!(failure.kind, FailureKind::Config);
    assert_eq!(
        failure.message,
        "`people.txt`: the header has no column `email`, `xyz`"
    );
    assert_eq!(failure.hint.as_deref(), Some("did you mean `e-mail`?"));

    let settings = r#"{"path": "people.csv", "id": "id", "optional": ["Email"]}"#;
    let read = read(settings, "id,name\n1,Anna\n", &["name", "email"]).unwrap();
    assert_eq!(read.lines(), ["1 active Anna|-"]);
}

#[test]
fn a_column_that_is_there_twice_is_refused() {
    let failure = read(CSV, "id,name,Name\n1,a,b\n", &["NAME"]).err().unwrap();
    assert!(
        failure
            .message
            .contains("two columns of the header are called `NAME`")
    );
    // As long as nobody asks for it, it does no harm.
    assert!(read(CSV, "id,name,Name\n1,a,b\n", &["name"]).is_ok());
}

#[test]
fn status_words_are_understood_or_unknown() {
    let settings = r#"{"path": "people.csv", "id": "id", "status": "state"}"#;
    let file = "id,state\n1,Active\n2,no\n3,suspended\n4,\n5,on leave\n";
    let read = read(settings, file, &[]).unwrap();
    let statuses: Vec<Status> = read.rows.iter().map(|row| row.status).collect();
    assert_eq!(
        statuses,
        [
            Status::Active,
            Status::Blocked(BlockCause::Disabled),
            Status::Blocked(BlockCause::Suspended),
            Status::Unknown,
            Status::Unknown,
        ]
    );
}

#[test]
fn columns_with_several_values_are_split() {
    let settings = r#"{"path": "people.csv", "id": "id", "multi": {"Phones": "/"}}"#;
    let read = read(
        settings,
        "id,phones\n1, 12 / 34 //\n2,\n3,56\n",
        &["phones"],
    )
    .unwrap();
    assert_eq!(read.lines(), ["1 active 12+34", "2 active ", "3 active 56"]);
}

#[test]
fn only_members_are_delivered() {
    let settings = r#"{"path": "people.csv", "id": "id", "groups": "teams"}"#;
    let file = "id,teams\n1,Staff; All\n2,\"robots;staff\"\n3,staffing\n4,BOARD;staff\n";
    let read = read_scope(
        settings,
        file,
        &[],
        groups(&["staff", "Board"], &["Robots"]),
    )
    .unwrap();
    let members: Vec<_> = read
        .rows
        .iter()
        .map(|row| (row.id.as_deref().unwrap(), row.groups.join("+")))
        .collect();
    assert_eq!(
        members,
        [("1", "staff".to_owned()), ("4", "staff+Board".to_owned())]
    );
    assert!(read.coverage.is_complete());
    assert_eq!(read.fact("out of scope"), Some("2"));
}

#[test]
fn a_group_that_nobody_is_in_proves_nothing() {
    let settings = r#"{"path": "people.csv", "id": "id", "groups": "teams"}"#;
    let read = read_scope(
        settings,
        "id,teams\n1,staff\n",
        &[],
        groups(&["staff", "stuff"], &[]),
    )
    .unwrap();
    assert_eq!(read.lines().len(), 1);
    let (reason, text) = read.shortfall();
    assert_eq!(reason, PartialReason::GroupMissing);
    assert_eq!(text, "`people.txt`: no record of it is in `stuff`");
}

#[test]
fn one_byte_encodings_are_read_if_named() {
    let file = b"id,name\n1,S\xf8ren\x85\n";
    let settings = |encoding: &str| {
        format!(r#"{{"path": "people.csv", "id": "id", "encoding": "{encoding}"}}"#)
    };
    let read_as = |encoding: &str| read(&settings(encoding), *file, &["name"]).unwrap().lines();
    assert_eq!(read_as("windows-1252"), ["1 active Søren…"]);
    assert_eq!(read_as("latin1"), ["1 active Søren\u{85}"]);
}

#[test]
fn other_encodings_are_refused_with_the_line() {
    let utf16: Vec<u8> = "id,name\n1,Anna\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let failure = read(CSV, utf16, &["name"]).err().unwrap();
    assert_eq!(
        failure.message,
        "`people.txt` line 1: the file is UTF-16LE, not UTF-8"
    );

    let failure = read(CSV, &b"id,gr\xf6sse\n1,L\n"[..], &[]).err().unwrap();
    assert_eq!(
        failure.message,
        "`people.txt` line 1: the header is not UTF-8"
    );
    assert!(failure.hint.unwrap().contains("windows-1252"));
}
