//! The canonical form: it says the same, keeps comments, and is its own.
use crate::robust::injured;
use muster_policy::{Colour, NotFormatted, check, format, render};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// YAML files of a folder and of those below it.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            files(&path, found);
        } else if name.ends_with(".yaml") {
            found.push(path);
        }
    }
}

/// Formats, and holds what must hold. False if it cannot be formatted.
#[track_caller]
fn formats(text: &str) -> bool {
    match format("p.yaml", text) {
        Ok(formatted) => {
            let again = format("p.yaml", &formatted).unwrap();
            assert_eq!(again, formatted, "twice is once:\n{text}");
            let codes = |text: &str| -> Vec<_> {
                let found = check("p.yaml", text).diagnostics;
                found
                    .into_iter()
                    .map(|one| (one.code, one.message))
                    .collect()
            };
            let (mut before, mut after) = (codes(text), codes(&formatted));
            before.sort();
            after.sort();
            assert_eq!(before, after, "{text}\n{formatted}");
            true
        }
        Err(NotFormatted::Unreadable(wrong)) => {
            assert!(!wrong.is_empty(), "{text}");
            false
        }
        Err(NotFormatted::WouldDiffer) => false,
    }
}

#[test]
fn every_yaml_file_of_the_repository_has_a_canonical_form_that_says_the_same() {
    let mut paths = Vec::new();
    files(&root(), &mut paths);
    let (mut done, mut unreadable, mut other) = (0, 0, Vec::new());
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        match format("p.yaml", &text) {
            Err(NotFormatted::Unreadable(_)) => unreadable += 1,
            Err(NotFormatted::WouldDiffer) => other.push(path),
            Ok(_) => done += usize::from(formats(&text)),
        }
    }
    assert!(done > 50, "{done}");
    assert!(unreadable < 25, "{unreadable}");
    assert_eq!(other, Vec::<PathBuf>::new(), "have no canonical form");
}

#[test]
fn policies_that_are_shipped_are_in_their_canonical_form() {
    let mut paths = vec![];
    files(&root().join("policies"), &mut paths);
    files(&root().join("engine/cli/sample"), &mut paths);
    assert!(paths.len() > 8);
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let formatted = format("p.yaml", &text).unwrap();
        assert_eq!(text, formatted, "`muster policy fmt {}`", path.display());
    }
}

#[test]
fn what_is_untidy_becomes_tidy() {
    let untidy = "# yaml-language-server: $schema=policy.schema.json\nmuster:   1\ndirectory: staff # ours\n\n\n\nprovider:\n    plugin: csv      # a file\n    config: { path: 'people.csv', id:   \"nr\" }   # it is here\n# how\nidentity: {username: uid}\nscope:\n    where: 'entry.kind == \"x\"'\nblock:\n- name: gone\n  when: |\n    has(entry.a) &&\n      has(entry.b)   \n";
    let tidy = "# yaml-language-server: $schema=policy.schema.json\nmuster: 1\ndirectory: staff  # ours\n\nprovider:\n  plugin: csv                             # a file\n  config: {path: \"people.csv\", id: \"nr\"}  # it is here\n# how\nidentity: {username: uid}\nscope:\n  where: 'entry.kind == \"x\"'\nblock:\n  - name: gone\n    when: |\n      has(entry.a) &&\n        has(entry.b)   \n";
    let formatted = format("p.yaml", untidy).unwrap_or_else(|refused| match refused {
        NotFormatted::Unreadable(wrong) => panic!("{}", render(&wrong, untidy, Colour::Never)),
        NotFormatted::WouldDiffer => panic!("would differ"),
    });
    assert_eq!(formatted, tidy);
    assert!(formats(untidy));
}

#[test]
fn breaks_and_marks_stay() {
    assert_eq!(
        format("p.yaml", "muster:  1\r\ndirectory: a\r\n").unwrap(),
        "muster: 1\r\ndirectory: a\r\n"
    );
    assert_eq!(
        format("p.yaml", "\u{feff}muster:  1\n").unwrap(),
        "\u{feff}muster: 1\n"
    );
    assert_eq!(format("p.yaml", "muster:  1").unwrap(), "muster: 1\n");
    let hash = "a: \"x # y\"  # z # w\nb: 'it''s'\n";
    assert_eq!(
        format("p.yaml", hash).unwrap(),
        "a: \"x # y\"  # z # w\nb: 'it''s'\n"
    );
}

#[test]
fn what_cannot_be_read_is_not_written() {
    for text in [
        "",
        "# only a comment\n",
        "a: [",
        "a: b\na: c\n",
        "a: *b\n",
        "a: 1\n---\nb: 2\n",
    ] {
        let refused = format("p.yaml", text);
        assert!(
            matches!(refused, Err(NotFormatted::Unreadable(_))),
            "{text:?}: {refused:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_injured_policy_is_formatted_or_left_alone(text in injured()) {
        formats(&text);
    }
}
