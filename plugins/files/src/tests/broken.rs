//! Broken records hold their person and nobody else.

use super::{groups, read, read_scope};
use muster_sdk::PartialReason;

const CSV: &str = r#"{"path": "people.csv", "id": "id"}"#;

#[test]
fn a_broken_row_is_its_persons_problem() {
    let file = "id,username,mail\n1,anna,a@x\n2,bo\n3,cy,c@x,more\n4,5\" dee,d@x\n5,eve,\"e\"@x\n6,fay,f@x\n";
    let read = read(CSV, file, &["username", "mail"]).unwrap();
    assert_eq!(read.lines(), ["1 active anna|a@x", "6 active fay|f@x"]);
    assert_eq!(
        read.problems(),
        [
            "people.txt line 3: the row has 2 cells, the header 3 (id 2)",
            "people.txt line 4: the row has 4 cells, the header 3 (id 3)",
            "people.txt line 5: a quote stands in the wrong place in cell 2 (id 4)",
            "people.txt line 6: a quote stands in the wrong place in cell 3 (id 5)",
        ]
    );
    assert!(read.coverage.is_complete());
    assert_eq!(read.fact("broken records"), Some("4"));
}

#[test]
fn a_cell_that_may_have_slipped_names_nobody() {
    // In `Berg, Anna,7` the identifier stands in another place.
    let read = read(CSV, "name,id,mail\nAnna,1,a@x\nBerg, Bo,2,b@x\n", &["mail"]).unwrap();
    assert_eq!(
        read.problems(),
        ["people.txt line 3: the row has 4 cells, the header 3 (nobody)"]
    );
    assert_eq!(read.shortfall().0, PartialReason::Unattributed);
}

#[test]
fn a_login_name_names_a_person_and_a_department_does_not() {
    let read_with = |header: &str, attribute: &str| {
        read(CSV, format!("{header},id,x\na,1,y\nb,2\n"), &[attribute])
            .unwrap()
            .problems()
            .remove(0)
    };
    assert!(read_with("userName", "username").ends_with("(username b)"));
    assert!(read_with("E-Mail", "e-mail").ends_with("(e-mail b)"));
    assert!(read_with("department", "department").ends_with("(nobody)"));
}

#[test]
fn a_row_without_an_id_is_a_problem() {
    let read = read(CSV, "id,username\n ,anna\n2,bo\n,\"\"\"\"\n", &["username"]).unwrap();
    assert_eq!(read.lines(), ["2 active bo"]);
    assert_eq!(
        read.problems(),
        [
            "people.txt line 2: `id` is empty (username anna)",
            "people.txt line 4: `id` is empty (username \")"
        ]
    );
}

#[test]
fn a_repeated_id_is_a_problem_of_that_person() {
    let file = "id,username\n1,anna\n2,bo\n1,other\n1,third\n";
    let read = read(CSV, file, &["username"]).unwrap();
    assert_eq!(read.lines(), ["1 active anna", "2 active bo"]);
    assert_eq!(
        read.problems(),
        [
            "people.txt line 4: `id` is `1`, as in an earlier record (id 1)",
            "people.txt line 5: `id` is `1`, as in an earlier record (id 1)",
        ]
    );
    assert!(read.coverage.is_complete());
    assert_eq!(read.fact("repeated identifiers"), Some("2"));
}

#[test]
fn a_person_who_is_in_and_out_of_scope_is_neither() {
    let settings = r#"{"path": "people.csv", "id": "id", "groups": "g"}"#;
    let read = read_scope(
        settings,
        "id,g\n1,x\n1,staff\n,x\n2,staff\n",
        &[],
        groups(&["staff"], &[]),
    )
    .unwrap();
    assert_eq!(read.lines(), ["2 active "]);
    assert_eq!(
        read.problems(),
        ["people.txt line 3: `id` is `1`, as in an earlier record (id 1)"]
    );
}

#[test]
fn bytes_that_are_no_text_hold_one_row() {
    let read = read(
        CSV,
        &b"id,name\n1,Anna\n2,S\xf8ren\n\xff,x\n3,Bo\n"[..],
        &["name"],
    )
    .unwrap();
    assert_eq!(read.lines(), ["1 active Anna", "3 active Bo"]);
    let problems = read.problems();
    assert!(problems[0].starts_with("people.txt line 3: `name` is not UTF-8; if the whole"));
    assert!(problems[0].ends_with("(id 2)"));
    assert!(problems[1].ends_with("(nobody)"));
}

#[test]
fn halves_of_a_character_in_two_cells_make_none() {
    let read = read(CSV, &b"id,a,b\n1,\xc3,\xa9\n2,x,y\n"[..], &["a", "b"]).unwrap();
    assert_eq!(read.lines(), ["2 active x|y"]);
    assert_eq!(read.problems.len(), 1);
}

#[test]
fn a_row_that_swallowed_others_proves_nothing() {
    let file = "id,name\n1,\"Anna\n2,Bo\n3,\"Cy\"\n4,Di\n";
    let read = read(CSV, file, &["name"]).unwrap();
    assert_eq!(read.lines(), ["4 active Di"]);
    assert_eq!(
        read.problems(),
        ["people.txt line 2: a quote stands in the wrong place in cell 2 (id 1)"]
    );
    let (reason, text) = read.shortfall();
    assert_eq!(reason, PartialReason::Unreadable);
    assert_eq!(
        text,
        "`people.txt`: the broken record of line 2 may have swallowed others"
    );
}

#[test]
fn a_file_of_broken_rows_proves_nothing() {
    let read = read(CSV, "id,name\n1\n2\n", &["name"]).unwrap();
    assert_eq!(read.shortfall().0, PartialReason::Unreadable);
}

#[test]
fn an_endless_row_ends_the_read() {
    let file = format!("id,name\n1,Anna\n2,\"{}", "x\n".repeat(1024 * 1024));
    let read = read(CSV, file, &["name"]).unwrap();
    assert_eq!(read.lines(), ["1 active Anna"]);
    let (reason, text) = read.shortfall();
    assert_eq!(reason, PartialReason::Truncated);
    assert!(
        text.contains("line 3: the row is longer than 1 MiB"),
        "{text}"
    );
}
