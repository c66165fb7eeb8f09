//! What each field should hold, a line each.

use super::super::Palette;
use super::super::change::place;
use super::super::text::{pad, pair, safe, value};
use super::steps::{below, no_step, step, texts};
use muster_model::Cause;
use muster_review::explain::report::{FieldOutcome, FieldSeen, MapStep, WantedSeen};

pub(super) fn write(out: &mut String, map: &MapStep, is_new: bool, palette: Palette) {
    match map.fields.is_empty() {
        true => no_step(out, "map", &map.text, palette),
        false => step(out, "map", &map.text, None, palette),
    }
    let width = map
        .fields
        .iter()
        .map(|field| safe(&field.name).chars().count())
        .max();
    for field in &map.fields {
        line(out, (field, is_new), width.unwrap_or(0), palette);
    }
    if !map.unmapped.is_empty() {
        let names: Vec<String> = map.unmapped.iter().map(|name| safe(name)).collect();
        below(
            out,
            &palette.faint(format!("the intranet's own: {}", names.join(", "))),
        );
    }
}

fn line(out: &mut String, (field, is_new): (&FieldSeen, bool), width: usize, palette: Palette) {
    let name = pad(&safe(&field.name), width);
    let (name, becomes) = match field.outcome {
        FieldOutcome::Changes => {
            let (old, new) = pair(field.current.as_ref(), field.new.as_ref());
            let cause = match field.cause {
                Some(Cause::Source) if is_new => "",
                cause => cause.map_or("", Cause::in_words),
            };
            let arrow = format!("{} → {}", palette.bad(old), palette.good(new));
            (
                palette.change(name),
                format!("{arrow}  {}", palette.faint(cause)),
            )
        }
        FieldOutcome::Held => {
            let held = format!("{} stays: held", value(field.current.as_ref()));
            (palette.change(name), palette.change(held))
        }
        FieldOutcome::Unchanged => {
            let held = value(field.current.as_ref());
            (
                palette.faint(name),
                format!("{held}  {}", palette.faint("as it should be")),
            )
        }
        FieldOutcome::NotWritten => {
            let held = value(field.current.as_ref());
            (
                palette.faint(name),
                format!("{held}  {}", palette.faint("not written")),
            )
        }
    };
    below(
        out,
        &format!("{name}  {becomes}{}", place(Some(&field.policy), palette)),
    );
    let margin = " ".repeat(width + 2);
    below(out, &format!("{margin}{}", palette.faint(made(field))));
    if let Some(note) = &field.note {
        below(out, &format!("{margin}{}", palette.faint(safe(note))));
    }
}

/// `mail = " A@X " → trim "A@X" → lower "a@x"`.
fn made(field: &FieldSeen) -> String {
    let reads = field.reads.iter();
    let reads: Vec<String> = reads
        .map(|read| format!("{} = {}", safe(&read.name), texts(Some(&read.values))))
        .collect();
    let mut parts = match reads.is_empty() {
        true => vec![safe(&field.from)],
        false => vec![reads.join(", ")],
    };
    let steps = field.steps.iter();
    parts.extend(steps.map(|step| format!("{} {}", safe(&step.step), texts(step.made.as_ref()))));
    if let WantedSeen::Failed { why } = &field.wanted {
        parts.push(safe(why));
    }
    parts.join(" → ")
}
