//! Why one person is treated as they are.

use crate::support::{Folder, POLICY};

#[test]
fn each_step_says_what_it_rests_on() {
    let folder = Folder::sample();
    folder
        .run(&["explain", POLICY, "zoe.martin"])
        .exits(0)
        .prints("`zoe.martin` gets a new account, a8: new in scope.")
        .prints("✓ the source has them: active")
        .prints("✓ they are in `intranet`, and `where` is true of them  policy.yaml:15")
        .prints("true   kind = \"person\"")
        .prints("no account of the directory has the external_id `1004`: they are new")
        .prints("first_name = \"Zoë\", surname = \"Martin\" → expr \"Zoë Martin\"")
        .prints("✓ an account is made");
    assert!(!folder.path(".muster").exists(), "nothing was made");
}

#[test]
fn whoever_is_not_synced_is_told_why() {
    let folder = Folder::sample();
    folder
        .run(&["explain", POLICY, "backup.robot"])
        .exits(0)
        .prints(
            "is not synced: `where` is false: entry.kind != \"service\" (`kind` is \"service\")",
        )
        .prints("policy.yaml:17");
    folder
        .run(&["explain", POLICY, "oskar.berg"])
        .exits(0)
        .prints("is not synced: suspended at the source");
    folder
        .run(&["explain", POLICY, "tom.weber"])
        .exits(0)
        .prints("rule `contract-ended` holds")
        .prints("true   timestamp(entry.contract_end) < now");
}

#[test]
fn a_person_has_many_names() {
    let folder = Folder::sample();
    folder.run(&["apply", POLICY, "--yes"]).exits(0);
    for name in ["ZOE.MARTIN", "1004", "zoe.martin@example.org", "a8"] {
        let json = folder
            .run(&["explain", POLICY, name, "--format", "json"])
            .exits(0)
            .json();
        assert_eq!(json["format"], "muster.explanation/1");
        assert_eq!(json["person"]["username"], "zoe.martin", "{name}");
        assert_eq!(json["person"]["external_id"], "1004", "{name}");
        assert_eq!(json["person"]["account_id"], "a8", "{name}");
        assert_eq!(json["outcome"]["kind"], "unchanged", "{name}");
        assert_eq!(json["scope"]["verdict"], "in", "{name}");
        assert_eq!(json["match"]["verdict"], "account", "{name}");
    }
}

#[test]
fn nobody_and_more_than_one() {
    let folder = Folder::sample();
    folder
        .run(&["explain", POLICY, "zoe.martn"])
        .exits(1)
        .tells("nobody goes by `zoe.martn`")
        .tells("did you mean `zoe.martin`?");
    let people = folder.read("people.csv");
    folder.write(
        "people.csv",
        &people.replace("aiko.tanaka@example.org", "mateo.rivas@example.org"),
    );
    folder
        .run(&["explain", POLICY, "mateo.rivas@example.org"])
        .exits(3)
        .tells("may be more than one person")
        .tells("muster explain policy.yaml 1002")
        .tells("muster explain policy.yaml 1003");
    let json = folder
        .run(&[
            "explain",
            POLICY,
            "mateo.rivas@example.org",
            "--format",
            "json",
        ])
        .exits(3)
        .json();
    assert_eq!(json["candidates"].as_array().unwrap().len(), 2);
}

#[test]
fn the_last_read_explains_without_the_source() {
    let folder = Folder::sample();
    folder
        .run(&["explain", POLICY, "zoe.martin", "--offline"])
        .exits(1)
        .tells("no read of the directory `staff` was kept")
        .tells("muster snapshot record policy.yaml");
    folder.run(&["snapshot", "record", POLICY]).exits(0);
    std::fs::remove_file(folder.path("people.csv")).unwrap();
    folder
        .run(&["explain", POLICY, "zoe.martin"])
        .exits(1)
        .tells("nothing can be explained")
        .tells("--offline");
    let file = ".muster/snapshots/staff.snapshot";
    for arguments in [&["--offline"][..], &["--snapshot", file][..]] {
        let call = [&["explain", POLICY, "zoe.martin"][..], arguments].concat();
        folder
            .run(&call)
            .exits(0)
            .prints("gets a new account, a8")
            .prints("✓ the snapshot of 2026-11-23 has them: active");
    }
}

#[test]
fn somebody_blocked_learns_by_whom_and_until_when() {
    let folder = Folder::sample();
    folder.run(&["apply", POLICY, "--yes"]).exits(0);
    folder.run(&["account", "block", "zoe.martin"]).exits(0);
    folder
        .run(&["explain", POLICY, "zoe.martin"])
        .exits(0)
        .prints("The account a8 `zoe.martin` is blocked and stays so: manual, set by")
        .prints("no sync undoes it; an administrator may: `muster account unblock zoe.martin`");
}

#[test]
fn who_lacks_a_group_is_told_which() {
    let folder = Folder::sample();
    folder
        .run(&["explain", POLICY, "ines.costa"])
        .exits(0)
        .prints("`ines.costa` is not synced: they are not in `intranet`.")
        .prints("✓ the source has them beyond what the policy asks for: active")
        .prints("at the source: they are in `intranet`")
        .prints("→ `ines.costa` gets a new account");
}

#[test]
fn what_would_change_it_was_tried_out() {
    let folder = Folder::sample();
    folder
        .run(&["explain", POLICY, "backup.robot"])
        .exits(0)
        .prints("What would change it")
        .prints("at the source: `kind` is \"person\", not \"service\"  policy.yaml:17")
        .prints("in the policy: there is no `where`")
        .prints("→ `backup.robot` gets a new account");
    let json = folder
        .run(&["explain", POLICY, "oskar.berg", "--format", "json"])
        .exits(0)
        .json();
    let first = &json["would_change"][0];
    assert_eq!(first["edits"][0]["edit"]["kind"], "status");
    assert_eq!(first["edits"][0]["edit"]["to"], "active");
    assert_eq!(first["kind"], "created");
    assert_eq!(first["changes"][0]["action"], "create");
}

#[test]
fn a_run_of_the_past_is_explained_from_what_was_kept_of_it() {
    let folder = Folder::sample();
    folder.run(&["apply", POLICY, "--yes"]).exits(0);
    folder.remove_person("zoe.martin");
    folder.run(&["apply", POLICY, "--yes"]).exits(0);
    folder.run(&["account", "unblock", "zoe.martin"]).exits(0);
    folder
        .run(&["account", "edit", "mateo.rivas", "start_page=Home"])
        .exits(0);
    std::fs::remove_file(folder.path("people.csv")).unwrap();
    folder
        .run(&["explain", POLICY, "zoe.martin", "--run", "r1"])
        .exits(0)
        .prints("`zoe.martin` gets a new account")
        .prints("the read of run r1 (2026-11-23) has them: active")
        .never_says("not known any more");
    folder
        .run(&["explain", POLICY, "zoe.martin", "--run", "r2"])
        .exits(0)
        .prints("The account a8 `zoe.martin` will be blocked: no longer in the syncing groups")
        .never_says("not known any more");
    let json = folder
        .run(&[
            "explain",
            POLICY,
            "mateo.rivas",
            "--run",
            "r2",
            "--format",
            "json",
        ])
        .exits(0)
        .json();
    assert_eq!(json["outcome"]["kind"], "unchanged");
    assert_eq!(json["read"]["origin"]["run"], "r2");
    // What administrators did has no read.
    folder
        .run(&["explain", POLICY, "zoe.martin", "--run", "r3"])
        .exits(0)
        .prints("Run r3: unblock `zoe.martin`: unblocked by an administrator.")
        .prints("not known any more: what the source delivered");
    folder
        .run(&["explain", POLICY, "zoe.martin", "--run", "r99"])
        .exits(1)
        .tells("there is no run `r99`");
    std::fs::remove_dir_all(folder.path(".muster/archive")).unwrap();
    folder
        .run(&["explain", POLICY, "zoe.martin", "--run", "r2"])
        .exits(0)
        .prints("Run r2: block `zoe.martin`")
        .prints("not known any more");
    folder
        .run(&["explain", POLICY, "mateo.rivas", "--run", "r2"])
        .exits(1)
        .tells("what it read was not kept");
}

/// What the reference shows is what the program prints.
#[test]
fn the_example_of_the_reference_is_real() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/README.md");
    let text = std::fs::read_to_string(file).unwrap();
    let call = "$ muster explain policy.yaml backup.robot\n";
    let (_, rest) = text.split_once(call).expect("the example");
    let (shown, _) = rest.split_once("```").expect("its end");
    let folder = Folder::sample();
    let printed = folder.run(&["explain", POLICY, "backup.robot"]).exits(0);
    assert_eq!(printed.stdout, shown);
}

/// And so is what the tour shows.
#[test]
fn the_tour_is_real() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let text = std::fs::read_to_string(file).unwrap();
    let call = "$ muster explain policy.yaml backup.robot | grep -v '^            '\n";
    let (_, rest) = text.split_once(call).expect("the example");
    let (shown, _) = rest.split_once("```").expect("its end");
    let mut folder = Folder::sample();
    folder.at("2026-11-23T09:00:00Z");
    folder.run(&["apply", POLICY, "--yes"]).exits(0);
    let printed = folder.run(&["explain", POLICY, "backup.robot"]).exits(0);
    let lines = printed.stdout.lines();
    let kept = lines.filter(|line| !line.starts_with("            "));
    let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
    assert_eq!(kept, shown);
}

#[test]
fn plans_and_accounts_point_to_it() {
    let folder = Folder::sample();
    folder.run(&["apply", POLICY, "--yes"]).exits(0);
    folder.remove_person("zoe.martin");
    folder
        .run(&["plan", POLICY])
        .exits(0)
        .tells("why somebody is held or blocked: muster explain policy.yaml zoe.martin");
    folder.run(&["apply", POLICY, "--yes"]).exits(0);
    folder
        .run(&["account", "show", "zoe.martin"])
        .exits(0)
        .prints("why          muster explain policy.yaml zoe.martin");
}

#[test]
fn a_guard_that_stops_the_plan_is_named() {
    let folder = Folder::sample();
    folder.run(&["apply", POLICY, "--yes"]).exits(0);
    for name in ["zoe.martin", "mateo.rivas", "aiko.tanaka", "priya.nair"] {
        folder.remove_person(name);
    }
    folder
        .run(&["explain", POLICY, "zoe.martin"])
        .exits(0)
        .prints("will be blocked")
        .prints("But the plan is stopped by the guard `block.max` (4, the limit is 3)")
        .prints("for this plan: the guard `block.max` is overridden, with a reason")
        .prints("--override 'block.max=WHY'");
}

#[test]
fn a_partial_read_is_told_apart() {
    let folder = Folder::sample();
    folder.run(&["apply", POLICY, "--yes"]).exits(0);
    folder.remove_person("zoe.martin");
    folder.edit("people.csv", "#END\n", "");
    folder
        .run(&["explain", POLICY, "zoe.martin"])
        .exits(5)
        .prints("is active and stays as it is: they were not delivered, and the read is partial")
        .prints("at the source: the read is complete, and they are not in it");
}

#[test]
fn sensitive_values_are_masked() {
    let folder = Folder::sample();
    folder.edit(
        "policy.yaml",
        "  phone: {from: phone,",
        "  phone: {from: phone, sensitive: true,",
    );
    folder
        .run(&["explain", POLICY, "mateo.rivas"])
        .exits(0)
        .never_says("0102");
    folder
        .run(&["explain", POLICY, "mateo.rivas", "--format", "json"])
        .exits(0)
        .never_says("0102");
    folder
        .run(&["explain", POLICY, "mateo.rivas", "--reveal"])
        .exits(0)
        .prints("+46 8 555 0102");
}

#[test]
fn a_policy_under_version_control_has_its_commit() {
    let folder = Folder::sample();
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.current_dir(folder.path("")).args(arguments);
        command.output().is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "--quiet"]) {
        return;
    }
    assert!(git(&["add", "policy.yaml"]));
    let who = ["-c", "user.name=a", "-c", "user.email=a@x"];
    assert!(git(
        &[&who[..], &["commit", "--quiet", "-m", "policy"]].concat()
    ));
    folder
        .run(&["explain", POLICY, "zoe.martin"])
        .exits(0)
        .prints("policy.yaml, commit ");
    folder.edit("policy.yaml", "max: 3}        #", "max: 4}        #");
    folder
        .run(&["explain", POLICY, "zoe.martin"])
        .exits(0)
        .prints("policy.yaml, edited since ");
}
