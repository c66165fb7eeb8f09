//! Plugins that do one thing wrong: that is found, with the right sentence, and
//! nothing else is.

use crate::{Tried, component, muster};
use muster_tests::muster::workspace;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is done wrong (`tests/bad/src/twists.rs`), the check that finds it, and
/// what the finding says.
const TWISTS: [(&str, &str, &str); 31] = [
    ("a cut is the end", "cut", "people are missing"),
    (
        "another host is the end",
        "other-host",
        "leads to another host",
    ),
    ("a refusal is the end", "refused", "not accepted (401)"),
    (
        "a refusal is an outage",
        "refused",
        "one of kind `unavailable`",
    ),
    (
        "an outage is wrong settings",
        "busy",
        "one of kind `config`",
    ),
    ("not found is nobody", "missing", "not found (404)"),
    ("html is nobody", "nonsense", "with a page of HTML"),
    (
        "stopped is complete",
        "stop",
        "the read was stopped in call",
    ),
    ("an id comes twice", "everybody", "twice in one read"),
    (
        "a page is lost",
        "everybody",
        "7 people are missing: `user000014`",
    ),
    (
        "a full last page loses one",
        "page-borders",
        "14 people were read in pages of 7",
    ),
    (
        "whoever is blocked is active",
        "everybody",
        "is blocked, and came as active",
    ),
    ("counts one more", "coverage", "a source count of 61"),
    ("order by request", "again", "the second time"),
    (
        "texts are cut at 255 bytes",
        "texts",
        "has 10000 bytes, and came cut to 253",
    ),
    (
        "letters beyond the first plane",
        "texts",
        "letters that could not be read",
    ),
    ("empty is absent", "texts", "is ``, and came as absent"),
    ("no end for nobody", "empty", "pages without anybody"),
    ("panics for nobody", "empty", "it panicked"),
    (
        "one page for all",
        "large",
        "it needed more than 16 MiB of memory",
    ),
    ("keeps everything", "large", "bytes a person"),
    ("a cursor loses one", "resume", "1 never came"),
    ("any cursor will do", "foreign-cursor", "with 60 people"),
    ("the mark is too new", "delta-overlap", "Changed 200"),
    ("removals are forgotten", "delta", "2 are still there"),
    ("logs error pages", "secrets", "as it is in the log"),
    ("a fact tells the answer", "secrets", "as it is in a fact"),
    ("a line for each value", "log", "lines"),
    (
        "a setting is unwrapped",
        "odd-settings",
        "a pattern has a letter",
    ),
    (
        "the check asks nothing",
        "check-fails",
        "asked the source nothing",
    ),
    (
        "the check is always well",
        "check-fails",
        "no step that failed",
    ),
];

/// Tries the plugin with a twist, and gives the report.
fn tried(twist: &str, check: &str) -> Tried {
    let muster = muster();
    let case = std::fs::read_to_string(workspace().join("tests/bad/conformance.yaml")).unwrap();
    let case = case.replacen("config: {", &format!("config: {{twist: \"{twist}\", "), 1);
    muster.write("conformance.yaml", &case);
    let component = component("muster_bad");
    let mut arguments = vec!["provider", "test", &component, "--format", "json"];
    match check {
        "large" => arguments.extend(["--people", "20000"]),
        _ => arguments.push("--quick"),
    }
    let output = muster.run(&arguments);
    let tried = Tried::of(output.stdout());
    let red = i32::from(!tried.all("failed").is_empty());
    output.exits(red);
    tried
}

#[test]
fn without_a_twist_all_is_well() {
    let tried = tried("", "large");
    assert_eq!(tried.all("failed"), Vec::<&str>::new(), "{}", tried.report);
    assert_eq!(tried.all("not-tried"), ["groups", "early-end"]);
}

#[test]
fn each_twist_is_found_and_nothing_else() {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((twist, check, says)) =
                    TWISTS.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let tried = tried(twist, check);
                    let red = tried.all("failed");
                    let findings = tried.findings(check);
                    if red != [*check] || !findings.contains(says) {
                        let text =
                            format!("{twist}: {red:?} failed, not `{check}` alone\n{findings}");
                        wrong.lock().unwrap().push(text);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
