//! What an edit does, for people at a terminal.

use super::{Look, Outcome, Told, by_heading, heading, named, people, summary, tripped};
use crate::effect::{Effect, Group};
use crate::words::safe;
use std::fmt::Write as _;

/// Each directory with what happens to its people, in groups.
pub fn text(all: &[Told], look: Look) -> String {
    let mut out = String::new();
    for told in all {
        one(&mut out, told, look);
    }
    out
}

fn one(out: &mut String, told: &Told, look: Look) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{} ({}): ", told.directory, told.file());
    let note = told.note().map(|note| format!("  {note}\n"));
    match &told.outcome {
        Outcome::Unchanged => out.push_str("nothing was edited\n"),
        Outcome::Known(effect) if effect.is_nothing() => {
            let _ = writeln!(out, "the edit changes nothing for anybody");
            let _ = writeln!(out, "  compared: {}", told.basis);
            out.push_str(&note.unwrap_or_default());
            effects(out, effect, look);
        }
        Outcome::Known(effect) => {
            let _ = writeln!(out, "{}: {}", people(effect), summary(effect));
            let _ = writeln!(out, "  compared: {}", told.basis);
            out.push_str(&note.unwrap_or_default());
            effects(out, effect, look);
        }
        Outcome::Unknown(..) | Outcome::NoBasis(..) => {
            out.push_str("nobody can know what the edit does\n");
            let (why, hints) = told.unknown().unwrap_or_default();
            let _ = writeln!(out, "  {}", safe(&why));
            for hint in hints {
                let _ = writeln!(out, "  hint: {}", safe(hint));
            }
        }
    }
}

fn effects(out: &mut String, effect: &Effect, look: Look) {
    for ((way, deed), groups) in by_heading(effect, look) {
        let _ = writeln!(out, "  {}", heading(way, deed));
        for group in &groups {
            this(out, group, look);
        }
    }
    if effect.incomplete {
        out.push_str("  the read was not complete: nobody could be blocked for being gone\n");
    }
    for guard in tripped(effect) {
        let _ = writeln!(out, "  {}", safe(&guard));
    }
}

fn this(out: &mut String, group: &Group, look: Look) {
    let lines: Vec<String> = group
        .pattern
        .policy
        .iter()
        .map(ToString::to_string)
        .collect();
    let at = match lines.is_empty() {
        true => String::new(),
        false => format!(" ({})", lines.join(", ")),
    };
    let sentence = safe(&group.pattern.sentence());
    let _ = writeln!(out, "    {} × {sentence}{at}", group.pattern.count);
    let names = group.usernames.iter().map(|name| name.as_str());
    let _ = writeln!(out, "        {}", named(names, look.named));
}
