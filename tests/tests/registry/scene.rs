//! A registry, a policy whose plugin is in it, and a cache of their own.

use muster_tests::components::JOURNAL;
use muster_tests::registry::Door;
use muster_tests::{Muster, Registry};
use std::fs;
use std::path::{Path, PathBuf};

pub const REPOSITORY: &str = "idp/journal";

pub struct Scene {
    pub registry: Registry,
    pub muster: Muster,
}

impl Scene {
    pub fn new(door: Door) -> Self {
        let mut muster = Muster::new();
        let cache = muster.folder().join("cache").display().to_string();
        muster.set("XDG_CACHE_HOME", &cache);
        let people = "1 anna anna@example.org\n2 ben ben@example.org\n";
        muster.write("people.log", people);
        let scene = Self {
            registry: Registry::start(door),
            muster,
        };
        scene.write_component(&first());
        scene
    }

    /// What is published next.
    pub fn write_component(&self, bytes: &[u8]) {
        fs::write(self.muster.folder().join("journal.wasm"), bytes).unwrap();
    }

    pub fn repository(&self) -> String {
        format!("oci://{}/{REPOSITORY}", self.registry.host())
    }

    pub fn address(&self, tag: &str) -> String {
        format!("{}:{tag}", self.repository())
    }

    /// Publishes the component; its manifest's digest.
    pub fn push(&self, tag: &str) -> String {
        self.push_with(tag, &[])
    }

    pub fn push_with(&self, tag: &str, more: &[&str]) -> String {
        let address = self.address(tag);
        let call = [&["provider", "push", "journal.wasm", &address], more].concat();
        let pushed = self.muster.run(&call).ok();
        let printed = pushed.stdout().trim();
        let (repository, digest) = printed.split_once('@').expect("an address with a digest");
        assert_eq!(repository, self.repository());
        digest.to_owned()
    }

    /// A policy whose plugin has this tag.
    pub fn policy(&self, tag: &str) {
        self.policy_at(&self.address(tag));
    }

    pub fn policy_at(&self, address: &str) {
        let text = format!(
            "muster: 1\ndirectory: staff\nprovider:\n  plugin: \"{address}\"\n  config: {{path: people.log}}\n\
             identity: {{key: external_id, username: uid}}\nfields: {{email: mail}}\n"
        );
        self.muster.write("policy.yaml", &text);
    }

    /// The same, accepted.
    pub fn accepted(&self, tag: &str) {
        self.policy(tag);
        self.muster.run(&["provider", "accept", "policy.yaml"]).ok();
    }

    /// What the lock has under a key.
    pub fn locked(&self, key: &str) -> String {
        let lock = self.muster.read("muster.lock");
        let line = lock
            .lines()
            .find(|line| line.starts_with(&format!("{key} = ")));
        let line = line.unwrap_or_else(|| panic!("no `{key}` in {lock}"));
        line.split('"').nth(1).unwrap().to_owned()
    }

    fn cache(&self) -> PathBuf {
        self.muster.folder().join("cache/muster/plugins")
    }

    /// Where the accepted component is kept.
    pub fn cached(&self) -> PathBuf {
        let digest = self.locked("digest");
        let hex = digest.trim_start_matches("sha256:");
        self.cache().join(format!("{hex}.wasm"))
    }

    /// Another machine, that has never fetched anything.
    pub fn forget(&self) {
        fs::remove_dir_all(self.cache()).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        Path::new(self.muster.folder()).join(name)
    }
}

/// One byte is another one.
pub fn altered(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

/// The component as it is.
pub fn first() -> Vec<u8> {
    fs::read(&*JOURNAL).unwrap()
}

/// The component with another version in its manifest.
pub fn newer() -> Vec<u8> {
    let mut bytes = first();
    let (old, new) = (b"version = \"1.0.0\"", b"version = \"1.1.0\"");
    let at: Vec<usize> = bytes
        .windows(old.len())
        .enumerate()
        .filter_map(|(at, window)| (window == old).then_some(at))
        .collect();
    assert!(!at.is_empty(), "the manifest's version");
    for at in at {
        bytes[at..at + old.len()].copy_from_slice(new);
    }
    bytes
}
