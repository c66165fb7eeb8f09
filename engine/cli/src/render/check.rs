//! What was tried at a source, and how it went.

use super::Palette;
use super::text::safe;
use muster_host::{CheckStep, StepResult};

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
