//! What was tried at a source, and how it went.

use super::Palette;
use super::diagnostics::Report;
use super::text::{count, safe};
use muster_host::{About, CheckStep, StepResult};
use muster_policy::{Policy, Severity};

/// Renders the steps of a check, one line each, with what to do about failures.
pub fn steps(steps: &[CheckStep], palette: Palette) -> String {
    steps.iter().map(|step| line(step, palette)).collect()
}

fn line(step: &CheckStep, palette: Palette) -> String {
    let sign = match step.outcome {
        StepResult::Ok => palette.good("✓"),
        StepResult::Warning => palette.change("!"),
        StepResult::Failed => palette.bad("✗"),
        StepResult::Skipped => palette.faint("-"),
    };
    let message = match step.message.as_str() {
        "" => String::new(),
        text => format!(": {}", safe(text)),
    };
    let hint = step
        .hint
        .as_ref()
        .map(|hint| format!("      {} {}\n", palette.name("help:"), safe(hint)))
        .unwrap_or_default();
    format!("  {sign} {}{message}\n{hint}", safe(&step.what))
}

/// That a policy can be used, and what is in it.
pub fn valid(policy: &Policy, about: &About, palette: Palette) -> String {
    let mut out = format!(
        "{}: {}, directory `{}`, plugin {} {}, {}, {}\n",
        safe(&policy.file),
        palette.good("valid"),
        safe(policy.directory.as_str()),
        safe(&about.name),
        safe(&about.version),
        count(policy.fields.len() as u64, "field", "fields"),
        count(policy.blocks.len() as u64, "block rule", "block rules"),
    );
    for (name, from) in &policy.provider.secrets {
        out.push_str(&format!(
            "  the secret `{}` is there, from {}\n",
            safe(name),
            safe(&crate::secrets::place(from))
        ));
    }
    out
}

/// How much is wrong with all policies, and what can be done about it. None if
/// nothing is.
pub fn summary(reports: &[&Report]) -> Option<String> {
    let all = || reports.iter().flat_map(|report| &report.diagnostics);
    let first = all().next()?;
    let number = |severity| all().filter(|one| one.severity == severity).count() as u64;
    let fixable = all().filter(|one| one.is_fixable()).count() as u64;
    let mut out = format!(
        "{} and {}; `muster check --explain {}` tells more",
        count(number(Severity::Error), "error", "errors"),
        count(number(Severity::Warning), "warning", "warnings"),
        first.code,
    );
    if fixable > 0 {
        out.push_str(&format!(
            "\n`muster check --fix` puts {fixable} of them right by itself"
        ));
    }
    Some(out)
}
