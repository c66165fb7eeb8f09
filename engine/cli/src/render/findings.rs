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
        let who = finding.username.as_deref().unwrap_or("(nobody known)");
        let held = if finding.held { " [held]" } else { "" };
        out.push_str(&format!(
            "    {}{}: {}{}\n",
            palette.name(safe(who)),
            palette.change(held),
            safe(&finding.text),
            place(finding.policy.as_ref(), palette),
        ));
    }
    if let Some(rest) = folding.rest(group.len()) {
        out.push_str(&format!("    {}\n", palette.faint(rest)));
    }
}
