//! Changes one rule of an example policy at a time: a test of that policy must
//! fail. What survives is a rule that could be broken without anybody noticing.

use crate::disk::{Disk, root, shown, tidy};
use crate::examples;
use muster_review::cases::{Detail, Suite, Test, run, text};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Changes that change nothing, each with what makes it so. A list that could grow
/// unseen would be none: each of them has to survive.
const SAME: [(&str, &str, &str); 3] = [
    (
        "policies/examples/office/policy.yaml",
        "identity.username: without step \"trim\"",
        "usernames have no white space around them in any case",
    ),
    (
        "policies/examples/office/policy.yaml",
        "fields.started: without format \"%Y-%m-%d\"",
        "the step reads such dates without being told",
    ),
    (
        "policies/examples/office/policy.yaml",
        "fields.started: without type",
        "the step writes dates as the type does",
    ),
];

/// A changed text, and what was changed in it.
struct Mutant {
    what: String,
    text: Value,
}

/// The files of a policy: itself, what it includes, and its exceptions.
fn files(policy: &Path) -> Vec<PathBuf> {
    let text = read(policy);
    let folder = policy.parent().unwrap();
    let named = ["include", "exceptions"].into_iter().flat_map(|key| {
        let value = text.get(key).cloned().unwrap_or_default();
        match value {
            Value::Array(paths) => paths,
            Value::String(path) => vec![Value::String(path)],
            _ => Vec::new(),
        }
    });
    let named = named.map(|path| tidy(&folder.join(path.as_str().unwrap())));
    std::iter::once(tidy(policy)).chain(named).collect()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All mutants of a text.
fn mutants(text: &Value) -> Vec<Mutant> {
    let mut all = Vec::new();
    walk(text, &mut Vec::new(), &mut |way, value| {
        for (what, changed) in changes(way, value) {
            all.push(Mutant {
                what: format!("{}: {what}", way.join(".")),
                text: with(text, way, changed),
            });
        }
    });
    all
}

/// Visits every value with the keys that lead to it.
fn walk(value: &Value, way: &mut Vec<String>, visit: &mut impl FnMut(&[String], &Value)) {
    visit(way, value);
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, value)| (at.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (key, value) in inner {
        way.push(key);
        walk(value, way, visit);
        way.pop();
    }
}

/// The text with another value at a place; `None` takes it out.
fn with(text: &Value, way: &[String], changed: Option<Value>) -> Value {
    let Some((key, rest)) = way.split_first() else {
        return changed.unwrap_or_default();
    };
    let mut text = text.clone();
    match &mut text {
        Value::Object(map) => match (rest.is_empty(), changed) {
            (true, None) => drop(map.shift_remove(key)),
            (_, changed) => {
                let new = with(&map[key], rest, changed);
                map.insert(key.clone(), new);
            }
        },
        Value::Array(items) => {
            let at: usize = key.parse().unwrap();
            match (rest.is_empty(), changed) {
                (true, None) => drop(items.remove(at)),
                (_, changed) => items[at] = with(&items[at], rest, changed),
            }
        }
        _ => unreachable!("`{key}` leads nowhere"),
    }
    text
}

/// What may be done to a value. Left alone are what is no rule of the policy (the
/// provider, values, sentences for people, who answers for an exception), and
/// guards, which stop plans and make none.
fn changes(way: &[String], value: &Value) -> Vec<(String, Option<Value>)> {
    let way: Vec<&str> = way.iter().map(String::as_str).collect();
    let gone = || ("gone".to_owned(), None);
    match way.as_slice() {
        ["scope", "where"] | ["block", _, "when"] => negated(value),
        ["scope", "groups"] => vec![gone(), other_name(value)],
        ["scope", "exclude" | "grace" | "unblock"] => vec![gone()],
        ["scope", "exclude", key] if value.is_array() => vec![(format!("{key} gone"), None)],
        ["scope", "exclude", _, _] => vec![gone()],
        ["identity", "key"] => {
            let other = match value.as_str() {
                Some("username") => "external_id",
                _ => "username",
            };
            vec![(format!("is {other}"), Some(json!(other)))]
        }
        ["identity", "username"] => mapping(value),
        ["identity", "adopt"] => vec![gone()],
        ["identity", "adopt", "match", _] => vec![gone()],
        ["fields", _] => {
            let mut all = mapping(value);
            all.push(gone());
            all
        }
        ["block", _] => vec![gone()],
        ["block", _, "grace" | "unblock"] => vec![gone()],
        ["licences"] => vec![gone()],
        ["licences", "limit"] => {
            let limit = value.as_u64().unwrap();
            vec![
                ("one less".to_owned(), Some(json!(limit - 1))),
                ("one more".to_owned(), Some(json!(limit + 1))),
            ]
        }
        ["licences", "count" | "order" | "warn"] => vec![gone()],
        ["precedence"] => {
            let mut turned = value.as_array().unwrap().clone();
            turned.reverse();
            vec![
                gone(),
                ("turned round".to_owned(), Some(Value::Array(turned))),
            ]
        }
        ["exceptions", _] if value.is_object() => vec![gone()],
        _ => Vec::new(),
    }
}

fn negated(value: &Value) -> Vec<(String, Option<Value>)> {
    let text = value.as_str().unwrap();
    vec![("negated".to_owned(), Some(json!(format!("!({text})"))))]
}

fn other_name(value: &Value) -> (String, Option<Value>) {
    let other = match value {
        Value::Array(names) => Value::Array(
            names
                .iter()
                .map(|_| json!("CN=Others,DC=example"))
                .collect(),
        ),
        _ => json!("CN=Others,DC=example"),
    };
    ("another one".to_owned(), Some(other))
}

/// What may be done to the mapping of a field, or of the username.
fn mapping(value: &Value) -> Vec<(String, Option<Value>)> {
    if value.is_string() {
        return vec![("another attribute".to_owned(), Some(json!("someOther")))];
    }
    let map = value.as_object().unwrap();
    let mut all = Vec::new();
    let mut add = |what: String, changed: Map<String, Value>| {
        all.push((what, Some(Value::Object(changed))));
    };
    let set = |key: &str, value: Value| {
        let mut changed = map.clone();
        changed.insert(key.to_owned(), value);
        changed
    };
    for (key, value) in map {
        match key.as_str() {
            "from" | "reference" => {
                for (what, other) in others(value) {
                    add(format!("{key} {what}"), set(key, other));
                }
            }
            "expr" => add(
                "another expression".to_owned(),
                set(key, json!("\"other\"")),
            ),
            "groups" => {
                for (group, gives) in value.as_object().unwrap() {
                    let mut fewer = value.as_object().unwrap().clone();
                    fewer.shift_remove(group);
                    if !fewer.is_empty() {
                        add(format!("without {group}"), set(key, Value::Object(fewer)));
                    }
                    let mut other = value.as_object().unwrap().clone();
                    other.insert(
                        group.clone(),
                        json!(format!("{}-x", gives.as_str().unwrap())),
                    );
                    add(
                        format!("{group} gives another"),
                        set(key, Value::Object(other)),
                    );
                }
            }
            "transform" => {
                let mut without = map.clone();
                without.shift_remove(key);
                add("without transform".to_owned(), without);
                for (what, steps) in steps(value) {
                    add(what, set(key, steps));
                }
            }
            "default" => {
                add("another default".to_owned(), set(key, json!("otherwise")));
                let mut without = map.clone();
                without.shift_remove(key);
                add("without default".to_owned(), without);
            }
            "type" | "mode" | "empty" | "absent" | "required" | "on_error" | "sensitive"
            | "max_bytes" | "cycles" | "by" => {
                let mut without = map.clone();
                without.shift_remove(key);
                add(format!("without {key}"), without);
            }
            other => panic!("mutations know nothing of `{other}`"),
        }
    }
    all
}

/// Other attributes: another one, each of several left out, another order.
fn others(value: &Value) -> Vec<(String, Value)> {
    let Some(names) = value.as_array() else {
        return vec![("another attribute".to_owned(), json!("someOther"))];
    };
    let mut all = Vec::new();
    for at in 0..names.len() {
        let mut fewer = names.clone();
        let gone = fewer.remove(at);
        all.push((format!("without {gone}"), Value::Array(fewer)));
    }
    let mut turned = names.clone();
    turned.reverse();
    all.push(("in another order".to_owned(), Value::Array(turned)));
    all
}

/// Each step left out, each entry of a table changed, another region of phones.
fn steps(value: &Value) -> Vec<(String, Value)> {
    let steps = match value {
        Value::Array(steps) => steps.clone(),
        one => vec![one.clone()],
    };
    let mut all = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let changed = |step: Value| {
            let mut steps = steps.clone();
            steps[at] = step;
            Value::Array(steps)
        };
        if steps.len() > 1 {
            let mut fewer = steps.clone();
            fewer.remove(at);
            all.push((format!("without step {step}"), Value::Array(fewer)));
        }
        if step.get("phone").is_some() {
            all.push((
                "phones of the United States".to_owned(),
                changed(json!({"phone": "US"})),
            ));
        }
        if let Some(map) = step.get("map") {
            let table = map["table"].as_object().unwrap();
            for key in table.keys() {
                let mut map = map.clone();
                map["table"][key] = json!("elsewhere");
                all.push((
                    format!("another text for {key}"),
                    changed(json!({"map": map})),
                ));
            }
            let mut fewer = map.clone();
            fewer["otherwise"] = json!("fail");
            all.push((
                "no text for others".to_owned(),
                changed(json!({"map": fewer})),
            ));
        }
        if let Some(date) = step.get("date")
            && let Some(formats) = date["from"].as_array()
        {
            for (at, format) in formats.iter().enumerate() {
                let mut date = date.clone();
                date["from"].as_array_mut().unwrap().remove(at);
                all.push((
                    format!("without format {format}"),
                    changed(json!({"date": date})),
                ));
            }
        }
    }
    all
}

/// Policies with the tests that are about them.
fn policies() -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let mut all: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in examples::all() {
        let policy = read(&file)["policy"].as_str().unwrap().to_owned();
        let policy = tidy(&file.parent().unwrap().join(policy));
        all.entry(policy).or_default().push(file);
    }
    all
}

/// What tests make of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    /// It is no policy: everybody notices.
    Wrong,
}

fn verdict(disk: &Disk, tests: &[PathBuf]) -> Verdict {
    let mut verdict = Verdict::Passed;
    for file in tests {
        let Some(suite) = disk.tests(file).suite else {
            return Verdict::Wrong;
        };
        // The first test that fails is enough.
        let fails = |test: &Test| {
            let alone = Suite {
                tests: vec![test.clone()],
                ..suite.clone()
            };
            run(&[alone]).failed() > 0
        };
        if suite.tests.iter().any(fails) {
            verdict = Verdict::Failed;
        }
    }
    verdict
}

fn is_noticed(disk: &Disk, tests: &[PathBuf]) -> bool {
    verdict(disk, tests) != Verdict::Passed
}

/// What is said of policies that ought to be fine.
fn why(disk: &Disk, tests: &[PathBuf]) -> String {
    let told = tests.iter().map(|file| {
        let checked = disk.tests(file);
        let wrong: String = checked
            .diagnostics
            .iter()
            .map(|one| format!("{one}\n"))
            .collect();
        let suites: Vec<_> = checked.suite.into_iter().collect();
        wrong + &text(&run(&suites), Detail::Summary)
    });
    told.collect()
}

/// What became of the mutants of one policy.
#[derive(Default)]
struct Tally {
    made: usize,
    wrong: usize,
    same: usize,
    survivors: Vec<String>,
}

fn tally(policy: &Path, tests: &[PathBuf]) -> Tally {
    let mut tally = Tally::default();
    assert!(!is_noticed(&Disk::default(), tests), "{}", shown(policy));
    for file in files(policy) {
        let text = read(&file);
        let replaced = |text: &Value| Disk {
            replaced: BTreeMap::from([(file.clone(), yaml(text))]),
        };
        let same = replaced(&text);
        let told = why(&same, tests);
        assert!(
            !is_noticed(&same, tests),
            "{} as JSON:\n{told}",
            shown(&file)
        );
        for mutant in mutants(&text) {
            let verdict = verdict(&replaced(&mutant.text), tests);
            tally.made += 1;
            tally.wrong += usize::from(verdict == Verdict::Wrong);
            if verdict == Verdict::Passed {
                let is_known = |(known, what, _): &(&str, &str, &str)| {
                    *known == shown(&file) && *what == mutant.what
                };
                match SAME.iter().any(is_known) {
                    true => tally.same += 1,
                    false => tally
                        .survivors
                        .push(format!("{} {}", shown(&file), mutant.what)),
                }
            }
        }
    }
    tally
}

#[test]
fn no_rule_of_an_example_can_be_changed_unnoticed() {
    let policies = policies();
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let threads: Vec<_> = policies
            .iter()
            .map(|(policy, tests)| scope.spawn(|| tally(policy, tests)))
            .collect();
        let ends = threads.into_iter().map(|thread| thread.join().unwrap());
        ends.collect()
    });
    let sum = |count: fn(&Tally) -> usize| tallies.iter().map(count).sum::<usize>();
    let survivors: Vec<&str> = tallies
        .iter()
        .flat_map(|tally| tally.survivors.iter().map(String::as_str))
        .collect();
    assert!(
        survivors.is_empty(),
        "these survived:\n{}",
        survivors.join("\n")
    );
    let (made, wrong) = (sum(|tally| tally.made), sum(|tally| tally.wrong));
    assert_eq!(
        sum(|tally| tally.same),
        SAME.len(),
        "what is known to change nothing was noticed"
    );
    assert!(made > 250, "only {made} mutants were made");
    assert!(
        wrong * 10 < made,
        "{wrong} of {made} mutants are no policies: they prove nothing"
    );
}

/// JSON is YAML, and on lines of its own each rule keeps a place.
fn yaml(text: &Value) -> String {
    serde_json::to_string_pretty(text).unwrap()
}

/// The engine finds a rule that nobody tests.
#[test]
fn a_rule_that_no_test_meets_survives() {
    let policy = root().join("policies/examples/office/policy.yaml");
    let file = root().join("policies/examples/office/office.test.yaml");
    let mut text = read(&policy);
    text["block"].as_array_mut().unwrap().push(json!({
        "name": "unheard-of", "when": "entry.first_name == \"Nobody\""
    }));
    let negated = with(
        &text,
        &["block", "1", "when"].map(str::to_owned),
        Some(json!("!(entry.first_name == \"Nobody\")")),
    );
    let disk = |text: &Value| Disk {
        replaced: BTreeMap::from([(tidy(&policy), yaml(text))]),
    };
    let tests = [file];
    assert!(
        !is_noticed(&disk(&text), &tests),
        "the rule holds for nobody"
    );
    assert!(
        is_noticed(&disk(&negated), &tests),
        "it holds for everybody"
    );
    let gone = with(&text, &["block", "1"].map(str::to_owned), None);
    assert!(
        !is_noticed(&disk(&gone), &tests),
        "that it is gone, nobody sees"
    );
}
