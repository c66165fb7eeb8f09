//! `muster check`: everything that can be known, offline or at the source.

mod explain;
mod fix;
mod found;
mod offline;
mod online;

pub(crate) use offline::Place;
pub(super) use online::{failed_steps, people, steps};

use super::sync::report;
use crate::args::{CheckArgs, CheckFormat};
use crate::exit::Exit;
use crate::plugins::Fetching;
use crate::render::check::{summary, valid};
use crate::render::diagnostics::{Base, Report, github, json, sarif};
use crate::session::Session;
use crate::trouble::Trouble;
use found::Found;
use muster_policy::Severity;

pub(super) fn run(args: &CheckArgs, session: &Session) -> Result<Exit, Trouble> {
    if let Some(code) = &args.explain {
        return explain::run(code.as_deref(), session);
    }
    if args.online && args.format != CheckFormat::Text {
        return Err(
            Trouble::new(Exit::Invalid, "what a source says is told in words only")
                .hint("leave `--format` or `--online` out"),
        );
    }
    if args.fix {
        fix::run(&args.policies, session)?;
    }
    let mut found: Vec<Found> = args
        .policies
        .iter()
        .map(|path| Found::of(path, session))
        .collect();
    found::one_each(&mut found);
    let fetching = match args.online {
        true => Fetching::Pinned,
        false => Fetching::Never,
    };
    for one in &mut found {
        offline::check(one, fetching, session)?;
    }
    print(args.format, &found, session)?;
    let mut exit = end(&found);
    if args.online {
        for one in &found {
            if let (Some(policy), Some(bound)) = (&one.policy, &one.bound) {
                exit = exit.worse(report(session, online::check(policy, bound, session)));
            }
        }
    }
    Ok(exit)
}

fn end(found: &[Found]) -> Exit {
    let wrong = |one: &Found| one.report.count(Severity::Error) > 0;
    match found.iter().any(wrong) {
        true => Exit::Invalid,
        false => Exit::Done,
    }
}

fn print(format: CheckFormat, found: &[Found], session: &Session) -> Result<(), Trouble> {
    let reports: Vec<Report> = found.iter().map(|one| one.report.clone()).collect();
    match format {
        CheckFormat::Text => return text(found, session),
        CheckFormat::Json => session.print_json(&json::document(&reports))?,
        CheckFormat::Sarif => session.print_json(&sarif::log(&reports, &base()?))?,
        CheckFormat::Github => session.print(&github::annotations(&reports, &base()?))?,
    }
    Ok(())
}

fn text(found: &[Found], session: &Session) -> Result<(), Trouble> {
    for one in found {
        session.print(&one.rendered(session))?;
        if let (Some(policy), Some(bound)) = (&one.policy, &one.bound) {
            session.print(&valid(policy, bound.about(), session.out))?;
        } else if one.report.count(Severity::Error) > 0 {
            session.report(&one.trouble());
        } else if one.is_tests() {
            session.print(&format!("{}: tests that can be run\n", one.report.file))?;
        }
    }
    let reports: Vec<&Report> = found.iter().map(|one| &one.report).collect();
    if let Some(summary) = summary(&reports) {
        session.say(&summary);
    }
    Ok(())
}

/// Addresses are relative to the repository where GitHub says where that is,
/// and else to the present folder.
fn base() -> Result<Base, Trouble> {
    let here = std::env::current_dir().map_err(|error| {
        Trouble::new(Exit::Failed, "the present folder cannot be found").because(Some(&error))
    })?;
    let workspace = std::env::var_os("GITHUB_WORKSPACE").filter(|folder| !folder.is_empty());
    Ok(Base {
        root: workspace.map_or_else(|| here.clone(), Into::into),
        here,
    })
}
