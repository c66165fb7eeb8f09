//! Saved plans: shown in every format, and told whether they can be trusted.

use crate::components::JOURNAL;
use crate::support::{Folder, POLICY};

const PLAN: &str = "staff.muster-plan";

/// The synced sample with a plan of three changes.
fn planned() -> Folder {
    let folder = Folder::synced();
    folder.edit("people.csv", "+46 8 555 0101", "+46 8 555 0999");
    folder.edit("people.csv", "Mateo,Rivas", "Mateo,Rivas </script><b>x</b>");
    folder.remove_person("aiko.tanaka");
    folder
        .run(&["plan", POLICY, "--out", PLAN])
        .exits(0)
        .prints("3 changes");
    folder
}

#[test]
fn a_saved_plan_is_shown_as_it_was_planned() {
    let folder = planned();
    folder
        .run(&["plan", "show", PLAN])
        .exits(0)
        .prints("3 changes")
        .prints("aiko.tanaka")
        .prints("The seal fits");
    let saved = folder
        .run(&["plan", "show", PLAN, "--format", "json"])
        .exits(0)
        .json();
    let fresh = folder.run(&["plan", POLICY, "--format", "json"]).json();
    assert_eq!(saved["changes"], fresh["changes"]);
    assert_eq!(saved["review"]["author"], "petra");
    assert_eq!(saved["file"]["notes"][0]["tone"], "good");
    assert_eq!(saved["file"]["digest"].as_str().unwrap().len(), 64);
}

#[test]
fn a_plan_is_a_page_for_a_pull_request_and_one_for_a_browser() {
    let folder = planned();
    folder
        .run(&["plan", "show", PLAN, "--format", "markdown"])
        .exits(0)
        .prints("**3 changes: 2 update, 1 block.**")
        .prints("### What happens")
        .never_says("<b>x</b>");
    folder
        .run(&[
            "plan",
            "show",
            PLAN,
            "--format",
            "html",
            "--out",
            "plan.html",
        ])
        .exits(0)
        .tells("wrote plan.html");
    let page = folder.read("plan.html");
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(!page.contains("<b>x</b>"));
    // Without a file in between as well.
    let page = folder.run(&["plan", POLICY, "--format", "html"]).exits(0);
    assert!(page.stdout.contains("Plan for <bdi>staff</bdi>"));
    folder
        .run(&["plan", POLICY, "--format", "markdown"])
        .exits(0)
        .prints("## Plan for <code>staff</code>");
}

#[test]
fn whoever_shows_a_plan_is_told_whether_it_was_edited() {
    let folder = planned();
    let elsewhere = &["--state", "elsewhere", "plan", "show", PLAN];
    folder
        .run(elsewhere)
        .exits(0)
        .prints("3 changes")
        .prints("The seal could not be checked");
    folder.run(&["--state", "elsewhere", "account", "create", "somebody"]);
    folder.run(&["--state", "other", "sync", POLICY]).exits(0);
    folder
        .run(&["--state", "other", "plan", "show", PLAN])
        .exits(0)
        .prints("the plan is one of the state");
    folder.edit(PLAN, "\"+46 8 555 0999\"", "\"+46 8 555 0998\"");
    folder
        .run(&["plan", "show", PLAN])
        .exits(6)
        .prints("+46 8 555 0998")
        .prints("Do not trust this plan");
    folder.write(PLAN, "nothing of the kind");
    folder
        .run(&["plan", "show", PLAN])
        .exits(6)
        .tells("not a plan file");
    folder.run(&["plan", "show", "nowhere"]).exits(1);
}

#[test]
fn a_plan_needs_a_policy_or_a_command() {
    let folder = planned();
    folder.run(&["plan"]).exits(3).tells("POLICY");
    folder.run(&["plan", "show"]).exits(3).tells("FILE");
}

#[test]
fn whoever_is_held_back_stays_as_they_are_and_comes_again() {
    let folder = planned();
    folder
        .run(&["plan", "hold", PLAN, "AIKO.tanaka", "--reason", "on leave"])
        .exits(0)
        .prints("1 person held back by petra at 2026-11-23T08:00:00Z: on leave")
        .tells("2 changes are left in it");
    folder
        .run(&["plan", "show", PLAN])
        .exits(0)
        .prints("held-by-reviewer")
        .prints("aiko.tanaka [held]: taken out of this plan by petra: on leave")
        .prints("The seal fits");
    folder
        .run(&["apply", PLAN])
        .exits(5)
        .prints("staff: 2 updated (run r2)")
        .never_says("NOT SETTLED");
    assert_eq!(folder.account("aiko.tanaka")["status"], "active");
    assert_eq!(folder.changes(), ["block aiko.tanaka"]);
    folder
        .run(&["run", "show", "r2"])
        .exits(0)
        .prints("1 person held back by petra")
        .prints("aiko.tanaka");
    let run = folder
        .run(&["run", "show", "r2", "--format", "json"])
        .json();
    let hold = &run["review"]["holds"][0];
    assert_eq!(hold["people"][0]["username"], "aiko.tanaka", "{run}");
}

#[test]
fn a_hold_goes_into_another_file_if_it_is_told_so() {
    let folder = planned();
    let before = folder.read(PLAN);
    folder
        .run(&[
            "plan",
            "hold",
            PLAN,
            "aiko.tanaka",
            "--out",
            "less.muster-plan",
        ])
        .exits(0);
    assert_eq!(folder.read(PLAN), before);
    folder.run(&["apply", "less.muster-plan"]).exits(5);
    // The other one was made before that.
    folder
        .run(&["apply", PLAN])
        .exits(6)
        .tells("the state moved");
}

#[test]
fn nobody_is_held_by_mistake() {
    let folder = planned();
    let before = folder.read(PLAN);
    folder
        .run(&["plan", "hold", PLAN, "aiko.tanaca", "hanna.lind"])
        .exits(3)
        .tells("this plan changes nobody called `aiko.tanaca`; did you mean `aiko.tanaka`?");
    folder
        .run(&["plan", "hold", PLAN, "zoe.martin"])
        .exits(3)
        .tells("changes nobody called `zoe.martin`");
    assert_eq!(folder.read(PLAN), before, "nothing was written");
    folder.run(&["account", "create", "reception"]).exits(0);
    folder
        .run(&["plan", "hold", PLAN, "hanna.lind"])
        .exits(6)
        .tells("the state moved");
    folder.edit(PLAN, "+46 8 555 0999", "+46 8 555 0998");
    folder.run(&["plan", "hold", PLAN, "hanna.lind"]).exits(6);
}

#[test]
fn whoever_needs_a_name_is_held_with_the_one_who_keeps_it() {
    let folder = Folder::synced();
    folder.edit("people.csv", ",aiko.tanaka,", ",aiko.rivas,");
    folder.edit("people.csv", ",mateo.rivas,", ",aiko.tanaka,");
    folder.run(&["plan", POLICY, "--out", PLAN]).exits(0);
    folder
        .run(&["plan", "hold", PLAN, "aiko.rivas"])
        .exits(0)
        .prints("2 people held back")
        .prints("too: the username `aiko.tanaka` stays with `aiko.tanaka`, who is held");
    folder
        .run(&["apply", PLAN])
        .exits(5)
        .prints("nothing to change");
    assert_eq!(folder.account("mateo.rivas")["status"], "active");
}

#[test]
fn a_saved_plan_is_let_past_a_guard_and_that_is_kept() {
    let folder = Folder::synced();
    for username in ["aiko.tanaka", "zoe.martin", "jan.novak", "liam.oconnor"] {
        folder.remove_person(username);
    }
    folder.run(&["plan", POLICY, "--out", PLAN]).exits(4);
    folder.run(&["apply", PLAN]).exits(4);
    folder
        .run(&["plan", "override", PLAN, "rename=because"])
        .exits(3)
        .tells("does not stop this plan; these do: block.max");
    folder.run(&["plan", "override", PLAN, "block="]).exits(3);
    folder
        .run_with(
            &[("MUSTER_ACTOR", "paul")],
            &["plan", "override", PLAN, "block=the office has closed"],
        )
        .exits(0)
        .prints("goes past the guard block.max: the office has closed");
    for format in ["text", "markdown", "html", "json"] {
        let shown = folder
            .run(&["plan", "show", PLAN, "--format", format])
            .exits(0);
        assert!(shown.stdout.contains("paul"), "{format}");
        assert!(shown.stdout.contains("the office has closed"), "{format}");
    }
    folder.run(&["apply", PLAN]).exits(0);
    folder
        .run(&["run", "show", "r3"])
        .exits(0)
        .prints("past     block.max: the office has closed (paul at 2026-11-23T08:00:00Z)");
}

#[test]
fn holding_somebody_back_may_satisfy_a_guard() {
    let folder = Folder::synced();
    for username in ["aiko.tanaka", "zoe.martin", "jan.novak", "liam.oconnor"] {
        folder.remove_person(username);
    }
    folder.run(&["plan", POLICY, "--out", PLAN]).exits(4);
    folder.run(&["plan", "hold", PLAN, "zoe.martin"]).exits(0);
    folder.run(&["apply", PLAN]).exits(5).prints("3 blocked");
    assert_eq!(folder.changes(), ["block zoe.martin"]);
}

#[test]
fn the_feed_does_not_move_past_whoever_is_held_back() {
    let folder = Folder::empty();
    std::fs::copy(&*JOURNAL, folder.path("journal.wasm")).unwrap();
    let people = "1 anna anna@example.org\n2 ben ben@example.org\n3 cleo cleo@example.org\n";
    folder.write("people.log", people);
    folder.write(
        POLICY,
        "muster: 1\ndirectory: staff\nprovider:\n  plugin: ./journal.wasm\n  config: {path: people.log}\n\
         identity: {key: external_id, username: uid}\nfields: {email: mail}\nguards: {block: none}\n",
    );
    folder.accept(POLICY);
    folder.run(&["sync", POLICY]).exits(0);
    folder.write(
        "people.log",
        &format!("{people}2 benjamin ben@example.org\n3 -\n"),
    );
    for reset in [&[][..], &["--reset"]] {
        let mut plan = vec!["plan", POLICY, "--out", PLAN];
        plan.extend(reset);
        folder.run(&plan).exits(0);
        folder.run(&["plan", "hold", PLAN, "cleo"]).exits(0);
        folder.run(&["apply", PLAN]).exits(5);
        assert_eq!(folder.changes(), ["block cleo"], "{reset:?}");
    }
    assert_eq!(folder.plan()["read"]["kind"], "full", "no cursor is kept");
    folder.run(&["sync", POLICY]).exits(0);
    assert_eq!(folder.plan()["read"]["kind"], "delta");
}
