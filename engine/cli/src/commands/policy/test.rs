//! `muster policy test`: what a sync would do to some people, and whether it is what
//! was expected.

use crate::args::{TestArgs, TestFormat};
use crate::exit::Exit;
use crate::files;
use crate::session::Session;
use crate::suites::{self, Suites};
use crate::trouble::Trouble;
use muster_review::cases::{self, Detail, Results};
use std::io::Write;

pub(super) fn run(args: &TestArgs, session: &Session) -> Result<Exit, Trouble> {
    let found = suites::find(&args.paths)?;
    let Suites { suites, wrong } = suites::read(&found, session);
    if let Some((last, others)) = wrong.split_last() {
        others.iter().for_each(|trouble| session.report(trouble));
        return Err(last.clone());
    }
    let results = cases::run(&suites);
    print(args, &results, session)?;
    if let Some(file) = &args.junit {
        let xml = cases::junit(&results);
        files::whole(file, |out| out.write_all(xml.as_bytes())).map_err(|error| {
            let summary = format!("`{}` cannot be written", file.display());
            Trouble::new(Exit::Failed, summary).because(Some(&error))
        })?;
    }
    if args.require_tests {
        required(&found, &suites)?;
    } else if results.outcomes.is_empty() {
        session.note("no test was found: tests are files NAME.test.yaml beside a policy");
    }
    covered(args, &results)?;
    Ok(match results.failed() {
        0 => Exit::Done,
        _ => Exit::Failed,
    })
}

fn print(args: &TestArgs, results: &Results, session: &Session) -> Result<(), Trouble> {
    let detail = match args.coverage {
        true => Detail::Rules,
        false => Detail::Summary,
    };
    match args.format {
        TestFormat::Text => session.print(&cases::text(results, detail)),
        TestFormat::Json => session.print_json(&cases::json(results)),
        TestFormat::Junit => session.print(&cases::junit(results)),
    }
}

/// A policy without tests is as good as untested.
fn required(found: &suites::Found, suites: &[cases::Suite]) -> Result<(), Trouble> {
    let lacks = |policy: &&std::path::PathBuf| {
        let mut tested = suites.iter().filter(|suite| !suite.tests.is_empty());
        !tested.any(|suite| suites::is_same(suite.policy.file.as_ref(), policy))
    };
    let lacking = found.policies.iter().filter(lacks);
    let lacking: Vec<String> = lacking
        .map(|path| format!("`{}`", path.display()))
        .collect();
    let has_none = suites.iter().all(|suite| suite.tests.is_empty());
    let summary = match (has_none, lacking.is_empty()) {
        (true, true) => "no test was found".to_owned(),
        (_, false) => format!("there is no test of {}", lacking.join(", ")),
        (false, true) => return Ok(()),
    };
    Err(Trouble::new(Exit::Failed, summary)
        .hint("tests are files NAME.test.yaml beside a policy, or in a folder below"))
}

fn covered(args: &TestArgs, results: &Results) -> Result<(), Trouble> {
    let Some(least) = args.min_coverage else {
        return Ok(());
    };
    let mut short = results.coverage.iter().filter(|one| one.percent() < least);
    match short.next() {
        None => Ok(()),
        Some(one) => Err(Trouble::new(
            Exit::Failed,
            format!(
                "tests of `{}` meet {} % of its rules, and {least} % are asked for",
                one.policy,
                one.percent()
            ),
        )
        .hint("`--coverage` lists what no test has met")),
    }
}
