//! Policies of several files: shared fragments, and values of environments.
use muster_policy::{Beside, Checked, Code, NamedText, ValueSource, check_with};
use std::collections::BTreeMap;

const POLICY: &str = r#"muster: 1
directory: staff
include: [../shared/names.yaml, ../shared/rules.yaml]
values:
  site: stockholm
  groups: [staff]
  file: people.csv
  port:
provider: {plugin: csv, config: {path: "${{ site }}/${{file}}", port: "${{ port }}"}}
scope: {groups: "${{ groups }}", where: entry.l == values.site}
identity: {username: uid}
fields:
  surname: {expr: 'entry.sn + " (" + values.site + ")"'}
"#;

const NAMES: &str = "muster: 1\nfields:\n  first_name: givenName\n  surname: sn\n";
const RULES: &str =
    "muster: 1\nblock:\n  - {name: ended, when: has(entry.end)}\nguards: {block: {max: 7}}\n";

fn files() -> BTreeMap<String, String> {
    [
        ("../shared/names.yaml", NAMES),
        ("../shared/rules.yaml", RULES),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into()
}

pub(crate) fn checked(
    policy: &str,
    files: &BTreeMap<String, String>,
    values: Option<&str>,
) -> Checked {
    check_with(
        "policies/staff.yaml",
        policy,
        &Beside {
            files,
            values: values.map(|text| NamedText {
                name: "production.yaml",
                text,
            }),
        },
    )
}

const PRODUCTION: &str = "muster: 1\nvalues: {site: malmö, groups: [a, b], port: 636}\n";

#[test]
fn one_policy_serves_two_environments() {
    let production = checked(POLICY, &files(), Some(PRODUCTION)).policy.unwrap();
    assert_eq!(production.provider.config["path"], "malmö/people.csv");
    assert_eq!(
        production.provider.config["port"], 636,
        "a number stays one"
    );
    assert_eq!(production.scope.groups, ["a", "b"]);
    let test = "muster: 1\nvalues: {port: 389}\n";
    let test = checked(POLICY, &files(), Some(test)).policy.unwrap();
    assert_eq!(test.provider.config["path"], "stockholm/people.csv");
    assert_eq!(test.scope.groups, ["staff"]);
    assert_ne!(test.digest, production.digest);
    let mapping = |policy: &muster_policy::Policy| {
        let field = policy
            .fields
            .iter()
            .find(|field| field.name.as_str() == "surname");
        field.unwrap().digest.clone()
    };
    assert_ne!(
        mapping(&test),
        mapping(&production),
        "another value is another mapping"
    );
}

#[test]
fn fragments_are_joined_and_the_policys_own_mapping_counts() {
    let policy = checked(POLICY, &files(), Some(PRODUCTION)).policy.unwrap();
    let fields: Vec<(&str, String)> = policy
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.at.to_string()))
        .collect();
    assert_eq!(
        fields,
        [
            ("first_name", "shared/names.yaml:3".to_owned()),
            ("surname", "policies/staff.yaml:13".to_owned()),
        ]
    );
    assert!(matches!(policy.fields[1].value, ValueSource::Expression(_)));
    assert_eq!(policy.blocks[0].at.to_string(), "shared/rules.yaml:3");
    assert_eq!(
        policy.guards.limits[&muster_model::Action::Block].max,
        Some(7)
    );
    assert_eq!(policy.files, ["shared/names.yaml", "shared/rules.yaml"]);
}

#[test]
fn another_text_beside_the_policy_is_another_policy() {
    let before = checked(POLICY, &files(), Some(PRODUCTION)).policy.unwrap();
    let mut files = files();
    files.insert(
        "../shared/names.yaml".to_owned(),
        format!("{NAMES}# changed\n"),
    );
    let after = checked(POLICY, &files, Some(PRODUCTION)).policy.unwrap();
    assert_ne!(before.digest, after.digest);
}

#[test]
fn what_is_wrong_beside_a_policy_is_said_there() {
    let mut files = files();
    files.insert(
        "../shared/names.yaml".to_owned(),
        "muster: 1\nfields:\n  email: {frm: mail}\nscope: {}\n".to_owned(),
    );
    let values = "muster: 1\nvalues: {port: 1, sight: x}\n";
    let checked = checked(POLICY, &files, Some(values));
    let found: Vec<(String, Code)> = checked
        .diagnostics
        .iter()
        .map(|found| (format!("{}:{}", found.file, found.line), found.code))
        .collect();
    assert!(
        found.contains(&("shared/names.yaml:3".to_owned(), Code::UnknownKey)),
        "{found:?}"
    );
    assert!(
        found.contains(&("shared/names.yaml:4".to_owned(), Code::UnknownKey)),
        "{found:?}"
    );
    assert!(
        found.contains(&("production.yaml:2".to_owned(), Code::UnknownValue)),
        "{found:?}"
    );
    assert!(checked.policy.is_none());
}

#[test]
fn a_value_cannot_become_code() {
    let evil = "muster: 1\nvalues: {site: '\" || true || \"', port: 1}\n";
    let policy = checked(POLICY, &files(), Some(evil)).policy.unwrap();
    assert!(policy.scope.condition.unwrap().text.contains("values.site"));
    let inside = POLICY.replace("entry.l == values.site", "'entry.l == \"${{ site }}\"'");
    let checked = checked(&inside, &files(), Some(PRODUCTION));
    assert_eq!(checked.diagnostics[0].code, Code::ValueInExpression);
}

#[test]
fn a_list_has_no_place_inside_a_text() {
    let inside = POLICY.replace("${{file}}", "${{ groups }}");
    let checked = checked(&inside, &files(), Some(PRODUCTION));
    let found = |found: &muster_policy::Diagnostic| found.code == Code::WrongType;
    assert!(checked.diagnostics.iter().any(found));
}
