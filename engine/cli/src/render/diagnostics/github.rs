//! GitHub's workflow commands: each diagnostic stands beside its line in a pull
//! request.
//!
//! GitHub shows ten errors and ten warnings of one step; SARIF has no such limit.

use super::{Base, Report};
use muster_policy::{Diagnostic, Severity};

/// One command a line.
pub fn annotations(reports: &[Report], base: &Base) -> String {
    let all = reports.iter().flat_map(|report| &report.diagnostics);
    all.map(|one| annotation(one, base)).collect()
}

fn annotation(diagnostic: &Diagnostic, base: &Base) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut properties = vec![
        ("file", base.path(&diagnostic.file)),
        ("line", diagnostic.line.to_string()),
        ("col", diagnostic.column.to_string()),
    ];
    if diagnostic.end_line > diagnostic.line {
        properties.push(("endLine", diagnostic.end_line.to_string()));
    } else if diagnostic.end_column > diagnostic.column {
        properties.push(("endColumn", diagnostic.end_column.to_string()));
    }
    properties.push(("title", format!("muster {}", diagnostic.code)));
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", of_property(value)))
        .collect();
    let mut message = diagnostic.message.clone();
    for more in [&diagnostic.label, &diagnostic.help].into_iter().flatten() {
        message.push('\n');
        message.push_str(more);
    }
    format!(
        "::{command} {}::{}\n",
        properties.join(","),
        of_message(&message)
    )
}

/// What would end a command, or begin another.
fn of_message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// And what would end a property.
fn of_property(text: &str) -> String {
    of_message(text).replace(':', "%3A").replace(',', "%2C")
}
