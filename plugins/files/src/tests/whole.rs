//! What shows that a file is whole, and what shows that it is not.

use super::{read, read_again};
use muster_sdk::testing;
use muster_sdk::{Failure, FailureKind, PartialReason};

const CSV: &str = r#"{"path": "people.csv", "id": "id"}"#;

fn partial(settings: &str, file: &str) -> (PartialReason, String, usize) {
    let read = read(settings, file, &["name"]).unwrap();
    let (reason, text) = read.shortfall();
    (reason, text.to_owned(), read.rows.len())
}

#[test]
fn an_empty_file_proves_nothing() {
    for file in [
        "",
        "\u{feff}",
        "\n\n",
        "id,name",
        "id,name\n",
        "id,name\n\n",
    ] {
        let (reason, text, rows) = partial(CSV, file);
        assert_eq!((reason, rows), (PartialReason::Empty, 0), "{file:?}");
        assert_eq!(text, "`people.txt`: nobody is in it");
    }
    let marked = r##"{"path": "people.csv", "id": "id", "end_marker": "#END"}"##;
    for file in ["#END\n", "id,name\n#END\n"] {
        assert_eq!(partial(marked, file).0, PartialReason::Empty, "{file:?}");
    }
    for path in ["people.jsonl", "people.ldif"] {
        let settings = format!(r#"{{"path": "{path}", "id": "id"}}"#);
        assert_eq!(partial(&settings, "\n").0, PartialReason::Empty, "{path}");
    }
}

#[test]
fn a_file_that_ends_in_a_row_is_cut_off() {
    let (reason, text, rows) = partial(CSV, "id,name\n1,Anna\n2,\"Bo");
    assert_eq!((reason, rows), (PartialReason::Truncated, 1));
    assert_eq!(
        text,
        "`people.txt`: line 3: the quote that opens cell 2 is never closed; the file looks cut off"
    );

    let (reason, text, rows) = partial(CSV, "id,name\n1,Anna\n2");
    assert_eq!((reason, rows), (PartialReason::Truncated, 1));
    assert!(
        text.contains("line 3: the row has 1 cell, the header 2"),
        "{text}"
    );

    // The cut cell itself is not believed.
    let read = read(CSV, "id,name\n1,Anna\n2", &["name"]).unwrap();
    assert!(read.problems()[0].ends_with("(nobody)"));
}

#[test]
fn a_last_row_without_a_break_is_whole() {
    assert!(
        read(CSV, "id,name\n1,Anna\n2,", &["name"])
            .unwrap()
            .coverage
            .is_complete()
    );
    // Too many cells are no cut.
    let read = read(CSV, "id,name\n1,Anna\n2,Bo,x", &["name"]).unwrap();
    assert!(read.coverage.is_complete());
    assert_eq!(read.problems.len(), 1);
}

#[test]
fn declared_rows_are_counted() {
    let settings = r#"{"path": "people.csv", "id": "id", "rows": 2}"#;
    let whole = read(settings, "id,name\n1,Anna\n2,Bo\n", &["name"]).unwrap();
    assert!(whole.coverage.is_complete());
    assert_eq!(whole.fact("declared rows"), Some("2"));
    // A broken row is a row.
    assert!(
        read(settings, "id,name\n1,Anna\n2\n", &["name"])
            .unwrap()
            .coverage
            .is_complete()
    );
    for (file, found) in [("id,name\n1,Anna\n", 1), ("id,name\n1,a\n2,b\n3,c\n", 3)] {
        let (reason, text, rows) = partial(settings, file);
        assert_eq!((reason, rows), (PartialReason::Truncated, found));
        assert_eq!(
            text,
            format!("`people.txt`: 2 rows were declared, and there are {found}")
        );
    }
}

#[test]
fn a_declared_end_marker_must_be_the_last_line() {
    let settings = r##"{"path": "people.csv", "id": "id", "end_marker": "#END,2"}"##;
    for file in [
        "id,name\n1,Anna\n#END,2\n",
        "id,name\r\n1,Anna\r\n#END,2\r\n\r\n",
        "id,name\n1,Anna\n#END,2",
    ] {
        let whole = read(settings, file, &["name"]).unwrap();
        assert!(whole.coverage.is_complete(), "{file:?}");
        assert_eq!(whole.fact("end marker"), Some("line 3"));
        assert!(whole.problems.is_empty());
    }
    let (reason, text, rows) = partial(settings, "id,name\n1,Anna\n2,Bo\n");
    assert_eq!((reason, rows), (PartialReason::Truncated, 2));
    assert!(
        text.contains("the end marker `#END,2` is not there"),
        "{text}"
    );

    let (reason, text, rows) = partial(settings, "id,name\n1,Anna\n#END,2\n2,Bo\n");
    assert_eq!((reason, rows), (PartialReason::Unproven, 2));
    assert!(
        text.contains("line 4 stands below the end marker"),
        "{text}"
    );
}

#[test]
fn other_formats_have_markers_and_counts_too() {
    for (path, file) in [
        ("p.jsonl", "{\"id\": 1, \"name\": \"a\"}\n#END\n"),
        ("p.ldif", "dn: cn=a\nid: 1\nname: a\n#END\n"),
        ("p.ldif", "dn: cn=a\nid: 1\nname: a\n\n#END\n"),
    ] {
        let settings =
            format!(r##"{{"path": "{path}", "id": "id", "rows": 1, "end_marker": "#END"}}"##);
        let whole = read(&settings, file, &["name"]).unwrap();
        assert_eq!(whole.lines(), ["1 active a"]);
        assert!(whole.coverage.is_complete(), "{path}");
        let cut = file.replace("#END\n", "");
        assert_eq!(
            partial(&settings, &cut).0,
            PartialReason::Truncated,
            "{path}"
        );
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_proves_nothing() {
    let drifted = || Failure::drifted("`people.csv` changed while it was read");
    testing::broken_file("people", "id,name\n1,Anna\n2,Bo\n", drifted());
    let read = read_again(CSV, &["name"], testing::everybody()).unwrap();
    assert_eq!(read.rows.len(), 2);
    assert_eq!(
        read.shortfall(),
        (
            PartialReason::Drifted,
            "`people.csv` changed while it was read"
        )
    );

    testing::broken_file("people", "id,name\n", drifted());
    let failure = read_again(CSV, &["name"], testing::everybody())
        .err()
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Drifted);
}

#[test]
fn another_failure_in_the_middle_stays_one() {
    testing::broken_file(
        "people",
        "id,name\n1,Anna\n",
        Failure::unavailable("the disk is gone"),
    );
    let failure = read_again(CSV, &["name"], testing::everybody())
        .err()
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Unavailable);
}

#[test]
fn a_run_that_is_being_stopped_stops() {
    testing::file("people", "id,name\n1,Anna\n");
    testing::cancel();
    let failure = read_again(CSV, &["name"], testing::everybody())
        .err()
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Cancelled);
}
