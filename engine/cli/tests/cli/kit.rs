//! Beginning a plugin, and packing one.

use crate::components::JOURNAL;
use crate::support::Folder;
use std::fs;

#[test]
fn a_project_is_written_and_says_what_comes_next() {
    let folder = Folder::empty();
    let made = folder.run(&["provider", "new", "my-people"]);
    made.exits(0).prints("cargo test").prints("cd my-people");
    assert!(folder.read("my-people/src/lib.rs").lines().count() <= 40);
    for (lang, file) in [("python", "src/service.py"), ("js", "src/service.js")] {
        let dir = format!("in/{lang}");
        folder
            .run(&["provider", "new", "x", "--lang", lang, "--dir", &dir])
            .exits(0)
            .prints("muster provider pack x.wasm");
        assert!(folder.path(&dir).join(file).is_file());
    }
}

#[test]
fn nothing_is_overwritten_and_names_are_names() {
    let folder = Folder::empty();
    folder.write("notes.txt", "mine");
    let here = folder.run(&["provider", "new", "x", "--dir", "."]);
    here.exits(1).tells("is not empty").tells("--dir");
    let file = folder.run(&["provider", "new", "x", "--dir", "notes.txt"]);
    file.exits(1).tells("is no folder");
    assert_eq!(folder.read("notes.txt"), "mine");
    let name = folder.run(&["provider", "new", "My People"]);
    name.exits(3)
        .tells("is no name of a plugin")
        .tells("`my-people`");
    folder
        .run(&["provider", "new", "test"])
        .exits(3)
        .tells("keeps for itself");
    assert_eq!(fs::read_dir(folder.path(".")).unwrap().count(), 1);
}

const MANIFEST: &str = "name = \"other\"\nversion = \"2.0.0\"\napi = \"muster:provider@0.1\"\nsummary = \"S\"\n\
                        [needs.files.journal]\npath = \"path\"\n";

#[test]
fn a_component_is_packed_once_and_only_if_it_would_load() {
    let folder = Folder::empty();
    fs::copy(&*JOURNAL, folder.path("a.wasm")).unwrap();
    folder.write("plugin.toml", MANIFEST);
    folder.write("settings.schema.json", r#"{"type": "object"}"#);
    let before = fs::read(folder.path("a.wasm")).unwrap();
    let pack =
        |arguments: &[&str]| folder.run(&[&["provider", "pack", "a.wasm"], arguments].concat());
    pack(&["--out", "b.wasm"])
        .exits(0)
        .prints("b.wasm: other 2.0.0");
    assert_eq!(fs::read(folder.path("a.wasm")).unwrap(), before);
    // The texts that the kit for Rust has put in are gone.
    let shown = folder.run(&["provider", "show", "./b.wasm", "--format", "json"]);
    assert_eq!(shown.exits(0).json()["name"], "other");
    pack(&[]).exits(0);
    let (a, b) = (
        fs::read(folder.path("a.wasm")),
        fs::read(folder.path("b.wasm")),
    );
    assert!(a.unwrap() == b.unwrap(), "the same input, other bytes");

    // What would not load is not written.
    let kept = fs::read(folder.path("a.wasm")).unwrap();
    folder.write(
        "plugin.toml",
        &MANIFEST.replace("[needs.files.journal]\npath = \"path\"\n", ""),
    );
    pack(&[]).exits(3).tells("has no `[needs.files.NAME]`");
    folder.write("plugin.toml", &MANIFEST.replace("summary", "sumary"));
    pack(&[]).exits(3).tells("sumary");
    folder.write("plugin.toml", MANIFEST);
    folder.write("settings.schema.json", "{");
    pack(&[]).exits(3).tells("settings schema");
    fs::remove_file(folder.path("settings.schema.json")).unwrap();
    pack(&[])
        .exits(1)
        .tells("`settings.schema.json` cannot be read");
    assert!(fs::read(folder.path("a.wasm")).unwrap() == kept);

    folder.write("settings.schema.json", "{}");
    folder.write("a.wasm", "no component");
    pack(&[]).exits(3).tells("is no WebAssembly component");
    assert_eq!(folder.read("a.wasm"), "no component");
}
