//! The plugin as the host sees it, with a database that answers what it is told.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use crate::People;
use muster_sdk::prelude::*;
use muster_sdk::sql::{Column, Query};
use muster_sdk::testing::{self, sql::Block};

fn column(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        kind: ColumnKind::Text,
        type_name: "text".to_owned(),
        several: false,
    }
}

fn columns(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| column(name)).collect()
}

const PEOPLE: &str =
    r#"{"url": "postgresql://db/hr", "user": "hr", "query": "people", "id": "id"}"#;

fn with(more: &str) -> String {
    PEOPLE.replace('}', &format!(", {more}}}"))
}

/// A database in which each query is a name.
fn database(tables: &[(&str, Vec<Block>)]) {
    let tables: Vec<(String, Vec<Block>)> = tables
        .iter()
        .map(|(query, blocks)| ((*query).to_owned(), blocks.clone()))
        .collect();
    testing::sql(move |_, query: &Query| {
        let found = tables.iter().find(|(text, _)| *text == query.text);
        let missing = || Failure::config(format!("no `{}`", query.text));
        found.map(|(_, blocks)| blocks.clone()).ok_or_else(missing)
    });
}

struct Read {
    lines: Vec<String>,
    problems: Vec<String>,
    coverage: Coverage,
    cursor: Option<Vec<u8>>,
}

fn read(settings: &str, request: ReadRequest) -> Result<Read, Failure> {
    let mut people = People::open(serde_json::from_str(settings).unwrap())?;
    people.start(request)?;
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    loop {
        let batch = people.next()?;
        lines.extend(testing::rows(batch.page()).iter().map(line));
        let shown = batch.page().problems.iter();
        problems.extend(shown.map(|p| format!("{}: {}", p.place, p.message)));
        if let Some(coverage) = batch.coverage() {
            return Ok(Read {
                lines,
                problems,
                coverage: coverage.clone(),
                cursor: batch.next_delta().map(<[u8]>::to_vec),
            });
        }
    }
}

fn line(row: &testing::PlainRow) -> String {
    let cell = |values: &Vec<Vec<u8>>| match values.as_slice() {
        [] => "-".to_owned(),
        values => {
            let texts: Vec<_> = values.iter().map(|v| String::from_utf8_lossy(v)).collect();
            texts.join("+")
        }
    };
    let cells: Vec<String> = row.values.iter().map(cell).collect();
    let status = match row.status {
        Status::Active => "active",
        Status::Blocked(_) => "blocked",
        Status::Removed(_) => "removed",
        Status::Unknown => "unknown",
        _ => "other",
    };
    let (id, groups) = (row.id.as_deref().unwrap_or("-"), row.groups.join("+"));
    format!("{id} {status} [{groups}] {}", cells.join("|"))
}

fn in_group(groups: &[&str], except: &[&str]) -> Scope {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Scope {
        groups: list(groups),
        except_groups: list(except),
        ..testing::everybody()
    }
}

fn request(attributes: &[&str], scope: Scope) -> ReadRequest {
    ReadRequest {
        scope,
        page_size: 2,
        ..testing::request(attributes)
    }
}

#[test]
fn rows_become_people_whatever_the_blocks() {
    let names = columns(&["ID", "name", "on"]);
    let rows = [
        [Some("1"), Some("Anna"), Some("true")],
        [Some("2"), None, Some("false")],
        [Some("3"), Some(""), None],
        [Some("4"), Some("李"), Some("perhaps")],
    ];
    for cut in 0..=rows.len() {
        let block = |rows: &[[Option<&str>; 3]]| {
            let all = rows.iter();
            all.fold(Block::new(&names), |block, row| block.row(row))
        };
        let blocks = vec![block(&rows[..cut]).more(), block(&rows[cut..])];
        database(&[("people", blocks)]);
        let everybody = request(&["Name"], testing::everybody());
        let read = read(&with(r#""status": "on""#), everybody).unwrap();
        assert_eq!(
            read.lines,
            [
                "1 active [] Anna",
                "2 blocked [] -",
                "3 unknown [] ",
                "4 unknown [] 李"
            ]
        );
        assert!(read.coverage.is_complete());
        assert_eq!(read.cursor, None, "without a column that tells changes");
    }
}

#[test]
fn a_row_without_an_identifier_or_with_a_known_one_is_a_problem() {
    let block = Block::new(&columns(&["id", "login"]))
        .row(&[None, Some("anna")])
        .row(&[Some("7"), Some("bob")])
        .row(&[Some("7"), Some("bob2")]);
    database(&[("people", vec![block.clone()])]);
    let found = read(PEOPLE, request(&["login"], testing::everybody())).unwrap();
    assert_eq!(
        found.problems,
        [
            "row 1: `id` is empty or NULL",
            "row 3: `id` is `7`, as in an earlier row"
        ]
    );
    assert!(found.coverage.is_complete(), "both are known by name");
    let nobody = Block::new(&columns(&["id", "login"])).row(&[Some(" "), None]);
    database(&[("people", vec![nobody])]);
    let found = read(PEOPLE, request(&["login"], testing::everybody())).unwrap();
    assert_eq!(found.coverage.reason(), Some(PartialReason::Unattributed));
}

#[test]
fn a_column_that_is_not_there_is_a_failure_with_those_that_are() {
    let block = Block::new(&columns(&["id", "mail", "x", "X"]));
    database(&[("people", vec![block])]);
    let failure = |names: &[&str]| {
        let read = read(PEOPLE, request(names, testing::everybody()));
        read.err().unwrap()
    };
    let missing = failure(&["email", "phone"]);
    assert_eq!(
        missing.message,
        "the query gives no column `email`, `phone`"
    );
    assert!(missing.hint.unwrap().starts_with("it gives `id`, `mail`"));
    let optional = with(r#""optional": ["email"]"#);
    assert!(read(&optional, request(&["Email"], testing::everybody())).is_ok());
    let twice = Block::new(&columns(&["id", "A", "a"]));
    database(&[("people", vec![twice.row(&[Some("1"), None, None])])]);
    assert_eq!(
        read(PEOPLE, request(&["a"], testing::everybody()))
            .unwrap()
            .lines,
        ["1 active [] -"]
    );
    let twice = Block::new(&columns(&["id", "a", "a"]));
    database(&[("people", vec![twice])]);
    assert!(failure(&["a"]).message.contains("two columns"));
}

#[test]
fn groups_come_from_a_column() {
    let mut names = columns(&["id", "teams"]);
    let rows = |names: &[Column]| {
        Block::new(names)
            .row(&[Some("1"), Some("Staff; Board")])
            .row(&[Some("2"), Some("staffing")])
            .row(&[Some("3"), Some("staff;robots")])
            .row(&[Some("4"), None])
    };
    database(&[("people", vec![rows(&names)])]);
    let settings = with(r#""groups": "teams""#);
    let scope = || in_group(&["staff"], &["Robots"]);
    let found = read(&settings, request(&[], scope())).unwrap();
    assert_eq!(found.lines, ["1 active [staff] "]);
    assert!(found.coverage.is_complete());
    names[1].several = true;
    database(&[("people", vec![rows(&names)])]);
    let found = read(&settings, request(&[], scope())).unwrap();
    assert_eq!(
        found.lines,
        Vec::<String>::new(),
        "an array's values are whole"
    );
    assert_eq!(found.coverage.reason(), Some(PartialReason::GroupMissing));
    let failure = read(PEOPLE, request(&[], scope())).err().unwrap();
    assert!(failure.message.contains("nothing tells who is in it"));
}

#[test]
fn groups_come_from_a_query() {
    let people = Block::new(&columns(&["id"]))
        .row(&[Some("1")])
        .row(&[Some("2")])
        .row(&[Some("3")]);
    let members = Block::new(&columns(&["id", "team"]))
        .row(&[Some("1"), Some("STAFF")])
        .row(&[Some("1"), Some("board")])
        .row(&[Some("3"), Some("staff")])
        .row(&[Some("3"), Some("robots")])
        .row(&[None, Some("staff")]);
    database(&[("people", vec![people]), ("members", vec![members.clone()])]);
    let settings = with(r#""groups_query": "members""#);
    let found = read(
        &settings,
        request(&[], in_group(&["staff", "board"], &["robots"])),
    )
    .unwrap();
    assert_eq!(found.lines, ["1 active [staff+board] "]);
    let found = read(&settings, request(&[], in_group(&["staf"], &[]))).unwrap();
    assert_eq!(found.coverage.message(), Some("nobody is in `staf`"));
    let same = read(&settings, request(&[], in_group(&["board"], &["board"]))).unwrap();
    assert_eq!(
        same.lines,
        Vec::<String>::new(),
        "what is left out is left out"
    );
    assert!(same.coverage.is_complete());
}

#[test]
fn reported_groups_are_told_and_let_nobody_in() {
    let people = Block::new(&columns(&["id", "teams"]))
        .row(&[Some("1"), Some("Staff; team-a;Team-B")])
        .row(&[Some("2"), Some("team-a; editors")])
        .row(&[Some("3"), Some("STAFF;EDITORS;robots")])
        .row(&[Some("4"), Some("staff;editors; ")])
        .row(&[Some("5"), None]);
    let memberships = [
        ("1", "Staff"),
        ("1", "team-a"),
        ("1", "Team-B"),
        ("2", "team-a"),
        ("2", "editors"),
        ("3", "staff"),
        ("3", "robots"),
        ("4", "staff"),
        ("4", "EDITORS"),
    ];
    let members = memberships.iter().fold(
        Block::new(&columns(&["id", "team"])),
        |block, (id, team)| block.row(&[Some(id), Some(team)]),
    );
    database(&[("people", vec![people]), ("members", vec![members])]);
    let report = ["Editors", "TEAM-*", "ghosts", "club-*"].map(str::to_owned);
    for way in [r#""groups": "teams""#, r#""groups_query": "members""#] {
        let scope = Scope {
            report: report.to_vec(),
            ..in_group(&["staff"], &["robots"])
        };
        let found = read(&with(way), request(&[], scope.clone())).unwrap();
        assert_eq!(
            found.lines,
            [
                "1 active [staff+team-a+Team-B] ",
                "4 active [staff+Editors] "
            ],
            "{way}"
        );
        assert!(found.coverage.is_complete(), "{:?}", found.coverage);
        let missing = ("reported groups missing", "`ghosts`, `club-*`");
        let missing = (missing.0.to_owned(), missing.1.to_owned());
        assert!(found.coverage.facts().contains(&missing), "{way}");
        let everybody = Scope {
            report: report.to_vec(),
            ..testing::everybody()
        };
        let found = read(&with(way), request(&[], everybody)).unwrap();
        assert_eq!(
            found.lines,
            [
                "1 active [team-a+Team-B] ",
                "2 active [Editors+team-a] ",
                "3 active [Editors] ",
                "4 active [Editors] ",
                "5 active [] "
            ]
            .map(|line| match (line, way.contains("query")) {
                // The query does not say that 3 is one of them.
                ("3 active [Editors] ", true) => "3 active [] ",
                (line, _) => line,
            }),
            "{way}"
        );
        let mut people = People::open(serde_json::from_str(&with(way)).unwrap()).unwrap();
        let steps = people.check(&scope).into_iter();
        let warned = steps.filter(|step| step.what.contains("reported group"));
        let expected = if way.contains("query") { 2 } else { 0 };
        assert_eq!(warned.count(), expected, "a column is read by a sync alone");
    }
    let failure = read(PEOPLE, request(&[], testing::reporting(&["a*"])));
    let failure = failure.err().unwrap();
    assert!(failure.message.contains("the group `a*`"), "{failure:?}");
}

#[test]
fn a_cursor_of_other_reported_groups_is_stale() {
    let settings = with(r#""changed_since": "at", "groups": "team""#);
    testing::sql(move |_, query: &Query| {
        let clock = Block::new(&columns(&["now"])).row(&[Some("2026-11-23T08:00:00Z")]);
        let person = [Some("1"), Some("staff;team-a"), Some("x")];
        Ok(vec![match query.text.starts_with("SELECT now()") {
            true => clock,
            false => Block::new(&columns(&["id", "team", "at"])).row(&person),
        }])
    });
    let asked = |report: &[&str]| request(&["at"], testing::reporting(report));
    let cursor = read(&settings, asked(&["team-*", "gone"])).unwrap().cursor;
    let since = |report: &[&str]| {
        let start_at = ReadFrom::Since(cursor.clone().unwrap());
        read(
            &settings,
            ReadRequest {
                start_at,
                ..asked(report)
            },
        )
    };
    let delta = since(&["team-*", "gone"]).unwrap();
    assert_eq!(delta.lines, ["1 active [team-a] x"]);
    let told = delta.coverage.facts().iter();
    assert!(
        told.into_iter().all(|(name, _)| !name.contains("missing")),
        "changes do not show who is in no group"
    );
    for other in [&["team-*"][..], &[], &["team-*", "gone", "x"]] {
        let failure = since(other).err().unwrap();
        assert_eq!(failure.kind, FailureKind::StaleCursor, "{other:?}");
    }
}

#[test]
fn the_count_query_must_say_the_same() {
    let people = Block::new(&columns(&["id"])).row(&[Some("1")]);
    let count = |number: &str| Block::new(&columns(&["count"])).row(&[Some(number)]);
    let settings = with(r#""count_query": "count""#);
    let coverage = |number: &str| {
        database(&[
            ("people", vec![people.clone()]),
            ("count", vec![count(number)]),
        ]);
        read(&settings, request(&[], testing::everybody())).map(|read| read.coverage)
    };
    assert!(coverage("1").unwrap().is_complete());
    assert_eq!(
        coverage("2").unwrap().reason(),
        Some(PartialReason::Truncated)
    );
    assert!(
        coverage("many")
            .unwrap_err()
            .message
            .contains("not one number")
    );
}

#[test]
fn an_answer_that_breaks_off_is_a_failure() {
    let names = columns(&["id"]);
    let broken = Block::broken(&names, Failure::unavailable("the connection broke"));
    let blocks = vec![Block::new(&names).row(&[Some("1")]).more(), broken];
    database(&[("people", blocks)]);
    let failure = read(PEOPLE, request(&[], testing::everybody()))
        .err()
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Unavailable);
    database(&[("people", vec![Block::new(&names)])]);
    let empty = read(PEOPLE, request(&[], testing::everybody())).unwrap();
    assert_eq!(empty.coverage.reason(), Some(PartialReason::Empty));
}

#[test]
fn changes_are_asked_for_since_the_last_read() {
    let settings = with(r#""changed_since": "at", "groups": "team""#);
    let names = columns(&["id", "team", "at"]);
    let (staff, gone) = (
        [Some("1"), Some("staff"), Some("x")],
        [Some("2"), Some("other"), Some("y")],
    );
    testing::sql(move |_, query: &Query| {
        let clock = Block::new(&columns(&["now"])).row(&[Some("2026-11-23T08:00:00Z")]);
        Ok(vec![match query.text.as_str() {
            text if text.starts_with("SELECT now()") => clock,
            "people" => Block::new(&names).row(&staff).row(&gone),
            text => {
                assert!(text.contains("people.\"at\" >= $1"), "{text}");
                assert_eq!(query.parameters, [Some("2026-11-23T08:00:00Z".to_owned())]);
                Block::new(&names).row(&gone)
            }
        }])
    });
    let full = read(&settings, request(&["at"], in_group(&["staff"], &[]))).unwrap();
    assert_eq!(full.lines, ["1 active [staff] x"]);
    let since = |attributes: &[&str]| {
        let start_at = ReadFrom::Since(full.cursor.clone().unwrap());
        let scope = in_group(&["staff"], &[]);
        let request = request(attributes, scope);
        read(
            &settings,
            ReadRequest {
                start_at,
                ..request
            },
        )
    };
    let delta = since(&["at"]).unwrap();
    assert_eq!(delta.lines, ["2 removed [] -"]);
    assert!(!delta.coverage.is_complete() && delta.coverage.reason().is_none());
    assert_eq!(delta.cursor, full.cursor);
    assert_eq!(since(&["id"]).err().unwrap().kind, FailureKind::StaleCursor);
}

#[test]
fn without_a_column_of_changes_there_are_none() {
    database(&[("people", vec![Block::new(&columns(&["id"]))])]);
    let start_at = ReadFrom::Since(vec![1]);
    let request = ReadRequest {
        start_at,
        ..testing::request(&[])
    };
    assert_eq!(
        read(PEOPLE, request).err().unwrap().kind,
        FailureKind::StaleCursor
    );
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for (more, word) in [
        (r#""active": ["x"]"#, "words of the `status` column"),
        (r#""groups": "g", "groups_query": "q""#, "not from both"),
        (
            r#""changed_since": "c", "groups_query": "q""#,
            "a change of the row",
        ),
    ] {
        let settings = serde_json::from_str(&with(more)).unwrap();
        let failure = People::open(settings).map(|_| ()).unwrap_err();
        assert!(failure.message.contains(word), "{}", failure.message);
    }
}

#[test]
fn each_step_of_a_check_says_what_it_found() {
    let people = Block::new(&columns(&["id", "name"])).row(&[Some("1"), None]);
    let count = Block::new(&columns(&["count"])).row(&[Some("1")]);
    database(&[("people", vec![people]), ("count", vec![count])]);
    let steps = |settings: &str| -> Vec<String> {
        let mut people = People::open(serde_json::from_str(settings).unwrap()).unwrap();
        let steps = people.check(&testing::everybody()).into_iter();
        steps
            .map(|s| format!("{:?} {}: {}", s.outcome, s.what, s.message))
            .collect()
    };
    assert_eq!(
        steps(&with(r#""count_query": "count""#)),
        [
            "StepResult::Ok log in and ask the query: the query gives `id` text, `name` text",
            "StepResult::Ok find the columns: every column that the settings name is there",
            "StepResult::Ok read the first rows: the first 1 rows can be read",
            "StepResult::Ok count the rows: there are 1",
        ]
    );
    let typo = steps(&with(r#""status": "state""#));
    assert_eq!(
        typo[1],
        "StepResult::Failed find the columns: the query gives no column `state`"
    );
    let wrong = steps(&PEOPLE.replace("\"people\"", "\"persons\""));
    assert_eq!(
        wrong,
        ["StepResult::Failed log in and ask the query: no `persons`"]
    );
}

#[test]
fn the_schema_knows_every_setting() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../settings.schema.json")).unwrap();
    let known = schema["properties"].as_object().unwrap();
    for (name, about) in known {
        let value = match about["type"].as_str().unwrap() {
            "integer" => "1",
            "array" => "[]",
            "boolean" => "true",
            _ => "\"x\"",
        };
        let json = format!("{{\"{name}\": {value}}}");
        let settings: Result<crate::settings::Settings, _> = serde_json::from_str(&json);
        assert!(settings.is_ok(), "{json}: {settings:?}");
    }
    assert_eq!(known.len(), 16);
}
