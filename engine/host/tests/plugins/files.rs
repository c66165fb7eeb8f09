//! The bundled CSV plugin, through the whole border.

use crate::common::{HOST, bind_in, read, request};
use muster_host::{AttributesError, Bound, FailureKind, Plugin, ReadError, Scope, StepResult};
use muster_model::{Coverage, PartialReason};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use tempfile::TempDir;

fn csv(folder: &Path, config: Value) -> Bound {
    let plugin = Plugin::load(&HOST, "csv", folder).unwrap();
    bind_in(&plugin, config, folder).unwrap()
}

fn folder(people: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("people.csv"), people).unwrap();
    folder
}

fn many(people: usize) -> String {
    let mut file = "id,name,given,surname,mail,phone,department,title,city,groups\n".to_owned();
    for at in 0..people {
        writeln!(
            file,
            "{at:08},person{at},Björn {at},\"Jónsson, {at}\",person{at}@example.org,+354 555 {at:04},Dept {},\
             Engineer,Reykjavík,intranet;all",
            at % 40
        )
        .unwrap();
    }
    file
}

#[test]
fn fifty_thousand_people_come_over() {
    let folder = folder(&many(50_000));
    let config = json!({"path": "people.csv", "id": "id", "groups": "groups", "rows": 50_000});
    let bound = csv(folder.path(), config);
    let read = read(&bound, request(&["mail", "surname", "given"])).unwrap();
    assert_eq!(read.rows.len(), 50_000);
    assert!(read.problems.is_empty());
    assert!(read.coverage.proves_absence(), "{:?}", read.coverage);
    let last = &read.rows[49_999];
    assert_eq!(last.id.as_deref(), Some("00049999"));
    assert_eq!(
        last.values,
        [
            ["person49999@example.org"],
            ["Jónsson, 49999"],
            ["Björn 49999"]
        ]
    );
}

#[test]
fn reported_groups_come_over_by_their_own_names() {
    let folder = folder(&many(3000));
    let config = json!({"path": "people.csv", "id": "id", "groups": "groups"});
    let bound = csv(folder.path(), config);
    let mut asked = request(&["name"]);
    asked.scope.groups = vec!["Intranet".to_owned()];
    asked.scope.report = ["A*", "ghosts", "club-*"].map(str::to_owned).to_vec();
    let read = read(&bound, asked).unwrap();
    assert!(
        read.rows
            .iter()
            .all(|row| row.groups == ["Intranet", "all"])
    );
    assert!(read.coverage.proves_absence(), "{:?}", read.coverage);
    let facts = &read.coverage.evidence().facts;
    let missing = facts
        .iter()
        .find(|(name, _)| name.as_str() == "reported groups missing");
    assert_eq!(missing.unwrap().1, "`ghosts`, `club-*`");
}

#[test]
fn two_reads_are_the_same() {
    let folder = folder(&many(3000));
    let bound = csv(folder.path(), json!({"path": "people.csv", "id": "id"}));
    let [one, two] = [(); 2].map(|()| read(&bound, request(&["name", "city"])).unwrap());
    assert_eq!(one.rows, two.rows);
    assert_eq!(one.coverage, two.coverage);
}

#[test]
fn a_broken_row_is_a_problem_and_not_the_end() {
    let folder = folder("id,name\n1,Anna\n2,\"Bj\"örn\n3,Guðrún\n");
    let bound = csv(folder.path(), json!({"path": "people.csv", "id": "id"}));
    let read = read(&bound, request(&["name"])).unwrap();
    assert!(read.rows.iter().any(|row| row.id.as_deref() == Some("1")));
    assert!(
        !read.problems.is_empty() || read.rows.len() == 3,
        "{read:?}"
    );
}

#[test]
fn an_empty_file_proves_nothing() {
    let folder = folder("id,name\n");
    let bound = csv(folder.path(), json!({"path": "people.csv", "id": "id"}));
    let read = read(&bound, request(&["name"])).unwrap();
    let Coverage::Partial {
        reason: PartialReason::Empty,
        ..
    } = read.coverage
    else {
        panic!("{:?}", read.coverage)
    };
}

#[test]
fn a_missing_file_is_named_with_what_to_do() {
    let folder = folder("");
    let bound = csv(folder.path(), json!({"path": "nobody.csv"}));
    let error = read(&bound, request(&["name"])).unwrap_err();
    let failure = error.failure().unwrap();
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(failure.message.contains("nobody.csv"), "{failure}");
    assert!(error.hint().is_some());
    let steps = bound.check(&Scope::default()).unwrap();
    assert!(
        steps.iter().any(|step| step.outcome == StepResult::Failed),
        "{steps:?}"
    );
}

#[test]
fn a_check_and_the_attributes_need_no_read() {
    let folder = folder(&many(10));
    let bound = csv(folder.path(), json!({"path": "people.csv", "id": "id"}));
    let steps = bound.check(&Scope::default()).unwrap();
    assert!(
        !steps.is_empty() && steps.iter().all(|step| step.outcome != StepResult::Failed),
        "{steps:?}"
    );
    let names: Vec<_> = bound
        .attributes()
        .unwrap()
        .into_iter()
        .map(|attribute| attribute.name)
        .collect();
    assert!(names.contains(&"mail".to_owned()), "{names:?}");
    let none = csv(folder.path(), json!({"path": "none.csv"}));
    assert!(matches!(
        none.attributes(),
        Err(AttributesError::Failed { .. })
    ));
}

#[test]
fn an_attribute_that_is_not_there_is_said_before_anybody_is_read() {
    let folder = folder(&many(10));
    let bound = csv(folder.path(), json!({"path": "people.csv", "id": "id"}));
    let error = read(&bound, request(&["emial"])).unwrap_err();
    assert!(
        matches!(
            error,
            ReadError::Start(_) | ReadError::Failed { people: 0, .. }
        ),
        "{error:?}"
    );
    assert!(
        error.failure().unwrap().message.contains("emial"),
        "{error:?}"
    );
}

#[test]
fn a_reader_that_is_dropped_stops_its_plugin() {
    let folder = folder(&many(20_000));
    let bound = csv(folder.path(), json!({"path": "people.csv", "id": "id"}));
    for _ in 0..20 {
        let mut reader = bound.read(request(&["name"])).unwrap();
        assert!(reader.next().unwrap().is_ok());
    }
}
