//! What an operator is told who asks.

use super::world::World;
use muster_sdk::{CheckStep, Source, StepResult};
use serde_json::json;

fn steps(world: &World) -> Vec<CheckStep> {
    world.plugin().check(&world.scope())
}

fn step<'a>(steps: &'a [CheckStep], what: &str) -> &'a CheckStep {
    let found = steps.iter().find(|step| step.what.contains(what));
    found.unwrap_or_else(|| panic!("no step `{what}`: {steps:#?}"))
}

#[test]
fn all_is_well() {
    let mut world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    let b = world.tenant().user("b@fabrikam.example", json!({}));
    world.tenant().enable(&b, false);
    world.syncing("Staff", &[&a, &b]);
    let steps = steps(&world);
    assert!(
        steps.iter().all(|step| step.outcome == StepResult::Ok),
        "{steps:#?}"
    );
    assert!(step(&steps, "log in").message.contains("Fabrikam"));
    assert!(step(&steps, "find the group").message.contains("2 users"));
    assert!(
        step(&steps, "ten people")
            .message
            .contains("1 may sign in, 1 are blocked")
    );
}

#[test]
fn each_missing_permission_is_named() {
    for right in ["User.Read.All", "GroupMember.Read.All"] {
        let mut world = World::new();
        let a = world.tenant().user("a@fabrikam.example", json!({}));
        world.syncing("Staff", &[&a]);
        world.tenant().revoke(right);
        let steps = steps(&world);
        let named = steps.iter().any(|step| {
            let hint = step.hint.as_deref().unwrap_or_default();
            step.outcome == StepResult::Failed && hint.contains(&format!("`{right}`"))
        });
        assert!(named, "{right}: {steps:#?}");
    }
}

#[test]
fn a_group_that_is_missing_ambiguous_or_empty_is_told() {
    let mut world = World::new();
    world.tenant().user("a@fabrikam.example", json!({}));
    world.syncing("Empty", &[]);
    world.tenant().group("Twins");
    world.tenant().group("Twins");
    world.groups.push("Twins".to_owned());
    world.groups.push("Nowhere".to_owned());
    let steps = steps(&world);
    let told = |what: &str| {
        (
            step(&steps, what).outcome,
            step(&steps, what).message.clone(),
        )
    };
    assert_eq!(step(&steps, &world.groups[0]).outcome, StepResult::Warning);
    assert!(matches!(told("Twins"), (StepResult::Failed, text) if text.contains("ambiguous")));
    assert!(matches!(told("Nowhere"), (StepResult::Failed, text) if text.contains("not found")));
}
