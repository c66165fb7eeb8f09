//! Why one person is treated as they are: the answer, the five steps, and what would
//! change it.

mod map;
mod steps;

use super::Palette;
use super::change::{self, place};
use super::text::{instant, safe};
use muster_review::explain::Explanation;
use muster_review::explain::past::Recorded;
use muster_review::explain::report::{Counterfactual, OutcomeKind, Place, Who};

/// Renders a whole explanation.
pub fn text(explanation: &Explanation, palette: Palette) -> String {
    let mut out = answer(explanation, palette);
    out.push_str(&head(explanation, palette));
    for unknown in &explanation.unknown {
        let text = format!("not known any more: {}", safe(unknown));
        out.push_str(&format!("{}\n", palette.change(text)));
    }
    steps::write(&mut out, explanation, palette);
    would_change(&mut out, explanation, palette);
    out
}

/// What a run did to one person, where no more than the audit is left.
pub fn recorded(recorded: &Recorded, palette: Palette) -> String {
    let head = format!(
        "{} · run {} of {} by {} ({})",
        person(&recorded.person),
        recorded.run,
        instant(&recorded.at),
        safe(&recorded.by),
        safe(&recorded.command)
    );
    let mut out = format!(
        "{}\n{}\n",
        palette.strong(safe(&recorded.answer)),
        palette.faint(head)
    );
    for unknown in &recorded.unknown {
        let text = format!("not known any more: {}", safe(unknown));
        out.push_str(&format!("{}\n", palette.change(text)));
    }
    out.push('\n');
    for one in &recorded.changes {
        change::write(&mut out, one.into(), palette);
    }
    out
}

fn answer(explanation: &Explanation, palette: Palette) -> String {
    let answer = safe(&explanation.answer);
    let painted = match explanation.outcome.kind {
        OutcomeKind::Blocked | OutcomeKind::StaysBlocked => palette.bad(answer),
        OutcomeKind::Held | OutcomeKind::NotSynced | OutcomeKind::CreatedBlocked => {
            palette.change(answer)
        }
        OutcomeKind::Created | OutcomeKind::Unblocked | OutcomeKind::Adopted => {
            palette.good(answer)
        }
        OutcomeKind::Updated | OutcomeKind::Unchanged | OutcomeKind::NotOurs => {
            palette.strong(answer)
        }
    };
    format!("{painted}\n")
}

fn head(explanation: &Explanation, palette: Palette) -> String {
    let policy = &explanation.policy;
    let version = policy.version.as_ref().map(|version| {
        let commit = safe(&version.commit);
        match version.edited {
            false => format!(", commit {commit}"),
            true => format!(", edited since {commit}"),
        }
    });
    let line = format!(
        "{} · {}{} · {}",
        person(&explanation.person),
        safe(&policy.file),
        version.unwrap_or_default(),
        instant(&explanation.now)
    );
    format!("{}\n", palette.faint(line))
}

/// `anna.berg, id 17, account a3`.
fn person(who: &Who) -> String {
    let name = who.username.as_deref().map(safe);
    let id = who
        .external_id
        .as_deref()
        .map(|id| format!("id {}", safe(id)));
    let account = who.account_id.map(|id| format!("account {id}"));
    let known: Vec<String> = name.into_iter().chain(id).chain(account).collect();
    match known.is_empty() {
        true => safe(&who.asked),
        false => known.join(", "),
    }
}

/// People who go by one name, each with the command that asks for them alone.
pub fn candidates(candidates: &[Who], policy: &str, palette: Palette) -> String {
    let lines = candidates.iter().map(|who| {
        let account = who.account_id.map(|id| id.to_string());
        let alone = account.or_else(|| who.external_id.clone());
        let ask = alone.map(|name| format!("  muster explain {} {}", safe(policy), safe(&name)));
        let ask = palette.name(ask.unwrap_or_default());
        format!("  {}{ask}", person(who))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn would_change(out: &mut String, explanation: &Explanation, palette: Palette) {
    if explanation.would_change.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", palette.strong("What would change it")));
    for one in &explanation.would_change {
        counterfactual(out, one, palette);
    }
}

fn counterfactual(out: &mut String, one: &Counterfactual, palette: Palette) {
    for (number, edit) in one.edits.iter().enumerate() {
        let mark = if number == 0 { "·" } else { "and" };
        let place_of = match edit.place {
            Place::Source => "at the source",
            Place::Account => "in the intranet",
            Place::Policy => "in the policy",
            Place::Plan => "for this plan",
        };
        out.push_str(&format!(
            "  {mark} {}: {}{}\n",
            palette.name(place_of),
            safe(&edit.text),
            place(edit.policy.as_ref(), palette)
        ));
        if let Some(how) = &edit.how {
            out.push_str(&format!("      {}\n", palette.strong(safe(how))));
        }
    }
    out.push_str(&format!("      → {}\n", safe(&one.outcome)));
}
