//! Runs for people: what was done, when, by whom.

use super::plan_text::{Folding, done};
use super::text::{instant, safe};
use super::{Palette, change, coverage, review, table::table};
use muster_model::{AuditRecord, Proof, Run, RunOutcome};
use muster_review::people::People;

/// Renders all runs, the newest last.
pub fn list(runs: &[Run], palette: Palette) -> String {
    if runs.is_empty() {
        return "No runs.\n".to_owned();
    }
    let rows: Vec<Vec<String>> = runs.iter().map(row).collect();
    let head = [
        "RUN",
        "AT",
        "BY",
        "COMMAND",
        "DIRECTORY",
        "OUTCOME",
        "CHANGES",
    ];
    table(&head, &rows, palette)
}

fn row(run: &Run) -> Vec<String> {
    vec![
        run.id.to_string(),
        instant(&run.at),
        safe(&run.actor.name),
        safe(&run.actor.command),
        run.directory
            .as_ref()
            .map(|name| safe(name.as_str()))
            .unwrap_or_default(),
        run.outcome.as_str().to_owned(),
        changes(run),
    ]
}

fn changes(run: &Run) -> String {
    let held = match run.held {
        0 => String::new(),
        held => format!(", {held} held"),
    };
    match run.outcome {
        RunOutcome::Applied | RunOutcome::Unchanged if run.directory.is_some() => {
            format!("{}{held}", done(&run.summary))
        }
        RunOutcome::Applied | RunOutcome::Unchanged => {
            let any = run.summary.values().any(|number| *number > 0);
            if any {
                done(&run.summary)
            } else {
                String::new()
            }
        }
        RunOutcome::Stopped | RunOutcome::Failed => "nothing was changed".to_owned(),
    }
}

/// Renders one run with every change that it made. `people` says whom accounts
/// belong to that stand in fields.
pub fn show(
    run: &Run,
    audit: &[AuditRecord],
    people: Option<People<'_>>,
    folding: Folding,
    palette: Palette,
) -> String {
    let mut out = format!(
        "{} {}\n  at       {}\n  by       {} ({})\n",
        palette.strong(format!("Run {}", run.id)),
        run.outcome.as_str(),
        instant(&run.at),
        safe(&run.actor.name),
        safe(&run.actor.command),
    );
    if let Some(directory) = &run.directory {
        out.push_str(&format!("  of       {}\n", safe(directory.as_str())));
    }
    if let Some(read) = &run.coverage {
        let sentence = coverage::sentence(read, palette).replace('\n', "\n           ");
        out.push_str(&format!("  source   {sentence}\n"));
    }
    if let Some(text) = &run.text {
        out.push_str(&format!("  said     {}\n", safe(text)));
    }
    for (guard, reason) in &run.overrides {
        let by = run
            .review
            .overrides
            .iter()
            .rev()
            .find(|one| one.guard == *guard);
        let by = by.map(|one| format!(" ({} at {})", safe(&one.by), instant(&one.at)));
        let by = by.unwrap_or_default();
        out.push_str(&format!(
            "  past     {}: {}{by}\n",
            safe(guard),
            safe(reason)
        ));
    }
    for hold in &run.review.holds {
        out.push_str(&format!(
            "  held     {}",
            review::held_in_run(hold, folding)
        ));
    }
    if let Some(undone) = run.undoes {
        out.push_str(&format!("  undoes   run {undone}\n"));
    }
    for one in &run.approvals {
        out.push_str(&format!(
            "  approved {}\n",
            muster_review::report::approval(one)
        ));
    }
    out.push_str(&format!("  changes  {}\n", changes(run)));
    if let Some(proof) = &run.proof {
        out.push_str(&format!("  proof    {}\n", proven(proof)));
    }
    write_audit(&mut out, audit, people, folding, palette);
    out
}

/// What planning again has shown.
pub fn proven(proof: &Proof) -> String {
    if proof.is_settled() {
        return "the same read, planned again, asks for nothing more".to_owned();
    }
    let count = proof.unsettled.len() as u64 + proof.more;
    let mut text = format!(
        "NOT SETTLED: the same read, planned again, asks for {} more",
        super::text::count(count, "change", "changes")
    );
    for one in &proof.unsettled {
        let fields: Vec<String> = one.fields.iter().map(|name| safe(name.as_str())).collect();
        let at = one.policy.as_ref().map(|line| format!("  {line}"));
        text.push_str(&format!(
            "\n             {} {}: {} ({}){}",
            one.action,
            safe(one.username.as_str()),
            fields.join(", "),
            safe(&one.text),
            safe(&at.unwrap_or_default())
        ));
    }
    text
}

fn write_audit(
    out: &mut String,
    audit: &[AuditRecord],
    people: Option<People<'_>>,
    folding: Folding,
    palette: Palette,
) {
    if !audit.is_empty() {
        out.push('\n');
    }
    for record in audit.iter().take(folding.shown(audit.len())) {
        let deed = change::Deed {
            verb: &record.action,
            username: record.username.as_str(),
            reason: &record.reason,
            fields: &record.fields,
            people,
        };
        change::write(out, deed, palette);
    }
    if let Some(rest) = folding.rest(audit.len()) {
        out.push_str(&palette.faint(format!("  {rest}")));
        out.push('\n');
    }
}
