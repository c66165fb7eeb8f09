//! What an operator is told.

use super::*;

fn steps(fake: &Fake, more: Value, scope: &Scope) -> Vec<CheckStep> {
    fake.serve();
    directory(more).check(scope)
}

fn outcome(steps: &[CheckStep], what: &str) -> (StepResult, String) {
    let step = steps
        .iter()
        .find(|step| step.what.contains(what))
        .unwrap_or_else(|| panic!("no {what}: {steps:?}"));
    (
        step.outcome,
        format!("{} {}", step.message, step.hint.clone().unwrap_or_default()),
    )
}

fn good() -> Fake {
    let mut fake = Fake::openldap();
    fake.person("anna");
    fake.person("ben");
    fake.group(
        "intranet",
        &["uid=anna,ou=people,dc=x", "cn=oslo,ou=groups,dc=x"],
    );
    fake.group("oslo", &["uid=ben,ou=people,dc=x"]);
    fake
}

#[test]
fn a_directory_that_works_passes_every_step() {
    let steps = steps(
        &good(),
        json!({"bind_dn": "cn=sync"}),
        &in_groups(&["intranet"]),
    );
    let ok = |what: &str| outcome(&steps, what);
    assert_eq!(ok("connect to ldap://x").0, StepResult::Ok);
    assert_eq!(ok("log in as cn=sync").0, StepResult::Ok);
    assert_eq!(ok("base dc=x").0, StepResult::Ok);
    assert_eq!(
        ok("group cn=intranet"),
        (
            StepResult::Ok,
            "2 members listed, 1 nested groups ".to_owned()
        )
    );
    assert!(
        ok("search for people")
            .1
            .starts_with("2 people on the first page")
    );
    assert_eq!(
        ok("identifier entryUUID"),
        (StepResult::Ok, "all 2 have one ".to_owned())
    );
    assert_eq!(ok("status").0, StepResult::Ok);
    assert_eq!(
        ok("in pages").0,
        StepResult::Warning,
        "the root DSE does not list the control"
    );
}

#[test]
fn what_fails_is_said_plainly() {
    let fake = good();
    let gone = steps(&fake, json!({"base_dn": "ou=gone,dc=x"}), &everybody());
    let (result, text) = outcome(&gone, "base ou=gone");
    assert_eq!(result, StepResult::Failed);
    assert!(
        text.contains("noSuchObject (32)") && text.contains("spelling"),
        "{text}"
    );
    let (result, text) = outcome(
        &steps(&fake, json!({}), &in_groups(&["gone"])),
        "group cn=gone",
    );
    assert_eq!(result, StepResult::Failed);
    assert!(text.contains("was not found"), "{text}");
    let (result, _) = outcome(
        &steps(&fake, json!({"people_filter": "(cn=nobody)"}), &everybody()),
        "search for people",
    );
    assert_eq!(result, StepResult::Warning);
}

#[test]
fn a_refused_login_is_told_from_no_connection() {
    for (kind, wire, login) in [
        (FailureKind::Auth, StepResult::Ok, StepResult::Failed),
        (
            FailureKind::Unavailable,
            StepResult::Failed,
            StepResult::Skipped,
        ),
    ] {
        muster_sdk::testing::ldap(move |_, _| Err(Failure::new(kind, "no").hint("try again")));
        let steps = directory(json!({})).check(&everybody());
        assert_eq!(outcome(&steps, "connect").0, wire);
        assert_eq!(outcome(&steps, "log in as nobody").0, login);
        assert_eq!(steps.len(), 2);
    }
}

#[test]
fn people_who_cannot_be_identified_are_counted() {
    let mut fake = good();
    fake.set("uid=ben,ou=people,dc=x", "entryUUID", &[]);
    let (result, text) = outcome(&steps(&fake, json!({}), &everybody()), "identifier");
    assert_eq!(result, StepResult::Failed);
    assert!(
        text.contains("1 of 2") && text.contains("uid=ben"),
        "{text}"
    );
}

#[test]
fn a_status_that_is_not_known_is_counted() {
    let mut fake = good();
    fake.set(
        "uid=ben,ou=people,dc=x",
        "pwdAccountLockedTime",
        &["20200101000000Z"],
    );
    muster_sdk::testing::now_ms(1_800_000_000_000);
    let (result, text) = outcome(&steps(&fake, json!({}), &everybody()), "status");
    assert_eq!(result, StepResult::Warning);
    assert!(
        text.contains("of 1 it is not known") && text.contains("ppolicy_dn"),
        "{text}"
    );
}
