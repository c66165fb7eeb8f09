//! Registries that do not let everybody in.

use crate::scene::Scene;
use muster_tests::registry::{Door, PASSWORD, USER};
use std::fs;

#[test]
fn a_login_is_found_where_users_keep_it() {
    let mut scene = Scene::new(Door::Locked);
    let address = scene.address("1");
    let push = ["provider", "push", "journal.wasm", &address];
    let denied = scene.muster.run(&push).exits(1);
    denied.says("does not let us have").says("docker login");
    // From the environment, for this registry and for no other.
    scene.muster.set("MUSTER_REGISTRY_USER", USER);
    scene.muster.set("MUSTER_REGISTRY_PASSWORD", PASSWORD);
    scene
        .muster
        .run(&push)
        .exits(1)
        .says("MUSTER_REGISTRY must say which registry they are for")
        .never_says(PASSWORD);
    scene.muster.set("MUSTER_REGISTRY", "registry.example.org");
    scene.muster.run(&push).exits(1).never_says(PASSWORD);
    let host = scene.registry.host();
    scene.muster.set("MUSTER_REGISTRY", &host);
    scene.push("1");
    scene.accepted("1");
    scene.muster.run(&["plan", "policy.yaml"]).ok();
    // As `docker login` keeps it.
    scene.muster.set("MUSTER_REGISTRY", "");
    scene.muster.set("MUSTER_REGISTRY_USER", "");
    scene.muster.set("MUSTER_REGISTRY_PASSWORD", "");
    scene.forget();
    scene
        .muster
        .run(&["plan", "policy.yaml"])
        .exits(1)
        .says("does not let us have");
    let docker = scene.path("home/.docker");
    fs::create_dir(&docker).unwrap();
    let config = |auth: &str| {
        let text = format!("{{\"auths\": {{\"{host}\": {auth}}}}}");
        fs::write(docker.join("config.json"), text).unwrap();
    };
    // base64 of `muster:S3cret-of-the-registry`
    config("{\"auth\": \"bXVzdGVyOlMzY3JldC1vZi10aGUtcmVnaXN0cnk=\"}");
    scene.muster.run(&["plan", "policy.yaml"]).ok();
    scene.forget();
    config("{\"auth\": \"!\"}");
    scene
        .muster
        .run(&["plan", "policy.yaml"])
        .exits(1)
        .says("`auth` is no `USER:PASSWORD` in base64");
    config("{\"username\": \"muster\", \"password\": \"wrong-S3cret\"}");
    scene
        .muster
        .run(&["plan", "policy.yaml"])
        .exits(1)
        .never_says("wrong-S3cret");
}

#[test]
fn only_this_machine_is_asked_without_tls() {
    let scene = Scene::new(Door::Open);
    // Not loopback by its name: TLS is spoken, and nobody answers in it.
    let address = scene.address("1").replace("127.0.0.1", "0.0.0.0");
    let push = ["provider", "push", "journal.wasm", &address];
    scene.muster.run(&push).exits(1).says("cannot be reached");
    let mut scene = scene;
    let host = scene.registry.host().replace("127.0.0.1", "0.0.0.0");
    scene.muster.set("MUSTER_REGISTRY_PLAIN_HTTP", &host);
    scene.muster.run(&push).ok();
}
