//! What people did to a plan before it was applied, and what is known of its file.

use super::Palette;
use super::plan_text::Folding;
use super::text::{count, instant, safe};
use muster_model::{Approval, Hold, Review};
use muster_review::report::{Note, Tone};

/// Appends who was held back and which guards were let past; nothing if nobody
/// did anything.
pub fn write(out: &mut String, review: &Review, folding: Folding, palette: Palette) {
    for one in &review.holds {
        out.push('\n');
        write_hold(out, one, folding, palette);
    }
    for one in &review.overrides {
        out.push_str(&format!(
            "\n{} by {} at {}: {}\n",
            palette.change(format!("Let past the guard {}", safe(&one.guard))),
            safe(&one.by),
            instant(&one.at),
            safe(&one.reason),
        ));
    }
}

/// Who was held back from a run's plan, indented as its other lines.
pub fn held_in_run(hold: &Hold, folding: Folding) -> String {
    let mut out = String::new();
    write_hold(&mut out, hold, folding, Palette::Plain);
    let lines: Vec<&str> = out.lines().collect();
    format!("{}\n", lines.join("\n           "))
}

/// Everybody who was held back at once: a reviewer has to know.
pub fn held(hold: &Hold, palette: Palette) -> String {
    let mut out = String::new();
    write_hold(&mut out, hold, Folding::Nothing, palette);
    out
}

fn write_hold(out: &mut String, hold: &Hold, folding: Folding, palette: Palette) {
    let people = count(hold.people.len() as u64, "person", "people");
    let reason = hold.reason.as_ref();
    let reason = reason.map(|why| format!(": {}", safe(why)));
    out.push_str(&format!(
        "{} by {} at {}{}\n",
        palette.change(format!("{people} held back")),
        safe(&hold.by),
        instant(&hold.at),
        reason.unwrap_or_default(),
    ));
    for person in hold.people.iter().take(folding.shown(hold.people.len())) {
        let because = person.because.as_ref();
        let because = because.map(|why| format!("  too: {}", safe(why)));
        out.push_str(&format!(
            "  {}{}\n",
            safe(person.username.as_str()),
            because.unwrap_or_default()
        ));
    }
    if let Some(rest) = folding.rest(hold.people.len()) {
        out.push_str(&format!("  {}\n", palette.faint(rest)));
    }
}

/// Who approved of a saved plan, and what is to be known of its file.
pub fn file(approvals: &[Approval], notes: &[Note], palette: Palette) -> String {
    let mut out = String::from("\n");
    for one in approvals {
        out.push_str(&format!(
            "{} {}\n",
            palette.good("Approved by"),
            muster_review::report::approval(one)
        ));
    }
    for note in notes {
        let text = safe(&note.text);
        out.push_str(&match note.tone {
            Tone::Good => palette.good(text),
            Tone::Doubt => palette.change(text),
            Tone::Bad => palette.alarm(text),
        });
        out.push('\n');
    }
    out
}
