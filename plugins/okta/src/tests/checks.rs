//! What a check finds.

use super::*;
use muster_emulators::okta::TOKEN;

fn steps(org: &Org, groups: &[&str]) -> Vec<CheckStep> {
    open(org).check(&request(groups).scope)
}

#[track_caller]
fn step<'a>(steps: &'a [CheckStep], what: &str) -> &'a CheckStep {
    let found = steps.iter().find(|step| step.what.contains(what));
    found.unwrap_or_else(|| panic!("no step `{what}`: {steps:?}"))
}

#[test]
fn a_good_login_passes_each_step() {
    let org = org();
    org.crowd(250, "Intranet");
    let steps = steps(&org, &["Intranet"]);
    for step in &steps {
        assert_eq!(step.outcome, StepResult::Ok, "{step:?}");
    }
    assert_eq!(
        step(&steps, "list users").message,
        "10 users, and there are more"
    );
    let group = step(&steps, "`Intranet`");
    assert!(
        group
            .message
            .ends_with("(OKTA_GROUP), 200 members, and there are more"),
        "{group:?}"
    );
    assert!(step(&steps, "schema").message.contains("31 properties"));
    assert_eq!(step(&steps, "deactivated").message, "0 users");
}

#[test]
fn a_revoked_token_ends_the_check() {
    let org = org();
    org.revoke(TOKEN);
    let steps = steps(&org, &[]);
    assert_eq!(step(&steps, "connect").outcome, StepResult::Ok);
    assert_eq!(step(&steps, "log in").outcome, StepResult::Failed);
    assert_eq!(steps.len(), 2);
}

#[test]
fn missing_rights_are_named_one_by_one() {
    let org = org();
    org.group("Intranet");
    org.rights(TOKEN, &["okta.users.read"]);
    let steps = steps(&org, &["Intranet"]);
    let named = |what: &str, outcome: StepResult, scope: &str| {
        let step = step(&steps, what);
        assert_eq!(step.outcome, outcome, "{step:?}");
        assert!(step.hint.as_deref().unwrap().contains(scope), "{step:?}");
    };
    named("`Intranet`", StepResult::Failed, "`okta.groups.read`");
    named("schema", StepResult::Warning, "`okta.schemas.read`");
    named("System Log", StepResult::Warning, "`okta.logs.read`");
    org.rights(TOKEN, &[]);
    let steps = super::checks::steps(&org, &[]);
    assert_eq!(step(&steps, "log in").outcome, StepResult::Ok);
    let users = step(&steps, "list users");
    assert!(users.hint.as_deref().unwrap().contains("`okta.users.read`"));
}

#[test]
fn groups_are_looked_at() {
    let org = org();
    org.group("Empty");
    org.group("Twice");
    org.group_of("APP_GROUP", "Twice");
    let steps = steps(&org, &["Empty", "Twice", "Nowhere"]);
    assert_eq!(step(&steps, "`Empty`").outcome, StepResult::Warning);
    for name in ["`Twice`", "`Nowhere`"] {
        assert_eq!(step(&steps, name).outcome, StepResult::Failed);
    }
}

#[test]
fn a_clock_that_is_off_is_told() {
    let org = org();
    org.clock_ahead(600);
    let found = steps(&org, &[]);
    let step = step(&found, "clocks");
    assert_eq!(step.outcome, StepResult::Warning);
    assert!(step.message.contains("behind Okta's"), "{step:?}");
}

#[test]
fn no_answer_ends_the_check() {
    let org = org();
    let settings = settings(&org);
    testing::http(|_| {
        Err(Failure::unavailable(
            "cannot connect to `127.0.0.1`: refused",
        ))
    });
    let steps = crate::Okta::open(settings)
        .unwrap()
        .check(&request(&[]).scope);
    assert_eq!((steps.len(), steps[0].outcome), (1, StepResult::Failed));
}
