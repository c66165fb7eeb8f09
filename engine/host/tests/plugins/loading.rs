//! What is found out about a plugin before it runs.

use crate::common::{COMPONENTS, HOST, bind, component, load, settings};
use muster_host::{
    BindError, Binding, FileFault, Host, HostConfig, ImportFault, Limits, LoadError, ManifestError,
    Origin, Plugin, PluginFile, Secret, bundled,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

fn refused(name: &str) -> LoadError {
    let error = Plugin::load(&HOST, name, &COMPONENTS)
        .map(|_| ())
        .unwrap_err();
    assert!(!error.hint().is_empty());
    error
}

#[test]
fn a_component_says_what_it_is_without_running() {
    let polite = PluginFile::read("./polite.wasm", &COMPONENTS).unwrap();
    let about = polite.about();
    assert_eq!(
        (about.name.as_str(), about.version.as_str()),
        ("polite", "1.0.0")
    );
    assert_eq!(about.memory_mib, 64);
    assert_eq!(about.origin, Origin::File(COMPONENTS.join("./polite.wasm")));
    assert_eq!(about.digest.len(), 64);
    assert!(about.settings_schema.contains("\"people\""));
    assert!(
        about
            .imports
            .iter()
            .all(|import| import.starts_with("muster:provider/")),
        "{:?}",
        about.imports
    );
}

#[test]
fn the_bundled_plugins_are_there() {
    for name in bundled() {
        let plugin = PluginFile::read(name, Path::new("")).unwrap();
        assert_eq!(plugin.about().name, name);
        assert_eq!(plugin.about().origin, Origin::Bundled);
        plugin.compile(&HOST).unwrap();
    }
    let alias = PluginFile::read("csv", Path::new("")).unwrap();
    assert_eq!(alias.about().name, "files");
    let LoadError::Unknown { .. } = refused("cvs") else {
        panic!()
    };
}

#[test]
fn wasi_is_refused_by_name() {
    let LoadError::Imports {
        source: ImportFault::Wasi(import),
        ..
    } = refused("imports_wasi.wasm")
    else {
        panic!()
    };
    assert!(import.starts_with("wasi:cli/environment@"), "{import}");
}

#[test]
fn an_import_that_the_manifest_does_not_ask_for_is_refused() {
    let LoadError::Imports {
        source: ImportFault::Undeclared { import, .. },
        ..
    } = refused("undeclared.wasm")
    else {
        panic!()
    };
    assert_eq!(import, "muster:provider/http@0.1.1");
}

#[test]
fn both_versions_are_named() {
    let LoadError::Manifest {
        source: ManifestError::Api { found },
        ..
    } = refused("newer.wasm")
    else {
        panic!()
    };
    assert_eq!(found, "muster:provider@9.0");
}

#[test]
fn a_component_without_manifest_is_refused() {
    assert!(matches!(
        refused("no_manifest.wasm"),
        LoadError::NoManifest { .. }
    ));
}

#[test]
fn other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.wasm"), "name,mail\n").unwrap();
    let whole = std::fs::read(component("polite")).unwrap();
    std::fs::write(folder.path().join("cut.wasm"), &whole[..whole.len() / 2]).unwrap();
    let load = |name| {
        Plugin::load(&HOST, name, folder.path())
            .map(|_| ())
            .unwrap_err()
    };
    assert!(matches!(
        load("a.wasm"),
        LoadError::File {
            source: FileFault::NotAComponent,
            ..
        }
    ));
    assert!(matches!(
        load("cut.wasm"),
        LoadError::File {
            source: FileFault::Damaged(_),
            ..
        }
    ));
    assert!(matches!(load("none.wasm"), LoadError::Read { .. }));
    assert!(matches!(load("./"), LoadError::Read { .. }));
}

#[test]
fn a_damaged_file_brings_nothing_down() {
    let whole = std::fs::read(component("lies")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wasm");
    for step in 0..40 {
        let at = step * whole.len() / 40;
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        std::fs::write(&path, &bytes).unwrap();
        // It may still be a component, even one that fits.
        drop(Plugin::load(&HOST, "x.wasm", folder.path()));
        std::fs::write(&path, &whole[..at]).unwrap();
        drop(Plugin::load(&HOST, "x.wasm", folder.path()));
    }
}

#[test]
fn memory_beyond_the_hosts_limit_is_refused() {
    let limits = Limits {
        memory_mib: 32,
        ..Limits::default()
    };
    let small = Host::new(HostConfig {
        cache_dir: None,
        limits,
    })
    .unwrap();
    let refused = Plugin::load(&small, &component("polite"), Path::new("")).map(|_| ());
    assert!(matches!(
        refused,
        Err(LoadError::Memory {
            wanted: 64,
            limit: 32,
            ..
        })
    ));
}

#[test]
fn settings_are_held_against_the_schema() {
    let polite = load(&HOST, "polite");
    let Err(BindError::Settings { problems, .. }) = bind(&polite, json!({"poeple": 3})) else {
        panic!()
    };
    let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "`poeple` is no setting of this plugin",
            "`people` is missing"
        ]
    );
    assert_eq!(problems[0].hint.as_deref(), Some("did you mean `people`?"));
}

#[test]
fn a_secret_that_nobody_asked_for_is_refused() {
    let polite = load(&HOST, "polite");
    let secrets = BTreeMap::from([("token".to_owned(), Secret::new("hunter2"))]);
    let config = settings(json!({"people": 1}));
    let binding = Binding {
        settings: &config,
        secrets: &secrets,
        folder: Path::new("."),
        now_ms: 0,
    };
    let Err(error @ BindError::UnknownSecret { .. }) = polite.bind(binding) else {
        panic!()
    };
    assert!(!format!("{error:?} {error} {secrets:?}").contains("hunter2"));
}

#[test]
fn a_cache_that_cannot_be_used_is_done_without() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let config = HostConfig {
        cache_dir: Some(file.path().to_owned()),
        limits: Limits::default(),
    };
    let host = Host::new(config).unwrap();
    assert!(Plugin::load(&host, &component("lies"), Path::new("")).is_ok());
}
