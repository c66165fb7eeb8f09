//! One component, one case, all checks.

use crate::case::Case;
use crate::check::large::LARGE;
use crate::check::{CHECKS, Check, PEOPLE, finding};
use crate::people;
use crate::report::{Checked, Report, Verdict};
use crate::stage::{Stage, Trouble};
use muster_host::chain;
use muster_host::{Host, HostConfig, Limits, LoadError, PluginFile};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How a suite is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Names of checks; none means all.
    pub only: Vec<String>,
    /// How many people the large read has.
    pub large: Large,
    /// Where compiled components are kept.
    pub cache_dir: Option<PathBuf>,
    /// The instant of all reads, in milliseconds since 1970 (UTC).
    pub now_ms: u64,
}

/// How many people the large read has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Large {
    /// As many as the case says, else 100,000.
    #[default]
    AsTheCaseSays,
    /// So many.
    People(usize),
    /// There is none.
    LeftOut,
}

/// Waits are short, so that what the host tries again is tried soon: the suite
/// looks at what a plugin says, and nobody has to be spared.
fn limits() -> Limits {
    Limits {
        back_off: Duration::from_millis(2),
        wait_once: Duration::from_millis(200),
        ..Limits::default()
    }
}

/// Tries a component.
pub fn run(
    component: Result<PluginFile, LoadError>,
    case: Case,
    options: &Options,
) -> Result<Report, Trouble> {
    let host = Host::new(HostConfig {
        cache_dir: options.cache_dir.clone(),
        limits: limits(),
    })?;
    let case_file = case.file.clone();
    let about = component.as_ref().map(|file| {
        let about = file.about();
        format!("{} {}", about.name, about.version)
    });
    let plugin = about.unwrap_or_else(|_| "a component".to_owned());
    let loaded = component.and_then(|file| file.compile(&host));
    let mut report = Report {
        plugin,
        case: case_file,
        checks: Vec::new(),
        figures: Vec::new(),
    };
    let mut stage = match loaded {
        Ok(plugin) => Stage::new(plugin, case, people::plain(PEOPLE), options.now_ms)?,
        Err(error) => {
            report.checks = not_loaded(&error, options);
            return Ok(report);
        }
    };
    stage.large = match options.large {
        Large::AsTheCaseSays => Some(stage.case.large.unwrap_or(LARGE)),
        Large::People(people) => Some(people),
        Large::LeftOut => None,
    };
    for check in wanted(options) {
        let begin = Instant::now();
        let verdict = match unmet(check, &report.checks) {
            Some(need) => Verdict::NotTried(format!("it needs `{need}`")),
            None => (check.run)(&mut stage)?,
        };
        report.checks.push(checked(check, verdict, begin.elapsed()));
    }
    report.figures = std::mem::take(&mut stage.figures);
    Ok(report)
}

fn wanted(options: &Options) -> impl Iterator<Item = &'static Check> {
    let only = &options.only;
    CHECKS
        .iter()
        .filter(move |check| only.is_empty() || only.iter().any(|name| name == check.name))
}

/// A check that went wrong before, and without which this one says nothing. One
/// that nobody wanted is taken for well.
fn unmet(check: &Check, before: &[Checked]) -> Option<&'static str> {
    let wrong = |need: &&&'static str| {
        let made = before.iter().find(|one| one.name == **need);
        made.is_some_and(|one| !matches!(one.verdict, Verdict::Passed(_)))
    };
    check.needs.iter().find(wrong).copied()
}

fn checked(check: &Check, verdict: Verdict, took: Duration) -> Checked {
    Checked {
        name: check.name,
        group: check.group,
        holds: check.holds,
        verdict,
        took,
    }
}

fn not_loaded(error: &LoadError, options: &Options) -> Vec<Checked> {
    let verdict = |check: &Check| match check.name {
        "manifest" => Verdict::Failed(vec![finding(
            "the component was loaded",
            "that it can be",
            chain(error),
            error.hint(),
        )]),
        _ => Verdict::NotTried("it needs `manifest`".to_owned()),
    };
    let made = wanted(options).map(|check| checked(check, verdict(check), Duration::ZERO));
    made.collect()
}
