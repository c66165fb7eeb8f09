//! The tests of the example policies, and of the sample.

use crate::disk::{Disk, root, shown};
use muster_policy::{Colour, render};
use muster_review::cases::{Detail, run, text};
use std::path::{Path, PathBuf};

/// All files of tests beside the examples and the sample.
pub fn all() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["policies/examples", "engine/cli/sample"] {
        collect(&root().join(folder), &mut found);
    }
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.to_string_lossy().ends_with(".test.yaml") {
            found.push(path);
        }
    }
}

#[test]
fn tests_of_the_examples_pass_and_meet_every_rule() {
    let files = all();
    assert!(files.len() >= 6, "{files:?}");
    let mut faults = String::new();
    for file in files {
        let disk = Disk::default();
        let checked = disk.tests(&file);
        let wrong = render(
            &checked.diagnostics,
            &std::fs::read_to_string(&file).unwrap(),
            Colour::Never,
        );
        faults.push_str(&wrong);
        let Some(suite) = checked.suite else {
            continue;
        };
        let results = run(&[suite]);
        let dead = results.coverage.iter().flat_map(|one| one.dead()).count();
        if results.failed() > 0 || dead > 0 {
            faults.push_str(&format!(
                "{}:\n{}\n",
                shown(&file),
                text(&results, Detail::Summary)
            ));
        }
    }
    assert!(faults.is_empty(), "{faults}");
}
