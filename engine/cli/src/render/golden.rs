//! The golden plans of `tests/golden`, as people see them: beside each
//! `plan.json` stands `plan.txt`. `MUSTER_BLESS=1` writes the texts anew.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::Palette;
use super::plan_text::{Folding, plan_text};
use muster_model::Plan;
use std::path::Path;
use std::{env, fs};

#[test]
fn golden_plans_read_well() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let mut cases = 0;
    let mut faults = Vec::new();
    for case in fs::read_dir(folder).unwrap() {
        let case = case.unwrap().path();
        let json = fs::read(case.join("plan.json")).unwrap();
        let plan: Plan = serde_json::from_slice(&json).unwrap();
        let found = plan_text(&plan, Folding::Alike, Palette::Plain);
        let file = case.join("plan.txt");
        if env::var_os("MUSTER_BLESS").is_some() {
            fs::write(&file, &found).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if expected != found {
            let name = file.display();
            faults.push(format!("{name}\nexpected:\n{expected}\nfound:\n{found}"));
        }
        cases += 1;
    }
    assert!(cases >= 35, "only {cases} cases were found");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
