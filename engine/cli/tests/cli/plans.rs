//! Plans: made, shown, kept in files, applied once or refused.

use crate::support::{Folder, POLICY};
use serde_json::json;

const PLAN: &str = "staff.muster-plan";

/// The sample with a plan file.
fn planned() -> Folder {
    let folder = Folder::sample();
    folder
        .run(&["plan", POLICY, "--out", PLAN])
        .exits(0)
        .prints("8 changes")
        .tells("muster apply staff.muster-plan");
    folder
}

#[test]
fn a_plan_file_is_applied_exactly_and_once() {
    let folder = planned();
    // Whoever comes later is not in this plan.
    folder.edit(
        "people.csv",
        "1010,ines.costa,Inês,Costa,ines.costa@example.org,Sales,+46 8 555 0110,active,partners",
        "1010,ines.costa,Inês,Costa,ines.costa@example.org,Sales,+46 8 555 0110,active,intranet",
    );
    folder
        .run(&["apply", PLAN])
        .exits(0)
        .prints("staff: 8 created (run r1)");
    assert_eq!(folder.listed(&[]).len(), 8);
    folder
        .run(&["apply", PLAN])
        .exits(6)
        .tells("already applied");
    assert_eq!(folder.changes(), ["create ines.costa"]);
}

#[test]
fn an_edited_plan_file_is_refused() {
    let folder = planned();
    folder.edit(PLAN, "\"Zoë\"", "\"Zoe\"");
    folder
        .run(&["apply", PLAN])
        .exits(6)
        .tells("edited after it was made");
    folder.write(PLAN, "");
    folder.run(&["apply", PLAN]).exits(6);
    folder.write(PLAN, "{}");
    folder.run(&["apply", PLAN]).exits(6);
    assert!(folder.listed(&[]).is_empty());
}

#[test]
fn a_plan_is_stale_when_the_state_has_moved() {
    let folder = planned();
    folder.run(&["account", "create", "reception"]).exits(0);
    folder
        .run(&["apply", PLAN])
        .exits(6)
        .tells("the state moved")
        .tells("muster plan policy.yaml");
    assert_eq!(folder.listed(&[]), ["reception"]);
}

#[test]
fn a_plan_is_stale_when_its_policy_has_changed_or_is_gone() {
    let folder = planned();
    folder.edit(POLICY, "max: 3}        # more", "max: 4} # more");
    folder
        .run(&["apply", PLAN])
        .exits(6)
        .tells("the policy `policy.yaml` was changed");
    folder.edit(POLICY, "fields:", "feilds:");
    folder.run(&["apply", PLAN]).exits(6).tells("stale");
    std::fs::remove_file(folder.path(POLICY)).unwrap();
    folder.run(&["apply", PLAN]).exits(6).tells("stale");
    assert!(folder.listed(&[]).is_empty());
}

#[test]
fn a_plan_expires() {
    let mut folder = Folder::sample();
    folder
        .run(&["plan", POLICY, "--out", PLAN, "--expires", "90m"])
        .exits(0)
        .prints("to be applied until 2026-11-23T09:30:00Z");
    folder.at("2026-11-23T09:30:01Z");
    folder
        .run(&["apply", PLAN])
        .exits(6)
        .tells("expired at 2026-11-23T09:30:00Z");
    folder.at("2026-11-23T09:29:59Z");
    folder.run(&["apply", PLAN]).exits(0);
    for odd in ["0s", "-1h", "soon"] {
        let expires = format!("--expires={odd}");
        folder.run(&["plan", POLICY, &expires]).exits(3);
    }
    folder
        .run(&["plan", POLICY, "--expires", "2d", "--format", "json"])
        .exits(0)
        .prints("2026-11-25T09:29:59Z");
}

#[test]
fn a_plan_of_another_state_is_refused() {
    let folder = planned();
    folder
        .run(&["--state", "other", "account", "create", "reception"])
        .exits(0);
    folder
        .run(&["--state", "other", "apply", PLAN])
        .exits(6)
        .tells("another state folder");
}

#[test]
fn a_plan_file_goes_where_it_is_told_or_nowhere() {
    let folder = Folder::sample();
    folder
        .run(&["plan", POLICY, "--out", "no/such/folder/plan"])
        .exits(1)
        .tells("no/such/folder/plan");
    folder.run(&["apply", "nothing.muster-plan"]).exits(1);
}

#[test]
fn a_guard_stops_a_plan_and_an_override_is_kept() {
    let folder = Folder::synced();
    for username in ["aiko.tanaka", "zoe.martin", "jan.novak", "liam.oconnor"] {
        folder.remove_person(username);
    }
    folder
        .run(&["plan", POLICY])
        .exits(4)
        .prints("Stopped by the guard block.max: 4, the limit is 3")
        .prints("muster plan policy.yaml --override 'block.max=REASON'");
    for command in [&["apply", POLICY, "--yes"][..], &["sync", POLICY]] {
        folder.run(command).exits(4).tells("block.max");
    }
    assert!(folder.listed(&["--status", "blocked"]).is_empty());
    let runs = folder.run(&["run", "list", "--format", "json"]).json();
    assert_eq!(runs[2]["outcome"], "stopped");
    assert_eq!(runs[2]["summary"]["block"], 0);

    let past = "block.max=the Research team has left";
    folder
        .run(&["plan", POLICY, "--override", past, "--out", PLAN])
        .exits(0)
        .prints("Goes past the guard block.max");
    folder.run(&["apply", PLAN]).exits(0).prints("4 blocked");
    let runs = folder.run(&["run", "list", "--format", "json"]).json();
    assert_eq!(
        runs[3]["overrides"],
        json!({"block.max": "the Research team has left"})
    );
}

#[test]
fn an_override_needs_a_known_guard_and_a_reason() {
    let folder = Folder::sample();
    for wrong in ["block.max", "block.max=", "blcok.max=why"] {
        folder.run(&["plan", POLICY, "--override", wrong]).exits(3);
    }
}

#[test]
fn pending_changes_have_an_exit_code_of_their_own() {
    let folder = Folder::sample();
    folder.run(&["plan", POLICY, "--exit-code"]).exits(2);
    folder.run(&["plan", POLICY]).exits(0);
    folder.run(&["sync", POLICY]).exits(0);
    folder.run(&["plan", POLICY, "--exit-code"]).exits(0);
    folder.edit("people.csv", "\n#END", "");
    folder.run(&["plan", POLICY, "--exit-code"]).exits(5);
}

#[test]
fn a_plan_for_one_person_is_about_that_person_only() {
    let folder = Folder::sample();
    let plan = folder
        .run(&["plan", POLICY, "--only", "ZOE.martin", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(plan["changes"].as_array().unwrap().len(), 1);
    assert_eq!(plan["changes"][0]["username"], "zoe.martin");
}

#[test]
fn the_json_of_a_plan_has_its_stable_names() {
    let folder = Folder::synced();
    folder.edit("people.csv", "zoe.martin@example.org", "zoe@example.org");
    let plan = folder.plan();
    assert_eq!(plan["format"], "muster.plan/1");
    assert_eq!(plan["directory"], "staff");
    assert_eq!(plan["summary"]["update"], 1);
    assert_eq!(plan["summary"]["block"], 0);
    assert_eq!(plan["coverage"]["kind"], "complete");
    assert_eq!(plan["licences"], json!(null));
    let change = &plan["changes"][0];
    assert_eq!(change["action"], "update");
    assert_eq!(change["username"], "zoe.martin");
    assert_eq!(change["external_id"], "1004");
    assert!(change["account_id"].is_string());
    assert_eq!(change["reason"]["code"], "changed-at-source");
    assert_eq!(change["reason"]["policy"]["file"], POLICY);
    assert!(change["reason"]["policy"]["line"].is_u64());
    let field = &change["fields"][0];
    assert_eq!(field["name"], "email");
    assert_eq!(field["old"], "zoe.martin@example.org");
    assert_eq!(field["new"], "zoe@example.org");
    assert_eq!(field["cause"], "source");
    let finding = &plan["findings"][0];
    assert_eq!(finding["code"], "skipped");
    assert!(finding["text"].is_string() && finding["username"].is_string());
    let guard = &plan["guards"][0];
    for name in ["name", "limit", "value", "tripped"] {
        assert!(!guard[name].is_null(), "{name}: {guard}");
    }
    for name in [
        "policy",
        "snapshot",
        "state",
        "state_version",
        "plugin",
        "expires",
    ] {
        assert!(plan["bindings"][name].is_string(), "{name}");
    }
}

#[test]
fn the_same_plan_has_the_same_bytes() {
    let folder = Folder::sample();
    let one = folder.run(&["plan", POLICY, "--format", "json"]);
    let two = folder.run(&["plan", POLICY, "--format", "json"]);
    assert_eq!(one.stdout, two.stdout);
}

#[test]
fn a_broken_record_holds_its_person_and_nobody_else() {
    let folder = Folder::synced();
    folder.edit(
        "people.csv",
        "1004,zoe.martin,Zoë,Martin,zoe.martin@example.org,Sales,,active,intranet,person,",
        "1004,zoe.martin,Zoë",
    );
    folder.edit(
        "people.csv",
        "Rivas,mateo.rivas@example.org,Finance",
        "Rivas,mateo.rivas@example.org,Sales",
    );
    folder
        .run(&["sync", POLICY])
        .exits(5)
        .prints("1 updated")
        .tells("1 person was held back");
    assert_eq!(folder.account("zoe.martin")["status"], "active");
    assert_eq!(
        folder.account("mateo.rivas")["fields"]["department"],
        "Sales"
    );
}

#[test]
fn a_source_that_cannot_be_read_changes_nothing_and_is_recorded() {
    let folder = Folder::synced();
    let before = folder.listed(&["--status", "active"]);
    std::fs::remove_file(folder.path("people.csv")).unwrap();
    folder
        .run(&["sync", POLICY])
        .exits(1)
        .tells("could not be read; nothing was changed, nobody is blocked")
        .tells("people.csv")
        .tells("--online");
    folder.run(&["plan", POLICY]).exits(1);
    assert_eq!(folder.listed(&["--status", "active"]), before);
    let runs = folder.run(&["run", "list", "--format", "json"]).json();
    assert_eq!(runs.as_array().unwrap().len(), 2, "a preview is no run");
    assert_eq!(runs[1]["outcome"], "failed");
    assert!(runs[1]["text"].as_str().unwrap().contains("people.csv"));
}

#[test]
fn without_a_terminal_nothing_is_applied_without_yes() {
    let folder = Folder::sample();
    folder
        .run(&["apply", POLICY])
        .exits(3)
        .prints("+ create  hanna.lind")
        .tells("--yes");
    assert!(folder.listed(&[]).is_empty());
}

/// A second directory beside the sample's.
fn guests(folder: &Folder) {
    let policy = folder
        .read(POLICY)
        .replace("directory: staff  ", "directory: guests ")
        .replace("people.csv\n", "guests.csv\n");
    folder.write("guests.yaml", &policy);
    let header = folder.read("people.csv").lines().next().unwrap().to_owned();
    let people = "1,gina.guest,Gina,Guest,g@example.com,,,active,intranet,person,\n#END\n";
    folder.write("guests.csv", &format!("{header}\n{people}"));
}

#[test]
fn one_directory_that_fails_does_not_stop_the_others() {
    let folder = Folder::sample();
    guests(&folder);
    std::fs::remove_file(folder.path("people.csv")).unwrap();
    folder
        .run(&["sync", POLICY, "guests.yaml"])
        .exits(1)
        .prints("guests: 1 created");
    assert_eq!(folder.listed(&[]), ["gina.guest"]);
    assert_eq!(folder.listed(&["--directory", "guests"]), ["gina.guest"]);
    assert!(folder.listed(&["--directory", "staff"]).is_empty());
}

#[test]
fn policies_are_all_checked_before_anything_is_done() {
    let folder = Folder::sample();
    guests(&folder);
    folder.edit("guests.yaml", "fields:", "feilds:");
    folder.run(&["sync", POLICY, "guests.yaml"]).exits(3);
    folder
        .run(&["sync", POLICY, POLICY])
        .exits(3)
        .tells("both about the directory `staff`");
    assert!(!folder.path(".muster").exists());
}
