//! Plugins from a real OCI registry: published, accepted, run; and refused as soon
//! as one byte is another one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod doors;
mod layouts;
mod scene;
mod signatures;

use muster_tests::registry::Door;
use scene::{Scene, altered};
use std::fs;

#[test]
fn a_package_is_published_accepted_and_run() {
    let scene = Scene::new(Door::Open);
    let manifest = scene.push("1");
    assert_eq!(
        scene.push("1"),
        manifest,
        "the same component, the same package"
    );
    scene.policy("1");
    scene
        .muster
        .run(&["plan", "policy.yaml"])
        .exits(3)
        .says("has not been accepted")
        .says("muster provider accept policy.yaml");
    scene
        .muster
        .run(&["provider", "show", &scene.address("1")])
        .ok()
        .says("journal 1.0.0")
        .says("the file in the setting `path`");
    scene
        .muster
        .run(&["provider", "accept", "policy.yaml"])
        .ok()
        .says("accepted for the first time");
    let lock = scene.muster.read("muster.lock");
    assert!(
        lock.contains(&format!("manifest = \"{manifest}\"")),
        "{lock}"
    );
    assert!(
        lock.contains(&format!("source = \"{}\"", scene.address("1"))),
        "{lock}"
    );
    scene.muster.run(&["check", "policy.yaml"]).ok();
    scene
        .muster
        .run(&["sync", "policy.yaml"])
        .ok()
        .says("2 created");
    // What was accepted is on this machine by now.
    scene.registry.stop();
    scene.muster.run(&["plan", "policy.yaml"]).ok();
    let accepting = scene.muster.run(&["provider", "accept", "policy.yaml"]);
    accepting.exits(1).says("cannot be reached");
    // Without it the registry is asked, but by nobody who must not.
    scene.forget();
    scene
        .muster
        .run(&["plan", "policy.yaml"])
        .exits(1)
        .says("cannot be reached");
    scene
        .muster
        .run(&["check", "policy.yaml"])
        .ok()
        .says("was accepted, and is not on this machine yet")
        .says("`muster check --online` fetches it");
    scene
        .muster
        .run(&["check", "policy.yaml", "--online"])
        .exits(1)
        .says("cannot be reached");
    scene.registry.run_again();
    scene.muster.run(&["check", "policy.yaml", "--online"]).ok();
    scene.muster.run(&["check", "policy.yaml"]).ok();
}

#[test]
fn one_byte_in_the_registry_is_enough() {
    let scene = Scene::new(Door::Open);
    let manifest = scene.push("1");
    scene.accepted("1");
    let component = scene.locked("digest");
    scene.forget();
    scene.registry.spoil(&component);
    for command in [
        &["plan", "policy.yaml"][..],
        &["provider", "accept", "policy.yaml"],
    ] {
        scene
            .muster
            .run(command)
            .exits(3)
            .says("has been altered")
            .says(&component);
    }
    scene.registry.spoil(&component);
    scene.muster.run(&["plan", "policy.yaml"]).ok();
    scene.forget();
    scene.registry.spoil(&manifest);
    // A restarted registry has forgotten what it once knew of the bytes.
    scene.registry.stop();
    scene.registry.run_again();
    let refused = scene.muster.run(&["plan", "policy.yaml"]);
    assert_ne!(refused.code(), Some(0), "{refused}");
    refused.never_says("created");
}

#[test]
fn one_byte_in_the_cache_is_enough() {
    let scene = Scene::new(Door::Open);
    scene.push("1");
    scene.accepted("1");
    let file = scene.cached();
    let good = fs::read(&file).unwrap();
    fs::write(&file, altered(&good)).unwrap();
    for command in [&["plan", "policy.yaml"][..], &["check", "policy.yaml"]] {
        scene
            .muster
            .run(command)
            .exits(3)
            .says("has been altered")
            .says(&scene.locked("digest"))
            .says("rm ");
    }
    fs::remove_file(&file).unwrap();
    scene.muster.run(&["plan", "policy.yaml"]).ok();
    assert_eq!(fs::read(&file).unwrap(), good);
}

#[test]
fn a_tag_that_moves_moves_nobody() {
    let scene = Scene::new(Door::Open);
    scene.push("1");
    scene.accepted("1");
    let first = scene.locked("digest");
    scene.write_component(&scene::newer());
    scene.push("1");
    // Runs fetch what was accepted, wherever the tag leads.
    scene.forget();
    scene.muster.run(&["plan", "policy.yaml"]).ok();
    assert_eq!(scene.locked("digest"), first);
    let before = scene.muster.read("muster.lock");
    let shown = scene
        .muster
        .run(&["provider", "accept", "policy.yaml", "--dry-run"]);
    shown
        .ok()
        .says("since journal 1.0.0 was accepted")
        .says("version 1.0.0 → 1.1.0");
    assert_eq!(scene.muster.read("muster.lock"), before);
    scene
        .muster
        .run(&["provider", "accept", "policy.yaml"])
        .ok();
    assert_ne!(scene.locked("digest"), first);
    scene.muster.run(&["plan", "policy.yaml"]).ok();
    // Whoever rules the registry may offer an older one: that is told.
    scene.write_component(&scene::first());
    scene.push("1");
    let shown = scene
        .muster
        .run(&["provider", "accept", "policy.yaml", "--dry-run"]);
    shown.ok().says("version 1.1.0 → 1.0.0, which is older");
    // The way back needs the lock alone: the package is still there.
    scene.muster.write("muster.lock", &before);
    scene.forget();
    scene.muster.run(&["plan", "policy.yaml"]).ok();
    assert_eq!(scene.locked("digest"), first);
}

#[test]
fn a_digest_in_the_policy_is_the_only_one() {
    let scene = Scene::new(Door::Open);
    let manifest = scene.push("1");
    scene.write_component(&scene::newer());
    scene.push("1");
    scene.policy_at(&format!("{}@{manifest}", scene.repository()));
    scene
        .muster
        .run(&["provider", "accept", "policy.yaml"])
        .ok();
    assert_eq!(scene.locked("version"), "1.0.0");
    scene.muster.run(&["plan", "policy.yaml"]).ok();
    // A lock that was edited to another manifest does not fit the policy.
    let lock = scene.muster.read("muster.lock");
    let other = format!("manifest = \"sha256:{}\"", "0".repeat(64));
    let edited = lock.replace(&format!("manifest = \"{manifest}\""), &other);
    scene.muster.write("muster.lock", &edited);
    scene
        .muster
        .run(&["plan", "policy.yaml"])
        .exits(3)
        .says("has not been accepted");
}
