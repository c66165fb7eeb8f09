//! `provider check`.

use super::fake::{Fake, error, nested, outsider, person};
use super::{by_groups, settings};
use crate::Google;
use muster_sdk::testing::{self, everybody};
use muster_sdk::{CheckStep, Failure, Scope, Source, StepResult};
use serde_json::json;

fn check(scope: &Scope, more: serde_json::Value) -> Vec<CheckStep> {
    testing::now_ms(1_795_419_000_000);
    Google::open(settings(more)).unwrap().check(scope)
}

fn step<'a>(steps: &'a [CheckStep], what: &str) -> &'a CheckStep {
    let found = steps.iter().find(|step| step.what.contains(what));
    found.unwrap_or_else(|| panic!("no `{what}`: {steps:?}"))
}

#[test]
fn every_step_is_named() {
    let mut fake = Fake::of(&["a", "b"])
        .group(
            "g@example.com",
            vec![person("a"), outsider("x"), nested("n")],
        )
        .group("n", vec![person("b")]);
    fake.schemas = Some(json!({"kind": "admin#directory#schemas", "schemas": [
        {"schemaName": "Employment", "fields": [{"fieldName": "badge"}, {"fieldName": "sites", "multiValued": true}]}]}));
    fake.serve();
    let scopes = "https://www.googleapis.com/auth/admin.directory.user.readonly https://www.googleapis.com/auth/admin.directory.userschema.readonly";
    let steps = check(&by_groups(&["g@example.com"]), json!({"scopes": scopes}));
    assert!(
        steps.iter().all(|step| step.outcome == StepResult::Ok),
        "{steps:?}"
    );
    assert!(step(&steps, "token").what.contains("admin@example.com"));
    assert!(
        step(&steps, "list the users")
            .message
            .contains("a@example.com")
    );
    assert_eq!(
        step(&steps, "members of g@example.com").message,
        "3 members, 1 nested groups"
    );
    assert_eq!(step(&steps, "custom schemas").message, "2 fields");
    let mut google = Google::open(settings(json!({"scopes": scopes}))).unwrap();
    let names: Vec<String> = google
        .attributes()
        .unwrap()
        .into_iter()
        .map(|a| a.name)
        .collect();
    assert!(names.contains(&"customSchemas.Employment.badge".to_owned()));
}

/// Trap: without an impersonated administrator every call is 403.
#[test]
fn a_missing_right_is_named() {
    Fake::of(&["a"])
        .fault(
            "v1/users?",
            403,
            error(
                403,
                "forbidden",
                "Not Authorized to access this resource/api",
            ),
        )
        .group("g@example.com", vec![person("a")])
        .serve();
    let steps = check(&by_groups(&["g@example.com"]), json!({}));
    let users = step(&steps, "list the users");
    assert_eq!(users.outcome, StepResult::Failed);
    assert!(users.hint.as_ref().unwrap().contains("Users > Read"));
    assert_eq!(step(&steps, "members of").outcome, StepResult::Ok);
    assert_eq!(step(&steps, "custom schemas").outcome, StepResult::Skipped);

    Fake::of(&["a"])
        .fault(
            "/members",
            403,
            error(
                403,
                "forbidden",
                "Not Authorized to access this resource/api",
            ),
        )
        .serve();
    let steps = check(&by_groups(&["g@example.com"]), json!({}));
    let members = step(&steps, "members of");
    assert!(
        members.hint.as_ref().unwrap().contains("Groups > Read"),
        "{members:?}"
    );
}

#[test]
fn a_refused_token_names_scopes_and_place() {
    for (said, hint) in [
        (
            "unauthorized_client: Client is unauthorized",
            "admin.directory.group.member.readonly",
        ),
        (
            "invalid_grant: Invalid email or User ID",
            "admin@example.com",
        ),
        (
            "invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe",
            "clock",
        ),
        ("invalid_grant: Invalid JWT Signature.", "new one"),
    ] {
        let said = said.to_owned();
        testing::http(move |_| Err(Failure::auth(format!("no token: {said}"))));
        let steps = check(&everybody(), json!({}));
        assert_eq!(steps.len(), 1);
        assert_eq!(steps[0].outcome, StepResult::Failed);
        assert!(steps[0].hint.as_ref().unwrap().contains(hint), "{steps:?}");
    }
}

#[test]
fn what_looks_wrong_is_a_warning() {
    Fake::of(&[])
        .user("a", json!({"suspended": null}))
        .group("empty@example.com", vec![])
        .serve();
    testing::now_ms(0);
    let steps = Google::open(settings(json!({})))
        .unwrap()
        .check(&by_groups(&["empty@example.com", "typo@example.com"]));
    assert_eq!(step(&steps, "clocks").outcome, StepResult::Warning);
    assert_eq!(
        step(&steps, "know who may sign in").outcome,
        StepResult::Warning
    );
    assert_eq!(step(&steps, "empty@").outcome, StepResult::Warning);
    assert_eq!(step(&steps, "typo@").outcome, StepResult::Failed);
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    for wrong in [
        json!({"customer": "C0", "domain": "example.com"}),
        json!({"admin": "root"}),
    ] {
        assert!(Google::open(settings(wrong)).is_err());
    }
}
