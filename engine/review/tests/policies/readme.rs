//! The tests that the language's reference shows are right, and pass.

use crate::disk::{Disk, root};
use muster_policy::{Colour, render};
use muster_review::cases::{Detail, run, text};

/// The blocks of a section, by the word behind their fence.
fn blocks(section: &str, fence: &str) -> Vec<String> {
    let open = format!("```{fence}\n");
    let parts = section.split(open.as_str()).skip(1);
    parts
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn what_the_reference_shows_of_tests_is_so() {
    let text_of = std::fs::read_to_string(root().join("policies/README.md")).unwrap();
    let section = text_of.split("\n## Tests\n").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let policy = blocks(section, "yaml").remove(0);
    let tests = blocks(section, "yml").remove(0);
    let folder = root().join("policies");
    let file = folder.join("staff.test.yaml");
    let disk = |policy: &str| {
        let mut disk = Disk::default();
        disk.replaced
            .insert(folder.join("staff.yaml"), policy.to_owned());
        disk.replaced.insert(file.clone(), tests.clone());
        disk
    };
    let checked = disk(&policy).tests(&file);
    let wrong = render(&checked.diagnostics, &tests, Colour::Never);
    assert!(checked.diagnostics.is_empty(), "{wrong}");
    let results = run(&[checked.suite.unwrap()]);
    assert_eq!(results.outcomes.len(), 4);
    assert_eq!(results.failed(), 0, "{}", text(&results, Detail::Summary));
    // The failure that it shows is what somebody sees who lets a grace grow.
    let longer = disk(&policy.replace("grace: 7d", "grace: 70d")).tests(&file);
    let results = run(&[longer.suite.unwrap()]);
    let told =
        text(&results, Detail::Summary).replace("policies/staff.test.yaml", "staff.test.yaml");
    let shown = blocks(section, "text").remove(0);
    assert!(
        told.contains(&shown),
        "the reference shows\n{shown}\nand this is told:\n{told}"
    );
}
