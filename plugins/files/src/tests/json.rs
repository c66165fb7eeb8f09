//! JSON: one list of people somewhere in a file.

use super::read;
use muster_sdk::{FailureKind, PartialReason};

const LIST: &str = r#"{"path": "people.json", "id": "id"}"#;
const INSIDE: &str = r#"{"path": "people.json", "id": "id", "records": "data.people"}"#;

#[test]
fn a_list_is_read_however_it_is_written() {
    for file in [
        r#"[{"id": 1, "name": {"given": "Anna"}}, {"id": "2", "name": {"given": ""}}]"#,
        "\u{feff}[\n  {\"id\": 1,\n   \"name\": {\"given\": \"Anna\"}\n  }\n,{\"id\":\"2\",\"name\":{\"given\":\"\"}}]\n\n",
    ] {
        let read = read(LIST, file, &["name.given"]).unwrap();
        assert_eq!(read.lines(), ["1 active Anna", "2 active "]);
        assert!(read.coverage.is_complete(), "{:?}", read.coverage);
    }
}

#[test]
fn a_list_may_stand_inside_objects() {
    let file = r#"{"total": 2, "other": {"people": [{"id": 9}]}, "data": {"a": "]}", "people": [{"id": 1}, {"id": 2}], "z": [1]}, "end": null}"#;
    let read = read(INSIDE, file, &["id"]).unwrap();
    assert_eq!(read.lines(), ["1 active 1", "2 active 2"]);
    assert!(read.coverage.is_complete());
}

#[test]
fn big_numbers_keep_their_digits() {
    let read = read(
        LIST,
        r#"[{"id": 104857600000000000001, "n": 1.10}]"#,
        &["n"],
    )
    .unwrap();
    assert_eq!(read.lines(), ["104857600000000000001 active 1.10"]);
}

#[test]
fn a_name_that_comes_twice_holds_its_person() {
    let read = read(
        LIST,
        r#"[{"id": 1, "n": "a", "n": "b"}, {"id": 2, "n": "c"}]"#,
        &["n"],
    )
    .unwrap();
    assert_eq!(
        read.problems(),
        ["people.txt line 1: `n` is given twice (id 1)"]
    );
    assert_eq!(read.lines(), ["2 active c"]);
}

#[test]
fn a_list_that_is_cut_off_proves_nothing() {
    let whole = r#"{"data": {"people": [{"id": 1}, {"id": 2}]}}"#;
    for end in 1..whole.len() {
        let file = &whole[..end];
        match read(INSIDE, file, &[]) {
            Ok(read) => {
                let (reason, text) = read.shortfall();
                assert_eq!(reason, PartialReason::Truncated, "{file}: {text}");
            }
            Err(failure) => panic!("{file}: {}", failure.message),
        }
    }
    let lists = [r#"[{"id": 1}"#, r#"[{"id": 1},"#, r#"[{"id": 1}, {"id""#];
    for file in lists {
        let read = read(LIST, file, &[]).unwrap();
        assert_eq!(read.shortfall().0, PartialReason::Truncated, "{file}");
    }
}

#[test]
fn what_stands_beside_the_list_must_be_right() {
    for file in [
        r#"[{"id": 1}] [{"id": 2}]"#,
        r#"[{"id": 1}]]"#,
        r#"[{"id": 1} {"id": 2}]"#,
        r#"[{"id": 1},,{"id": 2}]"#,
        r#"[{"id": 1},]"#,
    ] {
        assert!(
            !read(LIST, file, &[]).unwrap().coverage.is_complete(),
            "{file}"
        );
    }
    for file in [
        r#"{"data": {"people": [{"id": 1}], "people": [{"id": 2}]}}"#,
        r#"{"data": {"people": [{"id": 1}]}, "data": {}}"#,
        r#"{"data": {"people": [{"id": 1}] "x": 1}}"#,
    ] {
        let read = read(INSIDE, file, &[]).unwrap();
        assert_eq!(read.shortfall().0, PartialReason::Unreadable, "{file}");
    }
}

#[test]
fn an_element_that_is_no_object_is_a_problem() {
    let read = read(LIST, r#"[{"id": 1}, 7, "x", [1], {"id": 2}]"#, &["id"]).unwrap();
    assert_eq!(read.lines(), ["1 active 1", "2 active 2"]);
    assert_eq!(read.problems().len(), 3);
    assert_eq!(read.shortfall().0, PartialReason::Unattributed);
}

#[test]
fn a_list_that_is_not_there_is_a_failure_in_words() {
    for (settings, file, message) in [
        (
            LIST,
            r#"{"id": 1}"#,
            "`people.txt` is no JSON array of people",
        ),
        (INSIDE, "[]", "`people.txt` has no array at `data`"),
        (
            INSIDE,
            r#"{"data": []}"#,
            "`people.txt` has no array at `data.people`",
        ),
        (
            INSIDE,
            r#"{"data": {"persons": []}}"#,
            "`people.txt` has no array at `data.people`",
        ),
        (
            INSIDE,
            r#"{"data": {"people": {}}}"#,
            "`people.txt` has no array at `data.people`",
        ),
    ] {
        let failure = read(settings, file, &[]).err().unwrap();
        assert_eq!(failure.message, message, "{file}");
        assert!(failure.hint.unwrap().contains("records"));
        assert_ne!(failure.kind, FailureKind::Internal);
    }
    assert_eq!(
        read(LIST, "[]", &[]).unwrap().shortfall().0,
        PartialReason::Empty
    );
}
