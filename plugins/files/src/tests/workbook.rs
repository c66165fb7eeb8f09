//! Workbooks.

use super::read;
use muster_sdk::{FailureKind, PartialReason};

const PEOPLE: &[u8] = include_bytes!("data/people.xlsx");
const SETTINGS: &str = r#"{"path": "people.xlsx", "sheet": "People", "header_row": 3, "id": "number", "status": "on"}"#;

#[test]
fn numbers_dates_and_formulas_become_what_they_show() {
    let read = read(SETTINGS, PEOPLE, &["name", "start", "note"]).unwrap();
    assert_eq!(
        read.lines(),
        [
            "4702 active Jürgen 李|2025-10-13|4702x",
            "0017 blocked Anna|2025-10-14T12:00:00|",
        ]
    );
}

#[test]
fn errors_and_rounded_identifiers_hold_their_rows() {
    let read = read(SETTINGS, PEOPLE, &["name"]).unwrap();
    assert_eq!(
        read.problems(),
        [
            "people.txt line 7: `name` holds the error `#N/A` (id 31)",
            "people.txt line 8: `number` is `1.04858E+20`, a number that a spreadsheet has rounded (nobody)",
        ]
    );
    assert_eq!(read.shortfall().0, PartialReason::Unattributed);
}

#[test]
fn a_cell_that_nobody_asked_for_may_hold_an_error() {
    let read = read(SETTINGS, PEOPLE, &["start"]).unwrap();
    assert_eq!(read.lines().len(), 3);
}

#[test]
fn sheets_and_columns_are_found_by_name() {
    let failure = |settings: &str, attributes: &[&str]| {
        let failure = read(settings, PEOPLE, attributes).err().unwrap();
        (
            failure.kind,
            failure.message,
            failure.hint.unwrap_or_default(),
        )
    };
    let typo = SETTINGS.replace("People\"", "peple\"");
    assert_eq!(
        failure(&typo, &["name"]),
        (
            FailureKind::Config,
            "`people.txt` has no sheet `peple`".into(),
            "did you mean `People`?".into()
        )
    );
    let (_, text, _) = failure(SETTINGS, &["mail"]);
    assert_eq!(text, "`people.txt`: the header has no column `mail`");
    let first = r#"{"path": "people.xlsx"}"#;
    assert_eq!(
        read(first, PEOPLE, &["note"]).unwrap().shortfall().0,
        PartialReason::Empty
    );
}

#[test]
fn what_is_no_workbook_is_refused() {
    for (file, word) in [
        (&PEOPLE[..PEOPLE.len() / 2], "cannot be read as a workbook"),
        (b"id,name\n", "cannot be read as a workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1",
            "an old or an encrypted workbook",
        ),
    ] {
        let failure = read(SETTINGS, file, &["name"]).err().unwrap();
        assert_eq!(failure.kind, FailureKind::Data);
        assert!(failure.message.contains(word), "{}", failure.message);
    }
}
