//! JSON Lines.

use super::{groups, read, read_scope};
use muster_sdk::{FailureKind, PartialReason};

const JSON: &str = r#"{"path": "people.jsonl", "id": "id"}"#;

#[test]
fn values_are_texts_as_they_are_written() {
    let file = r#"
{"id": 12345678901234567890, "name": "Anna \u00c5\n", "mail": ["a@x", "b@x"], "age": 1.50, "ok": true}
{"id": "2", "name": "", "mail": [], "ok": null}

 {"id": "3", "name": "Bo", "mail": "c@x", "age": -1e3, "ok": false, "extra": {"deep": [1]}}
"#;
    let read = read(JSON, file, &["name", "mail", "age", "ok"]).unwrap();
    assert_eq!(
        read.lines(),
        [
            "12345678901234567890 active Anna Å\n|a@x+b@x|1.50|true",
            "2 active |-|-|-",
            "3 active Bo|c@x|-1e3|false",
        ]
    );
    assert!(read.coverage.is_complete());
    assert_eq!(read.fact("last line"), Some("5"));
}

#[test]
fn dots_lead_into_objects() {
    let file = concat!(
        r#"{"id": 1, "name": {"given": "Anna", "family": {"now": "Berg"}}}"#,
        "\n",
        r#"{"id": 2, "name.given": "Bo", "name": {"family": {}}}"#,
        "\n",
        r#"{"id": 3, "name": null}"#,
        "\n",
    );
    let read = read(JSON, file, &["name.given", "NAME.family.now"]).unwrap();
    assert_eq!(
        read.lines(),
        ["1 active Anna|Berg", "2 active Bo|-", "3 active -|-"]
    );
}

/// Names are collected from the first records only; what comes later must be
/// read in the same way.
#[test]
fn a_long_file_is_read_alike_to_its_end() {
    let file: String = (0..300)
        .map(|id| format!("{{\"ID\": {id}, \"Name\": {{\"Given\": \"A\", \"ÉTÉ\": \"b\"}}, \"x\": [1, {{}}]}}\n"))
        .collect();
    let read = read(JSON, file, &["name.given", "name.été"]).unwrap();
    let expected: Vec<String> = (0..300).map(|id| format!("{id} active A|b")).collect();
    assert_eq!(read.lines(), expected);
}

#[test]
fn broken_lines_hold_their_person() {
    let file = concat!(
        r#"{"id": 1, "username": "anna"}"#,
        "\n",
        r#"{"id": 2, "username": "bo""#,
        "\n",
        r#"{"username": "cy", "id": }"#,
        "\n",
        r#"{"id": 4, "username": {"x": 1}}"#,
        "\n",
        r#"{"id": 5, "username": "e", "username": "f"}"#,
        "\n",
        r#"{"id": 6, "username": [["g"]]}"#,
        "\n",
        r#"{"id": 7, "username": "h"} x"#,
        "\n",
        r#"[1]"#,
        "\n",
        r#"{"username": "nobody"}"#,
        "\n",
        r#"{"id": 8, "username": "i"}"#,
        "\n",
    );
    let read = read(JSON, file, &["username"]).unwrap();
    assert_eq!(read.lines(), ["1 active anna", "8 active i"]);
    assert_eq!(
        read.problems(),
        [
            "people.txt line 2: the line is not a JSON object: EOF while parsing an object at column 26 (id 2)",
            "people.txt line 3: the line is not a JSON object: expected value at column 26 (username cy)",
            "people.txt line 4: `username` is an object; name one of its members, as in `username.id` (id 4)",
            "people.txt line 5: `username` is given twice (id 5)",
            "people.txt line 6: `username` is a list of lists or objects (id 6)",
            "people.txt line 7: the line is not a JSON object: trailing characters at column 28 (id 7)",
            "people.txt line 8: the line is not a JSON object: invalid type: sequence, expected an object at column 0 (nobody)",
            "people.txt line 9: `id` is empty (username nobody)",
        ]
    );
    assert_eq!(read.shortfall().0, PartialReason::Unattributed);
}

#[test]
fn bytes_that_are_no_text_hold_one_line() {
    let file = b"{\"id\": 1, \"username\": \"a\"}\n{\"id\": 2, \"username\": \"S\xf8ren\"}\n{\"id\": 3, \"username\": \"b\"}\n";
    let read = read(JSON, &file[..], &["username"]).unwrap();
    assert_eq!(read.lines(), ["1 active a", "3 active b"]);
    assert!(read.problems()[0].starts_with("people.txt line 2: the line is not UTF-8"));
    assert!(read.problems()[0].ends_with("(id 2)"));
}

#[test]
fn half_an_object_at_the_end_is_a_cut() {
    for cut in ["{\"id\": 2, \"name\": \"B", "{\"id\": 2", "{"] {
        let read = read(
            JSON,
            format!("{{\"id\": 1, \"name\": \"a\"}}\n{cut}"),
            &["name"],
        )
        .unwrap();
        assert_eq!(read.shortfall().0, PartialReason::Truncated, "{cut}");
        assert_eq!(read.rows.len(), 1);
    }
    let whole = read(JSON, "{\"id\": 1, \"name\": \"a\"}", &["name"]).unwrap();
    assert!(whole.coverage.is_complete());
}

#[test]
fn a_name_that_nobody_has_ends_the_read_as_a_failure() {
    let file = "{\"id\": 1, \"mail\": null}\n{\"id\": 2, \"name\": {\"given\": \"Bo\"}}\n";
    let failure = read(JSON, file, &["mail", "name.givn"]).err().unwrap();
    assert_eq!(failure.kind, FailureKind::Config);
    assert_eq!(failure.message, "`people.txt`: no record has `name.givn`");
    let hint = failure.hint.unwrap();
    assert!(hint.starts_with("did you mean `name.given`?"), "{hint}");
    assert!(hint.contains("`optional`"), "{hint}");

    let settings = r#"{"path": "people.jsonl", "id": "id", "optional": ["phone"]}"#;
    let read = read(settings, file, &["mail", "phone"]).unwrap();
    assert_eq!(read.lines(), ["1 active -|-", "2 active -|-"]);
}

#[test]
fn an_array_is_refused_in_words() {
    let failure = read(JSON, "[\n{\"id\": 1}\n]\n", &[]).err().unwrap();
    assert_eq!(failure.kind, FailureKind::Data);
    assert!(failure.message.contains("one JSON array"));
}

#[test]
fn groups_are_a_list_or_a_text() {
    let settings =
        r#"{"path": "p.jsonl", "id": "id", "groups": "memberships.names", "status": "on"}"#;
    let file = concat!(
        r#"{"id": 1, "memberships": {"names": ["staff", "x;staff2"]}, "on": true}"#,
        "\n",
        r#"{"id": 2, "memberships": {"names": "x;Staff"}, "on": 0}"#,
        "\n",
        r#"{"id": 3, "memberships": {"names": []}, "on": 1}"#,
        "\n",
        r#"{"id": 4, "on": true, "memberships": {"names": "staff"}, "x": []}"#,
        "\n",
        r#"{"id": 5, "memberships": {"names": "staff"}, "on": [true, false]}"#,
        "\n",
    );
    let read = read_scope(settings, file, &[], groups(&["staff"], &[])).unwrap();
    assert_eq!(
        read.lines(),
        ["1 active ", "2 blocked ", "4 active ", "5 unknown "]
    );
}
