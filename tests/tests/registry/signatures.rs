//! Whose signature is believed, and what it is about.

use crate::scene::{self, REPOSITORY, Scene};
use muster_tests::program::{self, PATIENCE};
use muster_tests::registry::Door;
use serde_json::json;
use std::fs;
use std::process::Command;

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/registry/tests/keys");

/// A registry, and the keys of a vendor and of somebody else beside the policy.
fn scene() -> Scene {
    let scene = Scene::new(Door::Open);
    for (from, to) in [
        ("p256.pem", "vendor.pem"),
        ("p256.pub", "vendor.pub"),
        ("ed25519.pem", "other.pem"),
        ("ed25519.pub", "other.pub"),
    ] {
        fs::copy(format!("{KEYS}/{from}"), scene.path(to)).unwrap();
    }
    scene
}

const ACCEPT: [&str; 3] = ["provider", "accept", "policy.yaml"];
const WITH_KEY: [&str; 5] = ["provider", "accept", "policy.yaml", "--key", "vendor.pub"];

/// Where signatures of a manifest are kept.
fn tag(manifest: &str) -> String {
    manifest.replace(':', "-") + ".sig"
}

#[test]
fn a_key_is_demanded_from_then_on() {
    let scene = scene();
    scene.push("1");
    scene.policy("1");
    scene
        .muster
        .run(&WITH_KEY)
        .exits(3)
        .says("has no signature");
    scene.push_with("1", &["--sign", "other.pem"]);
    scene
        .muster
        .run(&WITH_KEY)
        .exits(3)
        .says("no signature of")
        .says("is by the key");
    assert!(!scene.path("muster.lock").exists());
    // Two signatures stand side by side.
    let first = scene.push_with("1", &["--sign", "vendor.pem"]);
    scene.push_with("1", &["--sign", "vendor.pem"]);
    let kept = scene.registry.manifest(REPOSITORY, &tag(&first));
    let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
    assert_eq!(kept["layers"].as_array().unwrap().len(), 2);
    scene
        .muster
        .run(&WITH_KEY)
        .ok()
        .says("it has to be signed by");
    let public = fs::read_to_string(scene.path("vendor.pub")).unwrap();
    let public: String = public
        .lines()
        .filter(|line| !line.contains("KEY"))
        .collect();
    assert_eq!(scene.locked("key"), public);
    scene.muster.run(&["plan", "policy.yaml"]).ok();
    // A newer version that its vendor has not signed is nobody's.
    scene.write_component(&scene::newer());
    scene.push("1");
    let before = scene.muster.read("muster.lock");
    scene
        .muster
        .run(&ACCEPT)
        .exits(3)
        .says("has no signature")
        .says("`--no-key` gives that up");
    assert_eq!(scene.muster.read("muster.lock"), before);
    scene.push_with("1", &["--sign", "vendor.pem"]);
    scene.muster.run(&ACCEPT).ok().says("version 1.0.0 → 1.1.0");
    assert_eq!(scene.locked("key"), public, "the key stays");
    let given_up = [&ACCEPT[..], &["--no-key"]].concat();
    scene
        .muster
        .run(&given_up)
        .ok()
        .says("it no longer has to be signed by");
    assert!(!scene.muster.read("muster.lock").contains("key ="));
}

#[test]
fn a_signature_is_looked_at_whenever_something_is_fetched() {
    let scene = scene();
    let manifest = scene.push_with("1", &["--sign", "vendor.pem"]);
    scene.policy("1");
    scene.muster.run(&WITH_KEY).ok();
    scene.forget();
    // The signatures are replaced by somebody else's.
    let sign = |key: &str| scene.push_with("1", &["--sign", key]);
    let path = format!("/v2/{REPOSITORY}/manifests/{}", tag(&manifest));
    let kept = scene.registry.manifest(REPOSITORY, &tag(&manifest));
    let digest = shell(&scene, &String::from_utf8(kept).unwrap(), "sha256sum");
    let digest = digest.split_whitespace().next().unwrap();
    let gone = format!("/v2/{REPOSITORY}/manifests/sha256:{digest}");
    assert_eq!(scene.registry.ask("DELETE", &gone, "", b"").status, 202);
    assert_eq!(scene.registry.ask("GET", &path, "", b"").status, 404);
    scene
        .muster
        .run(&["plan", "policy.yaml"])
        .exits(3)
        .says("has no signature");
    sign("other.pem");
    scene
        .muster
        .run(&["plan", "policy.yaml"])
        .exits(3)
        .says("is by the key");
    sign("vendor.pem");
    scene.muster.run(&["plan", "policy.yaml"]).ok();
}

#[test]
fn a_signature_of_another_package_is_none() {
    let scene = scene();
    let old = scene.push_with("1", &["--sign", "vendor.pem"]);
    scene.write_component(&scene::newer());
    let new = scene.push("1");
    let signatures = scene.registry.manifest(REPOSITORY, &tag(&old));
    scene
        .registry
        .put_manifest(REPOSITORY, &tag(&new), KIND, &signatures);
    scene.policy("1");
    scene
        .muster
        .run(&WITH_KEY)
        .exits(3)
        .says("is about something else")
        .says(&old);
}

/// A bundle as newer versions of cosign make it: signed by OpenSSL, and found by the
/// tag for registries that do not know what refers to what.
#[test]
fn a_bundle_is_believed() {
    let scene = scene();
    let manifest = scene.push("1");
    scene.policy("1");
    let refer = |about: &str| {
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"digest": {"sha256": about.trim_start_matches("sha256:")}}],
            "predicateType": "https://sigstore.dev/cosign/sign/v1",
            "predicate": {},
        })
        .to_string();
        let kind = "application/vnd.in-toto+json";
        let message = format!(
            "DSSEv1 {} {kind} {} {statement}",
            kind.len(),
            statement.len()
        );
        let signature = shell(
            &scene,
            &message,
            "cat >m; openssl dgst -sha256 -sign vendor.pem m | base64 -w0",
        );
        let payload = shell(&scene, &statement, "base64 -w0");
        let bundle = json!({
            "mediaType": BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": "vendor"}, "tlogEntries": []},
            "dsseEnvelope": {"payload": payload, "payloadType": kind, "signatures": [{"sig": signature}]},
        })
        .to_string();
        let put = |bytes: &str| {
            let sum = shell(&scene, bytes, "sha256sum");
            let digest = format!("sha256:{}", sum.split_whitespace().next().unwrap());
            scene
                .registry
                .put_blob(REPOSITORY, bytes.as_bytes(), &digest);
            json!({"mediaType": BUNDLE, "digest": digest, "size": bytes.len()})
        };
        let envelope = json!({
            "schemaVersion": 2,
            "mediaType": KIND,
            "artifactType": BUNDLE,
            "config": put("{}"),
            "layers": [put(&bundle)],
            "subject": {"mediaType": KIND, "digest": manifest, "size": 1},
        })
        .to_string();
        scene
            .registry
            .put_manifest(REPOSITORY, "bundle", KIND, envelope.as_bytes());
        let sum = shell(&scene, &envelope, "sha256sum");
        let index = json!({
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": [{
                "mediaType": KIND,
                "artifactType": BUNDLE,
                "digest": format!("sha256:{}", sum.split_whitespace().next().unwrap()),
                "size": envelope.len(),
            }],
        });
        let tag = manifest.replace(':', "-");
        let index = index.to_string();
        scene
            .registry
            .put_manifest(REPOSITORY, &tag, INDEX, index.as_bytes());
    };
    let other = format!("sha256:{}", "0".repeat(64));
    refer(&other);
    scene
        .muster
        .run(&WITH_KEY)
        .exits(3)
        .says("is about something else")
        .says(&other);
    refer(&manifest);
    let strange = ["provider", "accept", "policy.yaml", "--key", "other.pub"];
    scene.muster.run(&strange).exits(3).says("is by the key");
    scene.muster.run(&WITH_KEY).ok();
    scene.muster.run(&["plan", "policy.yaml"]).ok();
}

/// What a line of shell prints, in the policy's folder.
fn shell(scene: &Scene, input: &str, line: &str) -> String {
    let mut shell = Command::new("sh");
    shell.current_dir(scene.muster.folder()).args(["-c", line]);
    program::run(&mut shell, input, PATIENCE).ok().stdout
}

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// What Muster signs, OpenSSL alone finds good.
#[test]
fn another_tool_believes_a_signature() {
    let scene = scene();
    for (private, public) in [("vendor.pem", "vendor.pub"), ("other.pem", "other.pub")] {
        let tag_of = private.split_once('.').unwrap().0;
        let component = match private {
            "vendor.pem" => scene::first(),
            _ => scene::newer(),
        };
        scene.write_component(&component);
        let manifest = scene.push_with(tag_of, &["--sign", private]);
        let kept = scene.registry.manifest(REPOSITORY, &tag(&manifest));
        let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
        let layer = &kept["layers"][0];
        let digest = layer["digest"].as_str().unwrap();
        let blob = format!("/v2/{REPOSITORY}/blobs/{digest}");
        let statement = scene.registry.ask("GET", &blob, "", b"").body;
        let said: serde_json::Value = serde_json::from_slice(&statement).unwrap();
        assert_eq!(
            said["critical"]["image"]["docker-manifest-digest"],
            manifest
        );
        assert_eq!(said["critical"]["type"], "cosign container image signature");
        fs::write(scene.path("statement"), &statement).unwrap();
        let signature = &layer["annotations"]["dev.cosignproject.cosign/signature"];
        let verify = match private {
            "vendor.pem" => format!("openssl dgst -sha256 -verify {public} -signature s statement"),
            _ => format!(
                "openssl pkeyutl -verify -rawin -pubin -inkey {public} -sigfile s -in statement"
            ),
        };
        let line = format!("base64 -d >s; {verify}");
        shell(&scene, signature.as_str().unwrap(), &line);
    }
}

const KIND: &str = "application/vnd.oci.image.manifest.v1+json";

/// A signature as cosign makes it, by OpenSSL and plain requests alone.
#[test]
fn a_signature_of_another_tool_is_believed() {
    let scene = scene();
    let manifest = scene.push("1");
    scene.policy("1");
    let statement = format!(
        "{{\"critical\":{{\"identity\":{{\"docker-reference\":\"\"}},\"image\":{{\"docker-manifest-digest\":\"{manifest}\"}},\
         \"type\":\"cosign container image signature\"}},\"optional\":null}}"
    );
    let signature = shell(
        &scene,
        &statement,
        "cat >statement; openssl dgst -sha256 -sign vendor.pem statement | base64 -w0",
    );
    let digest = |name: &str| {
        let sum = Command::new("sha256sum")
            .arg(scene.path(name))
            .output()
            .unwrap();
        let text = String::from_utf8(sum.stdout).unwrap();
        format!("sha256:{}", text.split_whitespace().next().unwrap())
    };
    scene.muster.write("config", "{}");
    let put = |about: &str| {
        let layer = json!({
            "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json",
            "size": statement.len(),
            "digest": digest("statement"),
            "annotations": {"dev.cosignproject.cosign/signature": about},
        });
        let envelope = json!({
            "schemaVersion": 2,
            "mediaType": KIND,
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "size": 2,
                "digest": digest("config"),
            },
            "layers": [layer],
        });
        let registry = &scene.registry;
        registry.put_blob(REPOSITORY, statement.as_bytes(), &digest("statement"));
        registry.put_blob(REPOSITORY, b"{}", &digest("config"));
        registry.put_manifest(
            REPOSITORY,
            &tag(&manifest),
            KIND,
            envelope.to_string().as_bytes(),
        );
    };
    for nonsense in ["", "bm9uZQ==", "?"] {
        put(nonsense);
        scene.muster.run(&WITH_KEY).exits(3).says("is by the key");
    }
    put(&signature);
    scene.muster.run(&WITH_KEY).ok();
    scene.muster.run(&["plan", "policy.yaml"]).ok();
}
