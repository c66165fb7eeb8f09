//! One fixture per diagnostic: `fixtures/<code>.yaml` and what is said about it.
//!
//! `BLESS=1 cargo test -p muster-policy fixtures` writes the expected
//! texts anew; read the difference before it is committed.
use muster_policy::{Beside, Checked, Code, Colour, Files, check_with, fix, render};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Files that fixtures name, beside them.
struct Folder;

impl Files for Folder {
    fn read(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(folder().join(path)).map_err(|_| "there is no such file".to_owned())
    }
}

fn check(file: &str, text: &str) -> Checked {
    let beside = Beside {
        files: &Folder,
        values: None,
    };
    check_with(file, text, &beside)
}

fn fixtures() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    paths.sort();
    paths
}

#[test]
fn every_fixture_is_said_to_be_wrong_in_the_expected_words() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that can write its data anew"
    )]
    let bless = std::env::var_os("BLESS").is_some();
    let mut differing = Vec::new();
    for path in fixtures() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let checked = check(&name, &text);
        let rendered = render(&checked.diagnostics, &checked, Colour::Never);
        let expected = path.with_extension("txt");
        if bless {
            std::fs::write(&expected, &rendered).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != rendered {
            differing.push(format!("{name} is now said to be:\n{rendered}"));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// Beside a fixture that fixes change stands `<code>.fixed`, as they leave it.
#[test]
fn every_fixture_is_put_right_as_far_as_it_can_be() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that can write its data anew"
    )]
    let bless = std::env::var_os("BLESS").is_some();
    let mut differing = Vec::new();
    for path in fixtures() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let texts = BTreeMap::from([(name.clone(), text.clone())]);
        let fixed = fix(texts, &|texts| check(&name, &texts[&name]).diagnostics);
        let now = &fixed.texts[&name];
        assert_eq!(*now == text, fixed.applied.is_empty(), "{name}");
        let safe = fixed.left.iter().filter(|one| one.is_fixable()).count();
        let file = path.with_extension("fixed");
        let expected = std::fs::read_to_string(&file).ok();
        if bless && *now != text {
            std::fs::write(&file, now).unwrap();
        } else if expected.as_ref() != (*now != text).then_some(now) {
            differing.push(format!("{name} becomes:\n{now}"));
        }
        assert_eq!(safe, 0, "{name}: {:?}", fixed.left);
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn a_fixture_shows_its_own_diagnostic_and_every_diagnostic_has_one() {
    let mut shown = BTreeSet::new();
    for path in fixtures() {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let codes: BTreeSet<&str> = check("p.yaml", &text)
            .diagnostics
            .iter()
            .map(|found| found.code.as_str())
            .collect();
        // `unknown-key.two` is a second fixture of `unknown-key`.
        let code = stem.split('.').next().unwrap().to_owned();
        if code != "all" {
            assert_eq!(codes, BTreeSet::from([code.as_str()]), "{stem}");
        }
        shown.insert(code);
    }
    for code in Code::ALL {
        // A megabyte is no fixture; what no text shows, the command line's tests show.
        let elsewhere = *code == Code::TooLarge || !code.is_of_the_text();
        let known = elsewhere || shown.contains(code.as_str());
        assert!(known, "no fixture shows `{code}`");
    }
}
