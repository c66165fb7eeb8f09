//! What is asked for, and what becomes of it.

use super::*;
use muster_sdk::ldap::Query;

fn two() -> Fake {
    let mut fake = Fake::openldap();
    fake.person("anna");
    fake.person("ben");
    let anna = "uid=anna,ou=people,dc=x";
    fake.set(anna, "manager", &["uid=ben,ou=people,dc=x"]);
    fake.set(anna, "title", &["Nurse", "Teacher"]);
    fake.add_bytes(anna, "jpegPhoto", &[0xff, 0xd8, 0]);
    fake
}

fn people_query(fake: &Fake) -> Query {
    fake.asked()
        .into_iter()
        .find(|query| query.filter.contains("inetOrgPerson"))
        .unwrap()
}

#[test]
fn nothing_is_asked_for_that_nobody_needs() {
    let fake = two();
    fake.serve();
    let got = read_all(
        json!({}),
        &["uid", "TITLE", "dn", "manager", "jpegPhoto"],
        everybody(),
    )
    .unwrap();
    let query = people_query(&fake);
    let status = ["pwdAccountLockedTime", "pwdStartTime", "pwdEndTime"];
    let wanted: Vec<&str> = ["uid", "title", "manager", "jpegPhoto", "entryUUID"]
        .into_iter()
        .chain(status)
        .collect();
    assert_eq!(query.attributes, wanted);
    assert_eq!(
        (query.page_size, query.filter.as_str()),
        (1000, "(objectClass=inetOrgPerson)")
    );
    let anna = got.row("anna");
    let text = |values: &[&str]| {
        values
            .iter()
            .map(|value| value.as_bytes().to_vec())
            .collect::<Vec<_>>()
    };
    assert_eq!(anna.values[1], text(&["Nurse", "Teacher"]));
    assert_eq!(anna.values[2], text(&["uid=anna,ou=people,dc=x"]));
    assert_eq!(anna.values[3], text(&["uid=ben,ou=people,dc=x"]));
    assert_eq!(anna.values[4], [vec![0xff, 0xd8, 0]]);
    assert!(got.row("ben").values[1].is_empty(), "known but absent");
}

#[test]
fn columns_have_the_kind_that_the_schema_says() {
    two().serve();
    let mut directory = directory(json!({}));
    directory
        .start(request(&["uid", "manager", "jpegPhoto", "dn"]))
        .unwrap();
    let batch = directory.next().unwrap();
    let kinds: Vec<ColumnKind> = batch
        .page()
        .columns
        .iter()
        .map(|column| column.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            ColumnKind::Text,
            ColumnKind::Reference,
            ColumnKind::Binary,
            ColumnKind::Reference
        ]
    );
}

#[test]
fn a_typo_empties_no_field() {
    two().serve();
    let failure = read_all(json!({}), &["uid", "titel"], everybody()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(failure.hint.unwrap().contains("`title`"));
    let failure = read_all(json!({"external_id": "entryUIID"}), &["uid"], everybody()).unwrap_err();
    assert!(failure.hint.unwrap().contains("`entryUUID`"));
}

#[test]
fn names_in_other_cases_and_twice_are_one_column_each() {
    two().serve();
    let got = read_all(json!({}), &["uid", "UID", "cn"], everybody()).unwrap();
    let anna = got.row("anna");
    assert_eq!(anna.values[0], anna.values[1]);
    assert_eq!(anna.values[2], anna.values[0]);
}

#[test]
fn an_entry_without_its_identifier_is_a_problem_of_its_person() {
    let mut fake = two();
    fake.set("uid=ben,ou=people,dc=x", "entryUUID", &[]);
    fake.serve();
    let got = read_all(json!({}), &["uid"], everybody()).unwrap();
    assert_eq!(got.names(), ["anna"]);
    assert_eq!(got.problems.len(), 1);
    assert_eq!(got.problems[0].place, "uid=ben,ou=people,dc=x");
    assert_eq!(
        got.problems[0].subject,
        Subject::Attribute(("uid".to_owned(), "ben".to_owned()))
    );
    let got = read_all(json!({}), &["cn"], everybody()).unwrap();
    assert_eq!(got.problems[0].subject, Subject::Nobody, "nobody can tell");
}

#[test]
fn text_that_is_no_text_holds_its_person_alone() {
    let mut fake = two();
    fake.set("uid=ben,ou=people,dc=x", "cn", &[]);
    fake.add_bytes("uid=ben,ou=people,dc=x", "title", &[0xff, b'a']);
    fake.serve();
    let got = read_all(json!({}), &["uid", "title"], everybody()).unwrap();
    assert_eq!(got.names(), ["anna"]);
    assert_eq!(got.problems[0].subject, Subject::Id("id-ben".to_owned()));
}

#[test]
fn two_entries_with_one_identifier_of_ones_own_are_held() {
    let mut fake = two();
    fake.person("clara");
    fake.set("uid=clara,ou=people,dc=x", "title", &["7"]);
    fake.set("uid=ben,ou=people,dc=x", "title", &["7"]);
    fake.set("uid=anna,ou=people,dc=x", "title", &["8"]);
    fake.serve();
    let got = read_all(json!({"external_id": "title"}), &["uid"], everybody()).unwrap();
    assert_eq!(got.names(), ["anna", "ben"]);
    assert_eq!(got.problems[0].subject, Subject::Id("7".to_owned()));
}

#[test]
fn a_source_without_identifiers_says_so() {
    let fake = Fake::bare(&[]);
    let mut fake = fake;
    fake.person("anna");
    fake.serve();
    let got = read_all(json!({"external_id": "none"}), &["uid"], everybody()).unwrap();
    assert_eq!((got.rows.len(), got.rows[0].id.as_deref()), (1, None));
}

#[test]
fn an_entry_in_several_blocks_is_one_row() {
    let mut fake = two();
    let many: Vec<String> = (0..50).map(|number| format!("t{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    fake.set("uid=anna,ou=people,dc=x", "title", &many);
    fake.serve_cut("uid=anna,ou=people,dc=x", "title");
    let got = read_all(json!({}), &["uid", "title"], everybody()).unwrap();
    assert_eq!(got.names(), ["anna", "ben"]);
    assert_eq!(got.row("anna").values[1].len(), 50);
    assert_eq!(got.row("anna").id.as_deref(), Some("id-anna"));
}

#[test]
fn the_schema_tells_what_can_be_read() {
    two().serve();
    let all = directory(json!({})).attributes().unwrap();
    let names: Vec<&str> = all
        .iter()
        .map(|attribute| attribute.name.as_str())
        .collect();
    assert!(
        names.contains(&"dn") && names.contains(&"givenName") && names.contains(&"entryUUID"),
        "{names:?}"
    );
    assert!(names.is_sorted_by_key(|name| name.to_lowercase()));
}
