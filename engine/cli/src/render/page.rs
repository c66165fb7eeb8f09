//! The page about a diagnostic, on a terminal.

use super::Palette;
use super::text::pad;
use muster_policy::{Code, Severity};

/// All diagnostics, one a line.
pub fn list(palette: Palette) -> String {
    let width = Code::ALL
        .iter()
        .map(|code| code.as_str().len())
        .max()
        .unwrap_or(0);
    let mut all: Vec<Code> = Code::ALL.to_vec();
    all.sort_by_key(|code| code.as_str());
    let line = |code: &Code| {
        let name = palette.name(pad(code.as_str(), width));
        let kind = match code.severity() {
            Severity::Error => palette.bad("error  "),
            Severity::Warning => palette.change("warning"),
        };
        format!("{name}  {kind}  {}\n", code.summary())
    };
    all.iter().map(line).collect()
}

/// One page: examples are indented, and without the signs of Markdown.
pub fn page(code: Code, palette: Palette) -> String {
    let mut out = String::new();
    let mut example = false;
    for line in code.page().lines() {
        if let Some(kind) = line.strip_prefix("```") {
            example = !example;
            // What stands beside the policy in another file.
            if let Some((_, file)) = kind.split_once('=') {
                out.push_str(&format!("    {}\n", palette.faint(format!("# {file}"))));
            }
            continue;
        }
        let line = match line.trim_start_matches('#') {
            _ if example => format!("    {line}"),
            heading if heading.len() < line.len() => palette.strong(heading.trim()),
            line => line.to_owned(),
        };
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
