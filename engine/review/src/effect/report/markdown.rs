//! What an edit does, for a pull request.

use super::{Look, Outcome, Told, by_heading, heading, named, tripped};
use crate::effect::{Deed, Effect, Group, Way};
use std::fmt::Write as _;

/// A table of the directories, then each with details that can be opened.
pub fn markdown(all: &[Told], look: Look) -> String {
    let mut out = String::from("### What this edit of policies does\n\n");
    let affected: u64 = all.iter().map(Told::affected).sum();
    let lead = match affected {
        0 => "Nothing changes for anybody, as far as it can be known.",
        _ => {
            "By the last reads of the sources, and the accounts as they are now. Nothing was changed."
        }
    };
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{lead}\n");
    table(&mut out, all);
    for told in all {
        details(&mut out, told, look);
    }
    out
}

fn table(out: &mut String, all: &[Told]) {
    let _ = writeln!(
        out,
        "| directory | affected | newly blocked | renamed | changed | created | unblocked | held | no longer |"
    );
    out.push_str("| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n");
    for told in all {
        let name = escaped(told.directory.as_str());
        let row = match &told.outcome {
            Outcome::Known(effect) => numbers(effect),
            Outcome::Unchanged => "0 | | | | | | |".to_owned(),
            Outcome::Unknown(..) | Outcome::NoBasis(..) => "**unknown** | | | | | | |".to_owned(),
        };
        let _ = writeln!(out, "| {name} | {row} |");
    }
    out.push('\n');
}

fn numbers(effect: &Effect) -> String {
    use muster_model::Action::{Adopt, Block, Create, Rename, Unblock, Update};
    let counts = effect.counts();
    let of = |deeds: &[Deed], ways: &[Way]| -> u64 {
        let wanted = counts
            .iter()
            .filter(|((way, deed), _)| ways.contains(way) && deeds.contains(deed));
        wanted.map(|(_, count)| count).sum()
    };
    let now = &[Way::Newly, Way::Otherwise];
    let cells = [
        effect.people.len() as u64,
        of(&[Deed::Is(Block)], &[Way::Newly]),
        of(&[Deed::Is(Rename)], now),
        of(&[Deed::Is(Update)], now),
        of(&[Deed::Is(Create), Deed::Is(Adopt)], now),
        of(&[Deed::Is(Unblock)], now),
        of(&[Deed::Held], now),
        of(&Deed::ALL, &[Way::NoLonger]),
    ];
    let cells = cells.iter().map(|count| match count {
        0 => String::new(),
        count => count.to_string(),
    });
    cells.collect::<Vec<_>>().join(" | ")
}

fn details(out: &mut String, told: &Told, look: Look) {
    let effect = match &told.outcome {
        Outcome::Unchanged => return,
        Outcome::Known(effect) => effect,
        Outcome::Unknown(..) | Outcome::NoBasis(..) => {
            let (why, hints) = told.unknown().unwrap_or_default();
            let name = escaped(told.directory.as_str());
            let _ = writeln!(out, "**{name}**: nobody can know what the edit does.\n");
            let _ = writeln!(out, "- {}", escaped(&why));
            for hint in hints {
                let _ = writeln!(out, "- {}", escaped(hint));
            }
            out.push('\n');
            return;
        }
    };
    let _ = writeln!(
        out,
        "**{}** ({}), compared: {}\n",
        escaped(told.directory.as_str()),
        code(told.file()),
        escaped(&told.basis)
    );
    if let Some(note) = told.note() {
        let _ = writeln!(out, "- {note}");
    }
    for guard in tripped(effect) {
        let _ = writeln!(out, "- ⚠ {}", escaped(&guard));
    }
    if effect.incomplete {
        out.push_str("- the read was not complete: nobody could be blocked for being gone\n");
    }
    out.push('\n');
    for ((way, deed), groups) in by_heading(effect, look) {
        opened(out, way, deed, &groups, look);
    }
}

fn opened(out: &mut String, way: Way, deed: Deed, groups: &[Group], look: Look) {
    let people: std::collections::BTreeSet<_> =
        groups.iter().flat_map(|group| &group.usernames).collect();
    let _ = writeln!(
        out,
        "<details><summary><b>{}</b>: {}</summary>\n",
        heading(way, deed),
        people.len()
    );
    for group in groups {
        let lines = group.pattern.policy.iter();
        let lines: Vec<String> = lines.map(|line| code(&line.to_string())).collect();
        let at = match lines.is_empty() {
            true => String::new(),
            false => format!(" ({})", lines.join(", ")),
        };
        let _ = writeln!(
            out,
            "- {} × {}{at}: {}",
            group.pattern.count,
            escaped(&group.pattern.sentence()),
            escaped(&named(
                group.usernames.iter().map(|name| name.as_str()),
                look.named
            ))
        );
    }
    out.push_str("\n</details>\n\n");
}

/// Text in which Markdown and HTML see nothing of their own, nor a code host
/// somebody to notify.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in crate::words::safe(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' | '\r' => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// A file and line in a fixed width.
fn code(text: &str) -> String {
    format!(
        "`{}`",
        crate::words::safe(text)
            .replace('`', "'")
            .replace('|', "\\|")
    )
}
