//! `muster apply`, killed at random instants: all or nothing, and the same plan
//! goes through afterwards, once.
//!
//! `MUSTER_CRASHES` asks for another number of kills than the usual 50.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

use muster_store::{Opening, SledStore};
use muster_tests::Muster;
use muster_tests::program::end_now;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::process::{Command, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant, SystemTime};

const CRASHES: u32 = 50;
const PEOPLE: u64 = 700;
/// Intranets side by side, which share the kills: each kill is checked against the
/// whole audit so far, which grows.
const INTRANETS: u32 = 2;
/// After so many kills in vain, a plan is let through.
const IN_VAIN: u32 = 6;

const POLICY: &str = "\
muster: 1
directory: staff
provider:
  plugin: csv
  config: {path: people.csv, id: id, status: status, end_marker: \"#END\"}
identity: {key: external_id, username: username}
fields: {email: email, generation: generation}
guards:
  block: {max: 2000, max_percent: 100}
  create: {max: 2000}
  rename: {max: 2000}
";

/// Everybody, in the generation `number`: with each, everybody has another value
/// and another username, and another tenth is suspended.
fn people(number: u64) -> String {
    let mut csv = "id,username,email,generation,status\n".to_owned();
    for id in 0..PEOPLE {
        let name = (id + number) % PEOPLE;
        let status = if number > 1 && id % 10 == number % 10 {
            "suspended"
        } else {
            "active"
        };
        writeln!(
            csv,
            "e{id},user{name},user{name}@example.org,{number},{status}"
        )
        .unwrap();
    }
    csv + "#END\n"
}

/// What the state holds, from its own export.
#[derive(Debug, PartialEq)]
struct Held {
    generation: u64,
    applied: u64,
    audit: u64,
}

/// Demands that the state holds one whole generation.
fn held(muster: &Muster) -> Held {
    muster.run(&["state", "check"]).ok().says("all is well");
    let export = muster.run(&["state", "export"]).ok();
    let mut generations = Vec::new();
    let mut held = Held {
        generation: 0,
        applied: 0,
        audit: 0,
    };
    for line in export.stdout().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if let Some(account) = line.get("account") {
            let generation = account["fields"]["generation"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap();
            let id: u64 = account["external_id"].as_str().unwrap()[1..]
                .parse()
                .unwrap();
            let name = format!("user{}", (id + generation) % PEOPLE);
            assert_eq!(account["username"], *name, "{account}");
            let suspended = generation > 1 && id % 10 == generation % 10;
            let status = if suspended { "blocked" } else { "active" };
            assert_eq!(account["status"], status, "{account}");
            generations.push(generation);
        } else if let Some(run) = line.get("run") {
            held.applied += u64::from(run["outcome"] == "applied");
        } else if line.get("audit").is_some() {
            held.audit += 1;
        }
    }
    generations.dedup();
    assert!(generations.len() <= 1, "a mixture of {generations:?}");
    held.generation = generations.first().copied().unwrap_or(0);
    assert_eq!(held.applied, held.generation, "each apply is recorded once");
    assert!(
        held.audit >= held.generation * PEOPLE,
        "each change is recorded"
    );
    held
}

fn random(below: u128) -> Duration {
    let number = std::hash::RandomState::new().build_hasher().finish();
    Duration::from_nanos(u64::try_from(u128::from(number) % below.max(1)).unwrap())
}

/// When a process is killed.
#[derive(Clone, Copy)]
enum Moment {
    /// At any instant of the whole command.
    Any,
    /// Soon after it has begun to write what it commits.
    Writing,
}

/// When any file of the database was last written.
fn written(muster: &Muster) -> Option<SystemTime> {
    let slabs = fs::read_dir(muster.folder().join(".muster/db/slabs")).unwrap();
    slabs
        .map(|file| file.unwrap().metadata().unwrap().modified().unwrap())
        .max()
}

/// Kills the command; returns false if it was done before.
fn kill(mut command: Command, muster: &Muster, moment: Moment, span: Duration) -> bool {
    let before = written(muster);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    match moment {
        Moment::Any => sleep(random(span.as_nanos())),
        Moment::Writing => {
            let start = Instant::now();
            while written(muster) == before && start.elapsed() < 10 * span {
                sleep(Duration::from_micros(100));
            }
            sleep(random(span.as_nanos() / 20));
        }
    }
    let done = child.try_wait().unwrap().is_some();
    end_now(&mut child);
    !done
}

#[test]
fn an_apply_that_is_killed_is_done_or_not_begun() {
    let crashes = std::env::var("MUSTER_CRASHES").map_or(CRASHES, |n| n.parse().unwrap());
    thread::scope(|scope| {
        for _ in 0..INTRANETS {
            scope.spawn(|| killed_again_and_again(crashes.div_ceil(INTRANETS)));
        }
    });
}

fn killed_again_and_again(crashes: u32) {
    let muster = Muster::new();
    muster.write("policy.yaml", POLICY);
    let plan = |generation: u64| {
        muster.write("people.csv", &people(generation));
        muster
            .run(&["plan", "policy.yaml", "--out", "next.muster-plan"])
            .ok();
    };
    plan(1);
    let start = Instant::now();
    muster.run(&["apply", "next.muster-plan"]).ok();
    let span = start.elapsed() * 11 / 10;

    let mut before = held(&muster);
    assert_eq!(before.generation, 1);
    plan(2);
    let (mut kills, mut landed, mut in_vain) = (0, 0, 0);
    while kills < crashes {
        let moment = if kills % 2 == 0 {
            Moment::Any
        } else {
            Moment::Writing
        };
        let killed = kill(
            muster.command(&["apply", "next.muster-plan"]),
            &muster,
            moment,
            span,
        );
        kills += u32::from(killed);
        let mut after = held(&muster);
        if after.generation == before.generation {
            assert!(killed, "an apply that ended by itself was done");
            assert_eq!(after, before, "nothing has happened at all");
            in_vain += 1;
            if in_vain < IN_VAIN {
                continue;
            }
            muster.run(&["apply", "next.muster-plan"]).ok();
            after = held(&muster);
        } else {
            landed += u32::from(killed);
            muster.run(&["apply", "next.muster-plan"]).exits(6);
            assert_eq!(held(&muster), after, "a plan applies once");
        }
        assert_eq!(after.generation, before.generation + 1);
        before = after;
        in_vain = 0;
        plan(before.generation + 1);
    }
    assert!(landed < crashes, "all kills came too late");
    println!("{kills} kills, {landed} of them after the commit; an apply takes {span:?}");
    muster.run(&["sync", "policy.yaml"]).ok();
    assert_eq!(held(&muster).generation, before.generation + 1);
    muster.run(&["plan", "policy.yaml", "--exit-code"]).exits(0);
}

#[test]
fn a_second_process_is_told_who_is_first() {
    let muster = Muster::new();
    muster.write("policy.yaml", POLICY);
    muster.write("people.csv", &people(1));
    muster.run(&["sync", "policy.yaml"]).ok();
    let state = muster.folder().join(".muster");
    let first = SledStore::open_existing(&state, &Opening::by("muster serve")).unwrap();
    let holder = format!("process {} (`muster serve`", std::process::id());
    for command in [
        ["sync", "policy.yaml"],
        ["plan", "policy.yaml"],
        ["account", "list"],
    ] {
        muster
            .run(&command)
            .exits(1)
            .says(&holder)
            .says("try again");
    }
    drop(first);
    muster.run(&["plan", "policy.yaml", "--exit-code"]).exits(0);
}
