//! Packages of other tools, and what is none.

use crate::scene::{REPOSITORY, Scene};
use muster_tests::judges;
use muster_tests::registry::Door;
use serde_json::{Value, json};
use std::fs;

#[test]
fn another_client_publishes_and_fetches() {
    let scene = Scene::new(Door::Open);
    let target = format!("{}/{REPOSITORY}:other", scene.registry.host());
    let component = scene.path("journal.wasm");
    let component = component.to_str().unwrap();
    judges::python_of("packages", "oras_package.py", &["push", &target, component]).ok();
    scene.accepted("other");
    scene
        .muster
        .run(&["sync", "policy.yaml"])
        .ok()
        .says("2 created");
    // And what Muster publishes, that client fetches.
    scene.push("ours");
    let target = format!("{}/{REPOSITORY}:ours", scene.registry.host());
    let folder = scene.path("fetched");
    fs::create_dir(&folder).unwrap();
    let fetched = judges::python_of(
        "packages",
        "oras_package.py",
        &["pull", &target, folder.to_str().unwrap()],
    );
    let file = fetched.ok().stdout.trim().to_owned();
    assert_eq!(fs::read(file).unwrap(), fs::read(component).unwrap());
    let manifest: Value =
        serde_json::from_slice(&scene.registry.manifest(REPOSITORY, "ours")).unwrap();
    assert_eq!(
        manifest["config"]["mediaType"],
        "application/vnd.wasm.config.v0+json"
    );
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

#[test]
fn what_is_no_package_of_a_plugin_says_what_it_is() {
    let scene = Scene::new(Door::Open);
    scene.push("good");
    let good: Value = serde_json::from_slice(&scene.registry.manifest(REPOSITORY, "good")).unwrap();
    let put = |tag: &str, edit: &dyn Fn(&mut Value)| {
        let mut manifest = good.clone();
        edit(&mut manifest);
        let text = manifest.to_string();
        scene
            .registry
            .put_manifest(REPOSITORY, tag, MANIFEST, text.as_bytes());
    };
    put("image", &|manifest| {
        manifest["layers"][0]["mediaType"] = json!("application/vnd.oci.image.layer.v1.tar+gzip");
    });
    put("two", &|manifest| {
        let layer = manifest["layers"][0].clone();
        manifest["layers"].as_array_mut().unwrap().push(layer);
    });
    put("large", &|manifest| {
        manifest["layers"][0]["size"] = json!(300 << 20);
    });
    put("short", &|manifest| {
        manifest["layers"][0]["size"] = json!(10);
    });
    put("text", &|manifest| {
        // The configuration is a blob of the registry's that is no component.
        manifest["layers"][0]["digest"] = manifest["config"]["digest"].clone();
        manifest["layers"][0]["size"] = manifest["config"]["size"].clone();
    });
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [],
    });
    scene.registry.put_manifest(
        REPOSITORY,
        "index",
        "application/vnd.oci.image.index.v1+json",
        index.to_string().as_bytes(),
    );
    for (tag, code, told) in [
        (
            "image",
            3,
            "it holds `application/vnd.oci.image.layer.v1.tar+gzip`",
        ),
        ("two", 3, "it has 2 layers"),
        ("large", 3, "more than 268435456"),
        ("short", 3, "larger than its manifest says"),
        ("text", 3, "no WebAssembly component"),
        ("index", 3, "an index of several packages"),
        ("none", 1, "the registry has no "),
    ] {
        scene.policy(tag);
        let accepting = scene.muster.run(&["provider", "accept", "policy.yaml"]);
        accepting.exits(code).says(told);
    }
    assert!(!scene.path("muster.lock").exists());
    scene.muster.write("people.wasm", "no component");
    let pushing = ["provider", "push", "people.wasm", &scene.address("people")];
    scene
        .muster
        .run(&pushing)
        .exits(3)
        .says("`people.wasm` is no plugin");
}
