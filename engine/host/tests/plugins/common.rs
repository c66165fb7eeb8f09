//! What the tests share: one host, the components of `tests/hostile`, reading.

use muster_host::{
    BindError, Binding, Bound, Delivery, Host, HostConfig, Limits, Plugin, ReadError, ReadRequest,
    Scope,
};
use muster_model::page::PlainRow;
use muster_model::{Coverage, EntryView, Problem};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

/// The host of all tests in this process, with a compile cache and limits that
/// a slow machine does not meet.
pub static HOST: LazyLock<Host> = LazyLock::new(|| host(Limits::default()));

/// A host that lets nobody compute for long.
pub static IMPATIENT: LazyLock<Host> = LazyLock::new(|| {
    host(Limits {
        compute: Duration::from_millis(300),
        ..Limits::default()
    })
});

pub fn host(limits: Limits) -> Host {
    let cache_dir = Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
    Host::new(HostConfig { cache_dir, limits }).unwrap()
}

/// The folder with the components, built at the first use.
pub static COMPONENTS: LazyLock<PathBuf> =
    LazyLock::new(|| built("muster-hostile", &["--examples"]));

/// The folder with one probe for each version of the plugin interface.
pub static PROBES: LazyLock<PathBuf> = LazyLock::new(|| {
    LazyLock::force(&COMPONENTS);
    built("muster-probe", &["--examples"])
});

/// The folder with the component that verifies logins.
pub static WITH_LOGIN: LazyLock<PathBuf> = LazyLock::new(|| {
    LazyLock::force(&COMPONENTS);
    let what = ["--example", "logs_in", "--features", "login"];
    built("muster-hostile", &what)
});

fn built(package: &str, what: &[&str]) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    let mut cargo = Command::new(env!("CARGO"));
    // What the outer cargo and its flags left behind is for another machine.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let theirs = [
            "CARGO_ENCODED",
            "CARGO_BUILD",
            "CARGO_PROFILE",
            "CARGO_TARGET",
            "RUSTC_",
            "RUSTFLAGS",
            "CLIPPY",
        ];
        if theirs.iter().any(|prefix| text.starts_with(prefix)) {
            cargo.env_remove(&name);
        }
    }
    let built = cargo
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .args(["build", "--quiet", "--release", "-p", package])
        .args(what)
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target)
        .status();
    assert!(
        built.expect("cargo runs").success(),
        "the components do not build"
    );
    target.join("wasm32-unknown-unknown/release/examples")
}

pub fn component(name: &str) -> String {
    COMPONENTS
        .join(format!("{name}.wasm"))
        .to_str()
        .unwrap()
        .to_owned()
}

pub fn load(host: &Host, name: &str) -> Plugin {
    Plugin::load(host, &component(name), Path::new("")).unwrap()
}

pub fn settings(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

pub fn bind(plugin: &Plugin, config: Value) -> Result<Bound, BindError> {
    bind_in(plugin, config, Path::new("."))
}

pub fn bind_in(plugin: &Plugin, config: Value, folder: &Path) -> Result<Bound, BindError> {
    plugin.bind(Binding {
        settings: &settings(config),
        secrets: &BTreeMap::new(),
        folder,
        now_ms: 1_800_000_000_000,
    })
}

/// What a read has delivered.
#[derive(Debug)]
pub struct Read {
    pub rows: Vec<PlainRow>,
    pub problems: Vec<Problem>,
    pub coverage: Coverage,
    pub pages: usize,
}

pub fn request(attributes: &[&str]) -> ReadRequest {
    let attributes = attributes.iter().map(|name| (*name).to_owned()).collect();
    ReadRequest::new(attributes, Scope::default())
}

pub fn read(bound: &Bound, request: ReadRequest) -> Result<Read, ReadError> {
    let (mut rows, mut problems, mut pages) = (Vec::new(), Vec::new(), 0);
    for delivery in bound.read(request)? {
        match delivery? {
            Delivery::Page { page, .. } => {
                pages += 1;
                rows.extend(page.entries().map(EntryView::to_plain));
                problems.extend_from_slice(page.problems());
            }
            Delivery::End { coverage, .. } => {
                return Ok(Read {
                    rows,
                    problems,
                    coverage,
                    pages,
                });
            }
        }
    }
    panic!("the read ended without an end")
}

/// The host still reads with a plugin that behaves.
pub fn lives(host: &Host) {
    let polite = bind(&load(host, "polite"), json!({"people": 2500})).unwrap();
    let mut asked = request(&["name"]);
    asked.scope.report = vec!["all".to_owned()];
    let read = read(&polite, asked).unwrap();
    assert_eq!((read.rows.len(), read.pages), (2500, 3));
    assert!(read.coverage.proves_absence());
    assert_eq!(read.rows[2499].id.as_deref(), Some("2499"));
    assert_eq!(read.rows[2499].groups, ["all"]);
    assert_eq!(read.rows[2499].values, [["Person 2499"]]);
}
