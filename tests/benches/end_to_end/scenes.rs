//! What is measured.

use crate::measure::{Series, once};
use crate::report::Report;
use muster_tests::crowd::{self, ATTRIBUTES, GROUP};
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::program::find;
use muster_tests::slapd::{PASSWORD, Reader};
use muster_tests::tree::{SUFFIX, group_dn};
use muster_tests::{Muster, Policy, Slapd};
use std::fmt::Write;
use std::process::Command;

/// `muster` beside `ldapsearch`, on a server with this many people in one group.
pub fn ldap(report: &mut Report, people: usize, rounds: usize) {
    eprintln!("loading {people} people");
    let server = crowd::serve(people);
    let policy = policy(&server);
    let (first_plan, first_sync) = first_applies(&policy, rounds.min(3));
    let intranet = Intranet::synced(&policy);
    intranet.is_settled();
    let followed = Intranet::synced(&policy.set("feed", "syncrepl"));
    assert_eq!(followed.plan().coverage(), ("delta", None));
    let (search, plan, delta) = unchanged(&server, &intranet, &followed, rounds);
    let title = format!("{people} people, nothing changed");
    report.table(
        &title,
        &[
            ("`ldapsearch`", &search),
            ("`muster plan`, everything read", &plan),
            ("`muster plan`, by the feed", &delta),
        ],
    );
    let title = format!("{people} people, everybody new");
    report.table(
        &title,
        &[
            ("`muster plan`", &first_plan),
            ("`muster sync`", &first_sync),
        ],
    );
}

/// Interleaved, so that whatever else the machine does hits both alike.
fn unchanged(
    server: &Slapd,
    intranet: &Intranet,
    followed: &Intranet,
    rounds: usize,
) -> (Series, Series, Series) {
    let mut series = (Series::default(), Series::default(), Series::default());
    let plan = |of: &Intranet| {
        once(
            &mut of.muster().command(&["plan", POLICY, "--exit-code"]),
            0,
        )
    };
    for _ in 0..rounds {
        series.0.push(once(&mut ldapsearch(server), 0));
        series.1.push(plan(intranet));
        series.2.push(plan(followed));
    }
    series
}

fn first_applies(policy: &Policy, rounds: usize) -> (Series, Series) {
    let (mut plan, mut sync) = (Series::default(), Series::default());
    for _ in 0..rounds {
        let intranet = Intranet::new(policy);
        plan.push(once(&mut intranet.muster().command(&["plan", POLICY]), 0));
        sync.push(once(&mut intranet.muster().command(&["sync", POLICY]), 0));
    }
    (plan, sync)
}

/// Dumps what the policy reads: the same people, the same attributes.
fn ldapsearch(server: &Slapd) -> Command {
    let mut command = Command::new(find("ldapsearch"));
    command.args([
        "-x",
        "-LLL",
        "-H",
        &server.url(),
        "-D",
        &Reader::Sync.dn(),
        "-w",
        PASSWORD,
    ]);
    command.args(["-E", "pr=1000/noprompt", "-b", SUFFIX]);
    command.arg(format!(
        "(&(objectClass=inetOrgPerson)(memberOf={}))",
        group_dn(GROUP)
    ));
    command.args(ATTRIBUTES).arg("entryUUID");
    command
}

/// Maps all attributes of the crowd.
fn policy(server: &Slapd) -> Policy {
    let mut policy = Policy::openldap(server, GROUP);
    policy.fields = ATTRIBUTES
        .iter()
        .filter(|attribute| **attribute != "uid")
        .map(|attribute| (attribute.to_lowercase(), (*attribute).to_owned()))
        .collect();
    policy
}

/// A plan of a small file: how long the program takes to do next to nothing.
pub fn csv(report: &mut Report, rounds: usize) {
    const PEOPLE: usize = 1_000;
    let muster = Muster::new();
    let mut people = "id,username,first_name,surname,email,title,active\n".to_owned();
    for number in 0..PEOPLE {
        let _ = writeln!(
            people,
            "{number},u{number},Given{number},Sur{number},u{number}@example.org,Engineer,true"
        );
    }
    muster.write("people.csv", &people);
    muster.write(POLICY, CSV_POLICY);
    let mut first = Series::default();
    for _ in 0..rounds {
        first.push(once(&mut muster.command(&["plan", POLICY]), 0));
    }
    muster.run(&["sync", POLICY]).ok();
    let (mut plan, mut same) = (Series::default(), Series::default());
    let mut help = Series::default();
    for _ in 0..rounds {
        help.push(once(&mut muster.command(&["--version"]), 0));
        let mut whole = muster.command(&["plan", POLICY, "--exit-code", "--reset"]);
        plan.push(once(&mut whole, 0));
        same.push(once(
            &mut muster.command(&["plan", POLICY, "--exit-code"]),
            0,
        ));
    }
    let title = format!("A CSV file of {PEOPLE} people");
    report.table(
        &title,
        &[
            ("`muster --version`", &help),
            ("`muster plan`, nothing changed, everything read", &plan),
            ("`muster plan`, the same file", &same),
            ("`muster plan`, everybody new", &first),
        ],
    );
}

const CSV_POLICY: &str = "\
muster: 1
directory: staff
provider:
  plugin: csv
  config: {path: people.csv, id: id, status: active}
identity: {key: external_id, username: username}
fields:
  first_name: first_name
  surname: surname
  email: email
  title: title
guards:
  create: {max: 10000}
";
