//! For people: a line for each check, then failures in full.

use super::{Checked, Finding, Report, Verdict};
use crate::check::CHECKS;
use std::fmt::Write as _;

/// Findings of one check that are told in full.
const TOLD: usize = 3;

/// What came of the checks.
pub fn text(report: &Report) -> String {
    let mut out = format!("{}, tried as `{}` says\n", report.plugin, report.case);
    for group in report.checks.chunk_by(|a, b| a.group == b.group) {
        let name = group.first().map_or("", |first| first.group);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n{name}");
        group.iter().for_each(|one| line(&mut out, one));
    }
    for one in &report.checks {
        if let Verdict::Failed(findings) = &one.verdict {
            out.push('\n');
            failed(&mut out, one, findings);
        }
    }
    if !report.figures.is_empty() {
        out.push_str("\nfigures\n");
        for (name, figure) in &report.figures {
            let _ = writeln!(out, "  {name:<34} {figure}");
        }
    }
    let _ = writeln!(out, "\n{}", summary(report));
    out
}

fn line(out: &mut String, one: &Checked) {
    let (sign, more) = match &one.verdict {
        Verdict::Passed(None) => ("ok  ", String::new()),
        Verdict::Passed(Some(note)) => ("ok  ", format!(" ({note})")),
        Verdict::Failed(_) => ("FAIL", String::new()),
        Verdict::NotTried(why) => ("-   ", format!(" (not tried: {why})")),
    };
    let _ = writeln!(out, "  {sign} {:<16} {}{more}", one.name, one.holds);
}

fn failed(out: &mut String, one: &Checked, findings: &[Finding]) {
    let _ = writeln!(out, "FAILED {}: {}", one.name, one.holds);
    out.push_str(&in_full(findings));
}

/// Findings, with what was done, expected and seen, and what to do.
pub(super) fn in_full(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings.iter().take(TOLD) {
        let _ = writeln!(out, "  done      {}", finding.done);
        let _ = writeln!(out, "  expected  {}", finding.expected);
        let _ = writeln!(out, "  came      {}", finding.came);
        let _ = writeln!(out, "  to do     {}", finding.hint);
    }
    if findings.len() > TOLD {
        let _ = writeln!(
            out,
            "  and {} more findings like these",
            findings.len() - TOLD
        );
    }
    out
}

fn summary(report: &Report) -> String {
    let count = |count: usize| match count {
        1 => "1 check".to_owned(),
        count => format!("{count} checks"),
    };
    let (failed, passed) = (report.failed(), report.passed());
    let mut text = match failed {
        0 => format!("{} passed", count(passed)),
        failed => format!("{} failed, {passed} passed", count(failed)),
    };
    match report.not_tried() {
        0 => {}
        more => text.push_str(&format!(", {more} not tried")),
    }
    text
}

/// All checks, with what each holds.
pub fn listing() -> String {
    let mut out = String::new();
    for group in CHECKS.chunk_by(|a, b| a.group == b.group) {
        let name = group.first().map_or("", |first| first.group);
        let _ = writeln!(out, "{name}");
        for check in group {
            let _ = writeln!(out, "  {:<16} {}", check.name, check.holds);
        }
    }
    out
}
