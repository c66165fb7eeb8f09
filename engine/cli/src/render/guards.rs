//! What the guards say: one that stops the plan is loud and says the way past it.

use super::Palette;
use super::change::place;
use super::text::{count, safe};
use muster_model::{GuardResult, Plan};

/// Appends the guards that count, or one line if none does.
pub fn write(out: &mut String, plan: &Plan, palette: Palette) {
    let (stopping, passed): (Vec<_>, Vec<_>) = plan
        .guards
        .iter()
        .filter(|guard| guard.tripped)
        .partition(|guard| guard.overridden.is_none());
    out.push('\n');
    for guard in &passed {
        out.push_str(&overridden_line(guard, palette));
    }
    if stopping.is_empty() {
        let checked = count(plan.guards.len() as u64, "guard", "guards");
        out.push_str(&palette.faint(format!("{checked} checked, none stops the plan")));
        out.push('\n');
        return;
    }
    for guard in &stopping {
        out.push_str(&stopped_line(guard, palette));
    }
    out.push_str(&way_past(plan, &stopping, palette));
}

fn measured(guard: &GuardResult) -> String {
    let unit = if guard.name.ends_with("percent") {
        " %"
    } else {
        ""
    };
    format!("{}{unit}, the limit is {}{unit}", guard.value, guard.limit)
}

fn stopped_line(guard: &GuardResult, palette: Palette) -> String {
    let text = guard
        .text
        .as_ref()
        .map(|text| format!("\n  {}", safe(text)))
        .unwrap_or_default();
    format!(
        "{}: {}{}{text}\n",
        palette.alarm(format!("Stopped by the guard {}", guard.name)),
        measured(guard),
        place(guard.policy.as_ref(), palette),
    )
}

fn overridden_line(guard: &GuardResult, palette: Palette) -> String {
    let reason = guard.overridden.as_deref().unwrap_or_default();
    format!(
        "{}: {}, for this reason: {}\n",
        palette.change(format!("Goes past the guard {}", guard.name)),
        measured(guard),
        safe(reason),
    )
}

fn way_past(plan: &Plan, stopping: &[&GuardResult], palette: Palette) -> String {
    let overrides: Vec<String> = stopping
        .iter()
        .map(|guard| format!("--override '{}=REASON'", guard.name))
        .collect();
    let again = match plan.undoes {
        Some(run) => format!("run undo {run}"),
        None => format!("plan {}", safe(&plan.bindings.policy_file)),
    };
    let command = format!("muster {again} {}", overrides.join(" "));
    format!(
        "  If this is what you want, let this one plan go past, with a reason that is kept:\n    {}\n",
        palette.name(command)
    )
}
