//! A snapshot that can be shown to others.

use crate::support::{Folder, POLICY};
use serde_json::Value;
use std::collections::BTreeMap;

const OUT: &str = "staff.snapshot";

fn recorded(folder: &Folder, more: &[&str]) -> Value {
    let mut arguments = vec!["snapshot", "record", POLICY, "--pseudonyms", "--out", OUT];
    arguments.extend_from_slice(more);
    folder
        .run(&arguments)
        .exits(0)
        .tells("11 people of `staff`; under pseudonyms");
    let shown = folder.run(&["snapshot", "show", OUT, "--all", "--format", "json"]);
    shown.exits(0).json()
}

/// Attribute and value of everybody, in the order of identifiers.
fn values(snapshot: &Value) -> Vec<BTreeMap<String, Vec<String>>> {
    let records = snapshot["records"].as_array().unwrap();
    let of = |record: &Value| serde_json::from_value(record["entry"]["attributes"].clone());
    records.iter().map(|record| of(record).unwrap()).collect()
}

#[test]
fn no_value_of_a_person_survives() {
    let folder = Folder::synced();
    let shown = recorded(&folder, &["--accounts", "accounts.jsonl"]);
    let (text, accounts) = (shown.to_string(), folder.read("accounts.jsonl"));
    for line in folder.read("people.csv").lines().skip(1) {
        if line.starts_with('#') {
            continue;
        }
        for (column, value) in line.split(',').enumerate() {
            // Status, groups and the kind of account: words of the policy, and no person's.
            let value = value.trim_matches('"');
            if value.len() < 2 || matches!(column, 7..=9) {
                continue;
            }
            let pieces = value.split(|c: char| !c.is_alphanumeric());
            // A day is replaced as a whole: its year may be that of another one. The
            // policy itself names the administrator whom it protects.
            let is_personal = |piece: &&str| {
                piece.len() > 3
                    && !(value.len() == 10 && value.contains('-'))
                    && !["hanna", "lind"].contains(&piece.to_lowercase().as_str())
            };
            for piece in pieces.filter(is_personal) {
                assert!(!text.contains(piece), "`{piece}` is in the snapshot");
                assert!(!accounts.contains(piece), "`{piece}` is among the accounts");
            }
        }
    }
    assert_eq!(shown["header"]["people"], "pseudonyms");
    assert_eq!(shown["header"]["cursor"], Value::Null);
    folder
        .run(&["snapshot", "show", OUT])
        .exits(0)
        .prints("under pseudonyms");
}

#[test]
fn structure_is_kept_and_so_is_what_somebody_names() {
    let folder = Folder::sample();
    let shown = recorded(&folder, &["--keep", "department"]);
    let people = values(&shown);
    for person in &people {
        let one = |name: &str| person.get(name).map(|values| values[0].clone());
        let (Some(first), Some(mail)) = (one("first_name"), one("email")) else {
            continue;
        };
        let local = mail.split('@').next().unwrap();
        assert_eq!(Some(local), one("username").as_deref());
        // The umlaut of `Zoë` stands on the letter that her username has.
        let umlauts = first.to_lowercase().replace('ä', "a").replace('ë', "e");
        let umlauts = umlauts
            .replace('ï', "i")
            .replace('ö', "o")
            .replace('ü', "u");
        assert_eq!(local.split('.').next().unwrap(), umlauts, "{person:?}");
    }
    let departments: Vec<&str> = people
        .iter()
        .filter_map(|person| Some(person.get("department")?[0].as_str()))
        .collect();
    assert!(departments.contains(&"Finance") && departments.contains(&"IT"));
    let services = people
        .iter()
        .filter(|person| person["kind"][0] == "service");
    assert_eq!(services.count(), 1, "the policy compares with that word");

    folder
        .run(&[
            "snapshot",
            "record",
            POLICY,
            "--pseudonyms",
            "--keep",
            "departmnt",
        ])
        .exits(3)
        .tells("neither an attribute that the policy reads nor a field")
        .tells("did you mean `department`?");
}

#[test]
fn the_same_person_has_the_same_pseudonym_each_time() {
    let folder = Folder::synced();
    let first = recorded(&folder, &[]);
    let again = recorded(&folder, &[]);
    assert_eq!(values(&first), values(&again));

    // From what the last run has read, without asking the source.
    let kept = std::fs::read_dir(folder.path(".muster/archive/reads")).unwrap();
    let kept = kept.flatten().next().unwrap().path();
    std::fs::remove_file(folder.path("people.csv")).unwrap();
    let from = recorded(&folder, &["--from", kept.to_str().unwrap()]);
    assert_eq!(values(&first), values(&from));
    folder
        .run(&["snapshot", "record", POLICY, "--pseudonyms", "--from", OUT])
        .exits(3)
        .tells("has pseudonyms already");

    // Another state has another key.
    let other = Folder::sample();
    assert_ne!(values(&first), values(&recorded(&other, &[])));
}
