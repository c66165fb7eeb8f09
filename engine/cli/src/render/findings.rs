//! What is odd about people's data, grouped by kind.

use super::Palette;
use super::change::place;
use super::plan_text::Folding;
use super::text::{count, safe};
use muster_model::{Fault, Finding};
use std::collections::BTreeMap;

/// Appends all findings; nothing if there is none.
pub fn write(out: &mut String, findings: &[Finding], folding: Folding, palette: Palette) {
    if findings.is_empty() {
        return;
    }
    let held = findings.iter().filter(|finding| finding.held).count() as u64;
    let held = if held == 0 {
        String::new()
    } else {
        let text = format!("{} held back", count(held, "person is", "people are"));
        format!(", {}", palette.change(text))
    };
    let title = count(findings.len() as u64, "finding", "findings");
    out.push_str(&format!("\n{}{held}\n", palette.strong(title)));
    let mut groups: BTreeMap<Fault, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        groups.entry(finding.code).or_default().push(finding);
    }
    for (code, group) in groups {
        write_group(out, code, &group, folding, palette);
    }
}

fn write_group(
    out: &mut String,
    code: Fault,
    group: &[&Finding],
    folding: Folding,
    palette: Palette,
) {
    let title = palette.change(code.as_str());
    out.push_str(&format!("  {title} ({})\n", group.len()));
    let shown = folding.shown(group.len());
    for finding in group.iter().take(shown) {
        let held = palette.change(if finding.held { " [held]" } else { "" });
        let who = match (finding.username.as_deref(), is_of_all(code)) {
            (Some(who), _) => format!("{}{held}: ", palette.name(safe(who))),
            (None, true) => String::new(),
            (None, false) => format!("{}{held}: ", palette.name("(nobody known)")),
        };
        out.push_str(&format!(
            "    {who}{}{}\n",
            safe(&finding.text),
            place(finding.policy.as_ref(), palette),
        ));
    }
    if let Some(rest) = folding.rest(group.len()) {
        out.push_str(&format!("    {}\n", palette.faint(rest)));
    }
}

/// True for findings that are about the directory, and about nobody in particular.
fn is_of_all(code: Fault) -> bool {
    matches!(code, Fault::OverLimit | Fault::LicencesLow)
}
