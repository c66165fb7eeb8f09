//! A plan for people: what was read, what changes and why, what is odd, what
//! the guards say.

use super::text::{count, instant, safe};
use super::{Palette, change, coverage, findings, guards, review, seats};
use muster_model::{Action, Plan, ReadKind};
use std::collections::BTreeMap;

/// Alike lines beyond this number are folded.
const SHOWN: usize = 25;

/// What happens with long lists of lines that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    /// The first ones are shown, the others counted.
    Alike,
    /// Everything is shown.
    Nothing,
}

impl Folding {
    /// Folds, unless everything was asked for.
    pub fn unless(all: bool) -> Self {
        if all { Self::Nothing } else { Self::Alike }
    }

    /// How many of so many lines are shown.
    pub fn shown(self, all: usize) -> usize {
        match self {
            // A fold that hides one line only would save nothing.
            Self::Alike if all > SHOWN + 1 => SHOWN,
            _ => all,
        }
    }

    /// What stands for the lines that are not shown.
    pub fn rest(self, all: usize) -> Option<String> {
        let hidden = all - self.shown(all);
        (hidden > 0).then(|| format!("… and {hidden} more like these; --all shows them"))
    }
}

/// Renders a whole plan.
pub fn plan_text(plan: &Plan, folding: Folding, palette: Palette) -> String {
    let mut out = header(plan, palette);
    if plan.changes.is_empty() {
        out.push_str(&format!("\n{}\n", palette.strong("Nothing to change.")));
    } else {
        out.push('\n');
        write_changes(&mut out, plan, folding, palette);
    }
    out.push('\n');
    out.push_str(&summary(plan, palette));
    findings::write(&mut out, &plan.findings, folding, palette);
    seats::upcoming(&mut out, &plan.upcoming, folding, palette);
    review::write(&mut out, &plan.review, folding, palette);
    guards::write(&mut out, plan, palette);
    out
}

fn header(plan: &Plan, palette: Palette) -> String {
    let bindings = &plan.bindings;
    if let Some(run) = plan.undoes {
        return format!(
            "{} {}\n{}\n",
            palette.strong(format!(
                "Undo of run {run}, {}",
                safe(plan.directory.as_str())
            )),
            palette.faint(format!("({})", safe(&bindings.policy_file))),
            palette.faint(format!(
                "made at {}, to be applied until {}",
                instant(&bindings.created),
                instant(&bindings.expires)
            )),
        );
    }
    format!(
        "{} {}\n{}\n{}{}\n",
        palette.strong(format!("Plan for {}", safe(plan.directory.as_str()))),
        palette.faint(format!("({})", safe(&bindings.policy_file))),
        coverage::sentence(&plan.coverage, palette),
        feed(plan),
        palette.faint(format!(
            "{}, made at {}, to be applied until {}",
            safe(&bindings.plugin),
            instant(&bindings.created),
            instant(&bindings.expires)
        )),
    )
}

/// Why everything was read although the source has a feed, and why the next run
/// is told the same changes again.
fn feed(plan: &Plan) -> String {
    let mut out = String::new();
    if let Some(read) = &plan.read
        && read.kind == ReadKind::Full
    {
        out.push_str(&format!("Everything was read: {}\n", safe(&read.text)));
    }
    if let Some(kept) = plan.cursor_kept {
        out.push_str(&format!(
            "The place in the feed stays where it is: {}\n",
            kept.in_words()
        ));
    }
    out
}

/// Writes changes action by action; those of one action and one reason are alike.
fn write_changes(out: &mut String, plan: &Plan, folding: Folding, palette: Palette) {
    for action in Action::ALL {
        let mut alike: BTreeMap<&str, usize> = BTreeMap::new();
        let of_action = || plan.changes.iter().filter(|change| change.action == action);
        for change in of_action() {
            *alike.entry(&change.reason.code).or_default() += 1;
        }
        let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
        for change in of_action() {
            let code = change.reason.code.as_str();
            let so_far = shown.entry(code).or_default();
            let all = alike.get(code).copied().unwrap_or_default();
            if *so_far < folding.shown(all) {
                change::write(out, change::Deed::planned(change, plan), palette);
                *so_far += 1;
            }
        }
        for (code, all) in alike {
            if let Some(rest) = folding.rest(all) {
                let line = format!("    {action} {code}: {rest}");
                out.push_str(&palette.faint(line));
                out.push('\n');
            }
        }
    }
}

/// Counts by action and reason, people by situation, and seats.
fn summary(plan: &Plan, palette: Palette) -> String {
    let mut out = String::new();
    for (action, number) in plan.summary.iter().filter(|(_, number)| **number > 0) {
        let prefix = format!("{action}: ");
        let reasons: Vec<String> = plan
            .reasons
            .iter()
            .filter_map(|(key, number)| {
                let code = key.strip_prefix(&prefix)?;
                Some(format!("{} {number}", safe(code)))
            })
            .collect();
        out.push_str(&format!(
            "  {} {number:>6}   {}\n",
            change::head(action.as_str(), palette),
            reasons.join(", ")
        ));
    }
    if out.is_empty() {
        out.push_str(&people(plan));
    } else {
        out = format!(
            "{}\n{out}{}",
            palette.strong(count(plan.changes.len() as u64, "change", "changes")),
            people(plan)
        );
    }
    if let Some(seats) = &plan.licences {
        out.push_str(&seats::licences(seats, palette));
    }
    out
}

/// Everybody who was found, by situation; none that has people is left out.
fn people(plan: &Plan) -> String {
    // What takes a run back was made without looking at anybody else.
    if plan.undoes.is_some() {
        return String::new();
    }
    let situations: Vec<String> = plan
        .situations
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(name, number)| format!("{} {number}", safe(name)))
        .collect();
    if situations.is_empty() {
        "  people: none\n".to_owned()
    } else {
        format!("  people: {}\n", situations.join(", "))
    }
}

/// What was done, in one line: `2 created, 1 blocked`.
pub fn done(summary: &BTreeMap<Action, u64>) -> String {
    let parts: Vec<String> = summary
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(action, number)| format!("{number} {}", action.done()))
        .collect();
    if parts.is_empty() {
        "nothing to change".to_owned()
    } else {
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests;
