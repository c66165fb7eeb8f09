//! `muster.check/1`: what is wrong with policies, as JSON. Names in it are
//! stable; more may be added.

use super::Report;
use muster_policy::{Applicability, Code, Diagnostic, Fix, Severity};
use serde::Serialize;

/// All of it.
#[derive(Debug, Serialize)]
pub struct Document<'r> {
    format: &'static str,
    summary: Summary,
    policies: Vec<Policy<'r>>,
    diagnostics: Vec<Entry<'r>>,
}

#[derive(Debug, Serialize)]
struct Summary {
    policies: usize,
    valid: usize,
    errors: usize,
    warnings: usize,
    /// How many `muster check --fix` would put right.
    fixable: usize,
}

#[derive(Debug, Serialize)]
struct Policy<'r> {
    file: &'r str,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<&'r str>,
}

#[derive(Debug, Serialize)]
struct Entry<'r> {
    code: Code,
    severity: Severity,
    message: &'r str,
    /// The policy in which it was found; `file` may be one that it includes.
    policy: &'r str,
    file: &'r str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixEntry<'r>>,
    page: String,
}

#[derive(Debug, Serialize)]
struct FixEntry<'r> {
    title: &'r str,
    applicability: Applicability,
    edits: Vec<EditEntry<'r>>,
}

#[derive(Debug, Serialize)]
struct EditEntry<'r> {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: &'r str,
}

/// Puts reports into the document.
pub fn document(reports: &[Report]) -> Document<'_> {
    let all = || reports.iter().flat_map(|report| &report.diagnostics);
    let count = |severity| reports.iter().map(|report| report.count(severity)).sum();
    Document {
        format: "muster.check/1",
        summary: Summary {
            policies: reports.len(),
            valid: reports.iter().filter(|report| is_valid(report)).count(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            fixable: all().filter(|one| one.is_fixable()).count(),
        },
        policies: reports.iter().map(policy).collect(),
        diagnostics: reports
            .iter()
            .flat_map(|report| report.diagnostics.iter().map(|one| entry(report, one)))
            .collect(),
    }
}

fn is_valid(report: &Report) -> bool {
    report.count(Severity::Error) == 0
}

fn policy(report: &Report) -> Policy<'_> {
    Policy {
        file: &report.file,
        valid: is_valid(report),
        directory: report.directory.as_deref(),
    }
}

fn entry<'r>(report: &'r Report, diagnostic: &'r Diagnostic) -> Entry<'r> {
    Entry {
        code: diagnostic.code,
        severity: diagnostic.severity,
        message: &diagnostic.message,
        policy: &report.file,
        file: &diagnostic.file,
        line: diagnostic.line,
        column: diagnostic.column,
        end_line: diagnostic.end_line,
        end_column: diagnostic.end_column,
        label: diagnostic.label.as_deref(),
        help: diagnostic.help.as_deref(),
        fix: diagnostic.fix.as_ref().map(fix),
        page: diagnostic.code.page_path(),
    }
}

fn fix(fix: &Fix) -> FixEntry<'_> {
    let edits = fix.edits.iter().map(|edit| EditEntry {
        line: edit.line,
        column: edit.column,
        end_line: edit.end_line,
        end_column: edit.end_column,
        text: &edit.text,
    });
    FixEntry {
        title: &fix.title,
        applicability: fix.applicability,
        edits: edits.collect(),
    }
}
